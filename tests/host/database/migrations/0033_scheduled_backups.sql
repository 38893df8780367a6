ALTER TYPE "PlatformCapability" ADD VALUE 'BACKUP_MANAGE';

CREATE TYPE "BackupRunKind" AS ENUM ('SCHEDULED', 'MANUAL');
CREATE TYPE "BackupRunStatus" AS ENUM ('queued', 'running', 'success', 'failed');

CREATE TABLE backup_config (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  cron text NOT NULL,
  timezone text,
  retention jsonb NOT NULL,
  notify_emails text[] NOT NULL DEFAULT ARRAY[]::text[],
  notify_on_success boolean NOT NULL DEFAULT false,
  last_run_at timestamp(3),
  created_by uuid,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE INDEX backup_config_enabled_idx ON backup_config (enabled);

CREATE TABLE backup_run (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  config_id uuid REFERENCES backup_config (id) ON DELETE SET NULL ON UPDATE CASCADE,
  kind "BackupRunKind" NOT NULL,
  status "BackupRunStatus" NOT NULL DEFAULT 'queued',
  started_at timestamp(3),
  finished_at timestamp(3),
  size_bytes bigint,
  manifest jsonb,
  dump_path text,
  manifest_path text,
  error text,
  triggered_by uuid,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX backup_run_config_id_started_at_idx ON backup_run (config_id, started_at DESC);
CREATE INDEX backup_run_status_created_at_idx ON backup_run (status, created_at);
