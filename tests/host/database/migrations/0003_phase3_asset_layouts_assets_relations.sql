CREATE TABLE assets (
  id uuid PRIMARY KEY,
  company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE ON UPDATE CASCADE,
  name text NOT NULL,
  fields jsonb NOT NULL DEFAULT '{}',
  archived_at timestamp(3),
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE INDEX assets_company_id_name_idx ON assets (company_id, name);
