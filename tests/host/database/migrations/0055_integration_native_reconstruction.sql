CREATE TYPE "IntegrationTargetKind" AS ENUM ('asset', 'subnet', 'ip_reservation', 'article', 'relation');
CREATE TYPE "IntegrationSyncState" AS ENUM ('active', 'stale', 'blocked');
CREATE TYPE "ReconstructionGapKind" AS ENUM (
  'secret_blocked', 'missing_dependency', 'validation', 'unsupported', 'ambiguous', 'synchronization_error'
);

ALTER TABLE integration_resources
  ADD COLUMN target_kind "IntegrationTargetKind" NOT NULL DEFAULT 'asset',
  ADD COLUMN target_config jsonb NOT NULL DEFAULT '{}' CHECK (octet_length(target_config::text) <= 32768),
  ADD COLUMN depends_on_resource_keys text[] NOT NULL DEFAULT '{}',
  ADD CONSTRAINT integration_resources_layout_only_of_assets CHECK (
    target_kind = 'asset' OR (asset_layout_id IS NULL AND cardinality(match_key_field_ids) = 0)
  );
-- What a foreign key of two columns refers to.
CREATE UNIQUE INDEX integration_resources_id_target_kind_key ON integration_resources (id, target_kind);

ALTER TABLE integration_field_mappings
  ADD COLUMN target_kind "IntegrationTargetKind" NOT NULL DEFAULT 'asset',
  ADD COLUMN target_path varchar(4096),
  ALTER COLUMN target_field_id DROP NOT NULL,
  ADD FOREIGN KEY (resource_id, target_kind) REFERENCES integration_resources (id, target_kind) ON DELETE CASCADE ON UPDATE CASCADE,
  ADD CONSTRAINT integration_field_mappings_one_target CHECK (
    (target_kind = 'asset') = (target_field_id IS NOT NULL) AND (target_kind = 'asset') = (target_path IS NULL)
  ),
  ADD CHECK (transform IS NULL OR octet_length(transform::text) <= 65536);

ALTER TABLE integration_sync_records
  ADD COLUMN target_kind "IntegrationTargetKind" NOT NULL DEFAULT 'asset',
  ADD COLUMN subnet_id uuid REFERENCES subnets (id) ON DELETE CASCADE ON UPDATE CASCADE,
  ADD COLUMN ip_reservation_id uuid REFERENCES ip_reservations (id) ON DELETE CASCADE ON UPDATE CASCADE,
  ADD COLUMN article_id uuid REFERENCES articles (id) ON DELETE CASCADE ON UPDATE CASCADE,
  ADD COLUMN relation_id uuid REFERENCES relations (id) ON DELETE CASCADE ON UPDATE CASCADE,
  ADD COLUMN state "IntegrationSyncState" NOT NULL DEFAULT 'active',
  ADD COLUMN last_seen_at timestamp(3) NOT NULL,
  ADD COLUMN stale_since timestamp(3),
  ADD COLUMN source_updated_at timestamp(3),
  ADD COLUMN provenance jsonb NOT NULL DEFAULT '{}'
    CHECK (jsonb_typeof(provenance) = 'object' AND octet_length(provenance::text) <= 8192),
  ALTER COLUMN asset_id DROP NOT NULL,
  ADD FOREIGN KEY (resource_id, target_kind) REFERENCES integration_resources (id, target_kind) ON DELETE CASCADE ON UPDATE CASCADE,
  ADD CONSTRAINT integration_sync_records_one_target CHECK (
    num_nonnulls(asset_id, subnet_id, ip_reservation_id, article_id, relation_id) = 1
    AND CASE target_kind
      WHEN 'asset' THEN asset_id IS NOT NULL
      WHEN 'subnet' THEN subnet_id IS NOT NULL
      WHEN 'ip_reservation' THEN ip_reservation_id IS NOT NULL
      WHEN 'article' THEN article_id IS NOT NULL
      ELSE relation_id IS NOT NULL
    END
  ),
  ADD CONSTRAINT integration_sync_records_stale_since_when CHECK ((state = 'stale') = (stale_since IS NOT NULL));

CREATE TABLE integration_sync_checkpoints (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE ON UPDATE CASCADE,
  integration_company_mapping_id uuid NOT NULL REFERENCES integration_company_mappings (id) ON DELETE CASCADE ON UPDATE CASCADE,
  resource_id uuid NOT NULL REFERENCES integration_resources (id) ON DELETE CASCADE ON UPDATE CASCADE,
  cursor varchar(4096),
  snapshot_at timestamp(3),
  high_water_at timestamp(3),
  last_completed_at timestamp(3),
  last_full_completed_at timestamp(3),
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);

CREATE TABLE integration_reconstruction_summaries (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE ON UPDATE CASCADE,
  integration_company_mapping_id uuid NOT NULL REFERENCES integration_company_mappings (id) ON DELETE CASCADE ON UPDATE CASCADE,
  resource_id uuid REFERENCES integration_resources (id) ON DELETE CASCADE ON UPDATE CASCADE,
  summary_key varchar(128) NOT NULL DEFAULT 'all',
  counts jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(counts) = 'object' AND octet_length(counts::text) <= 16384),
  evaluated_at timestamp(3) NOT NULL,
  last_successful_sync_at timestamp(3),
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL,
  CHECK (summary_key = coalesce(resource_id::text, 'all'))
);
CREATE UNIQUE INDEX integration_reconstruction_summaries_key_key
  ON integration_reconstruction_summaries (integration_company_mapping_id, summary_key);

CREATE TABLE integration_reconstruction_gaps (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE ON UPDATE CASCADE,
  integration_company_mapping_id uuid NOT NULL REFERENCES integration_company_mappings (id) ON DELETE CASCADE ON UPDATE CASCADE,
  resource_id uuid NOT NULL REFERENCES integration_resources (id) ON DELETE CASCADE ON UPDATE CASCADE,
  sync_record_id uuid REFERENCES integration_sync_records (id) ON DELETE SET NULL ON UPDATE CASCADE,
  dedupe_key varchar(256) NOT NULL,
  kind "ReconstructionGapKind" NOT NULL,
  message varchar(512) NOT NULL,
  details jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(details) = 'object' AND octet_length(details::text) <= 4096),
  first_seen_at timestamp(3) NOT NULL,
  last_seen_at timestamp(3) NOT NULL,
  resolved_at timestamp(3),
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE UNIQUE INDEX integration_reconstruction_gaps_dedupe_key
  ON integration_reconstruction_gaps (integration_company_mapping_id, resource_id, dedupe_key);
CREATE INDEX integration_reconstruction_gaps_open_idx ON integration_reconstruction_gaps (company_id, last_seen_at) WHERE resolved_at IS NULL;
