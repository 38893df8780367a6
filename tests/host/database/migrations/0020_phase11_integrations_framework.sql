CREATE TYPE "IntegrationStatus" AS ENUM ('ACTIVE', 'PAUSED', 'DISABLED');
CREATE TYPE "IntegrationSyncDirection" AS ENUM ('source_wins', 'preserve_manual', 'manual_only');
CREATE TYPE "IntegrationRunKind" AS ENUM ('manual', 'scheduled');
CREATE TYPE "IntegrationRunStatus" AS ENUM ('queued', 'running', 'succeeded', 'failed', 'cancelled');

CREATE TABLE integrations (
  id uuid PRIMARY KEY,
  driver text NOT NULL,
  name text NOT NULL,
  status "IntegrationStatus" NOT NULL DEFAULT 'PAUSED',
  config jsonb NOT NULL DEFAULT '{}',
  sync_cron text,
  last_run_at timestamp(3),
  last_run_status text,
  created_by uuid,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE UNIQUE INDEX integrations_driver_name_key ON integrations (driver, name);

CREATE TABLE integration_secrets (
  id uuid PRIMARY KEY,
  integration_id uuid NOT NULL REFERENCES integrations (id) ON DELETE CASCADE ON UPDATE CASCADE,
  ciphertext text NOT NULL,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE UNIQUE INDEX integration_secrets_integration_id_key ON integration_secrets (integration_id);

CREATE TABLE integration_company_mappings (
  id uuid PRIMARY KEY,
  integration_id uuid NOT NULL REFERENCES integrations (id) ON DELETE CASCADE ON UPDATE CASCADE,
  company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE ON UPDATE CASCADE,
  external_org_id text NOT NULL,
  external_org_name text,
  enabled boolean NOT NULL DEFAULT true,
  filter jsonb NOT NULL DEFAULT '{}',
  created_by uuid,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE UNIQUE INDEX integration_company_mappings_org_key ON integration_company_mappings (integration_id, external_org_id);

CREATE TABLE integration_field_mappings (
  id uuid PRIMARY KEY,
  integration_id uuid NOT NULL REFERENCES integrations (id) ON DELETE CASCADE ON UPDATE CASCADE,
  source_field text NOT NULL,
  target_field_id uuid NOT NULL REFERENCES asset_fields (id) ON DELETE CASCADE ON UPDATE CASCADE,
  sync_direction "IntegrationSyncDirection" NOT NULL DEFAULT 'source_wins',
  transform jsonb,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);

CREATE TABLE integration_sync_runs (
  id uuid PRIMARY KEY,
  integration_id uuid NOT NULL REFERENCES integrations (id) ON DELETE CASCADE ON UPDATE CASCADE,
  kind "IntegrationRunKind" NOT NULL,
  status "IntegrationRunStatus" NOT NULL DEFAULT 'queued',
  dry_run boolean NOT NULL DEFAULT false,
  triggered_by uuid,
  started_at timestamp(3),
  finished_at timestamp(3),
  totals jsonb,
  error text,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX integration_sync_runs_integration_created_at_idx ON integration_sync_runs (integration_id, created_at);

CREATE TABLE integration_sync_run_company_results (
  id uuid PRIMARY KEY,
  sync_run_id uuid NOT NULL REFERENCES integration_sync_runs (id) ON DELETE CASCADE ON UPDATE CASCADE,
  integration_company_mapping_id uuid NOT NULL REFERENCES integration_company_mappings (id) ON DELETE CASCADE ON UPDATE CASCADE,
  company_id uuid NOT NULL,
  status "IntegrationRunStatus" NOT NULL DEFAULT 'queued',
  started_at timestamp(3),
  finished_at timestamp(3),
  totals jsonb,
  conflicts jsonb,
  error text,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX integration_results_run_mapping_key ON integration_sync_run_company_results (sync_run_id, integration_company_mapping_id);

CREATE TABLE integration_sync_records (
  id uuid PRIMARY KEY,
  integration_company_mapping_id uuid NOT NULL REFERENCES integration_company_mappings (id) ON DELETE CASCADE ON UPDATE CASCADE,
  sync_run_id uuid REFERENCES integration_sync_runs (id) ON DELETE SET NULL ON UPDATE CASCADE,
  company_id uuid NOT NULL,
  asset_id uuid NOT NULL REFERENCES assets (id) ON DELETE CASCADE ON UPDATE CASCADE,
  external_id text NOT NULL,
  last_synced_at timestamp(3) NOT NULL,
  checksum text NOT NULL,
  last_synced_field_checksums jsonb NOT NULL DEFAULT '{}',
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
