CREATE TYPE "FieldType" AS ENUM (
  'TEXT', 'TEXTAREA', 'RICH_TEXT', 'NUMBER', 'DATE', 'DATETIME', 'BOOLEAN', 'DROPDOWN', 'MULTISELECT', 'EMAIL', 'PHONE',
  'URL', 'ASSET_REFERENCE', 'VAULTWARDEN_LINK', 'FILE', 'TAGS'
);

-- Layouts belong to no company: all have the same.
CREATE TABLE asset_layouts (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  slug text NOT NULL,
  icon text NOT NULL,
  color text NOT NULL,
  is_active boolean NOT NULL DEFAULT true,
  version integer NOT NULL DEFAULT 1,
  archived_at timestamp(3),
  created_by uuid,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE UNIQUE INDEX asset_layouts_slug_live_key ON asset_layouts (slug) WHERE archived_at IS NULL;

CREATE TABLE asset_fields (
  id uuid PRIMARY KEY,
  asset_layout_id uuid NOT NULL REFERENCES asset_layouts (id) ON DELETE CASCADE ON UPDATE CASCADE,
  name text NOT NULL,
  slug text NOT NULL,
  field_type "FieldType" NOT NULL,
  position integer NOT NULL,
  is_required boolean NOT NULL DEFAULT false,
  is_unique_per_company boolean NOT NULL DEFAULT false,
  visible_to_clients boolean NOT NULL DEFAULT true,
  is_primary boolean NOT NULL DEFAULT false,
  options jsonb NOT NULL DEFAULT '{}',
  archived_at timestamp(3),
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE UNIQUE INDEX asset_fields_layout_slug_live_key ON asset_fields (asset_layout_id, slug) WHERE archived_at IS NULL;
CREATE UNIQUE INDEX asset_fields_one_primary_key ON asset_fields (asset_layout_id) WHERE is_primary AND archived_at IS NULL;
CREATE INDEX asset_fields_layout_position_idx ON asset_fields (asset_layout_id, position);

CREATE TABLE assets (
  id uuid PRIMARY KEY,
  company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE ON UPDATE CASCADE,
  asset_layout_id uuid NOT NULL REFERENCES asset_layouts (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  name text NOT NULL,
  external_id text,
  external_source text,
  archived_at timestamp(3),
  created_by uuid,
  updated_by uuid,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE INDEX assets_company_id_name_idx ON assets (company_id, name);
CREATE INDEX assets_company_layout_archived_idx ON assets (company_id, asset_layout_id, archived_at);

CREATE TABLE asset_field_values (
  id uuid PRIMARY KEY,
  asset_id uuid NOT NULL REFERENCES assets (id) ON DELETE CASCADE ON UPDATE CASCADE,
  asset_field_id uuid NOT NULL REFERENCES asset_fields (id) ON DELETE CASCADE ON UPDATE CASCADE,
  value jsonb NOT NULL,
  updated_at timestamp(3) NOT NULL
);
CREATE UNIQUE INDEX asset_field_values_asset_field_key ON asset_field_values (asset_id, asset_field_id);

-- Both ends are of any kind, so that nothing but the company is a foreign key.
CREATE TABLE relations (
  id uuid PRIMARY KEY,
  company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE ON UPDATE CASCADE,
  source_type text NOT NULL,
  source_id uuid NOT NULL,
  target_type text NOT NULL,
  target_id uuid NOT NULL,
  relation_type text NOT NULL,
  created_by uuid,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX relations_ends_type_key ON relations (source_type, source_id, target_type, target_id, relation_type);
CREATE INDEX relations_target_idx ON relations (company_id, target_type, target_id);
