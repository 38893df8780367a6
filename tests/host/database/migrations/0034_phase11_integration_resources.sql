CREATE TABLE integration_resources (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  integration_id uuid NOT NULL REFERENCES integrations (id) ON DELETE CASCADE ON UPDATE CASCADE,
  resource_key text NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  asset_layout_id uuid REFERENCES asset_layouts (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  match_key_field_ids uuid[] NOT NULL DEFAULT '{}',
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE UNIQUE INDEX integration_resources_key_key ON integration_resources (integration_id, resource_key);

ALTER TABLE integration_field_mappings DROP COLUMN integration_id, ADD COLUMN resource_id uuid NOT NULL;
CREATE UNIQUE INDEX integration_field_mappings_resource_source_key ON integration_field_mappings (resource_id, source_field);

ALTER TABLE integration_sync_records ADD COLUMN resource_id uuid NOT NULL;
CREATE UNIQUE INDEX integration_sync_records_external_key
  ON integration_sync_records (integration_company_mapping_id, resource_id, external_id);
