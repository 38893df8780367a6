CREATE TYPE "IntegrationSyncMode" AS ENUM ('incremental', 'full');
ALTER TABLE integration_sync_checkpoints ADD COLUMN mode "IntegrationSyncMode" NOT NULL DEFAULT 'incremental';
-- Longer than the 63 bytes of a name: Postgres cuts it, and says so.
CREATE UNIQUE INDEX "integration_sync_checkpoints_integration_company_mapping_id_resource_id_mode_key"
  ON integration_sync_checkpoints (integration_company_mapping_id, resource_id, mode);
