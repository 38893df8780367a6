CREATE UNIQUE INDEX assets_external_identity_key ON assets (company_id, external_source, external_id)
  WHERE external_id IS NOT NULL AND external_source IS NOT NULL;
CREATE UNIQUE INDEX assets_external_id_without_source_key ON assets (company_id, external_id)
  WHERE external_id IS NOT NULL AND external_source IS NULL;
