ALTER TYPE "PlatformCapability" ADD VALUE 'ALERT_MANAGE';
CREATE TYPE "AlertType" AS ENUM ('SINGLE_EXPIRATION', 'EXPIRATION_LIST', 'WEBSITE_DOWN', 'RECORD_EVENT', 'PASSWORD_EVENT');

CREATE TABLE alert_config (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  type "AlertType" NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  company_id uuid,
  trigger_days integer,
  stop_after_trigger boolean NOT NULL DEFAULT true,
  expiration_kinds text[] NOT NULL DEFAULT '{}',
  record_entity_types text[] NOT NULL DEFAULT '{}',
  record_actions text[] NOT NULL DEFAULT '{}',
  created_by uuid,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL,
  archived_at timestamp(3)
);
CREATE INDEX alert_config_type_enabled_archived_idx ON alert_config (type, enabled, archived_at);

CREATE TABLE alert_trigger (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  alert_config_id uuid NOT NULL REFERENCES alert_config (id) ON DELETE CASCADE ON UPDATE CASCADE,
  key text NOT NULL,
  fired_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX alert_trigger_config_key_key ON alert_trigger (alert_config_id, key);

ALTER TABLE monitored_domains
  ADD COLUMN http_check_enabled boolean NOT NULL DEFAULT true,
  ADD COLUMN latest_http_status integer,
  ADD COLUMN http_down_since timestamp(3);
