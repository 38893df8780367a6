CREATE TYPE "CloudflareDriftStatus" AS ENUM ('in_sync', 'drift_detected', 'unknown', 'error');

CREATE TABLE cloudflare_ip_lists (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  integration_id uuid NOT NULL REFERENCES integrations (id) ON DELETE CASCADE ON UPDATE CASCADE,
  external_account_id text NOT NULL,
  external_list_id text NOT NULL,
  name text NOT NULL,
  description text,
  entries jsonb NOT NULL DEFAULT '[]',
  entries_version integer NOT NULL DEFAULT 1,
  drift_status "CloudflareDriftStatus" NOT NULL DEFAULT 'unknown',
  drift_details jsonb,
  last_drift_check_at timestamp(3),
  last_pushed_at timestamp(3),
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE UNIQUE INDEX cloudflare_ip_lists_external_key ON cloudflare_ip_lists (integration_id, external_list_id);
