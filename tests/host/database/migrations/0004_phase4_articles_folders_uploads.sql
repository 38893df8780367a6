-- A tree in one table: the root folders of a company have no parent.
CREATE TABLE folders (
  id uuid PRIMARY KEY,
  company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE ON UPDATE CASCADE,
  parent_id uuid REFERENCES folders (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  name text NOT NULL,
  slug text NOT NULL,
  icon text,
  position integer NOT NULL DEFAULT 0,
  archived_at timestamp(3),
  created_by uuid,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE UNIQUE INDEX folders_company_parent_slug_live_key
  ON folders (company_id, coalesce(parent_id, '00000000-0000-0000-0000-000000000000'), slug) WHERE archived_at IS NULL;

CREATE TABLE uploads (
  id uuid PRIMARY KEY,
  company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE ON UPDATE CASCADE,
  filename text NOT NULL,
  mime_type text NOT NULL,
  size_bytes integer NOT NULL,
  storage_key text NOT NULL,
  sha256 text NOT NULL,
  is_image boolean NOT NULL DEFAULT false,
  width integer,
  height integer,
  thumbnail_key text,
  attached_to_type text,
  attached_to_id uuid,
  uploader_id uuid,
  deleted_at timestamp(3),
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX uploads_storage_key_key ON uploads (storage_key);
CREATE INDEX uploads_company_id_created_at_idx ON uploads (company_id, created_at DESC);

CREATE TABLE articles (
  id uuid PRIMARY KEY,
  company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE ON UPDATE CASCADE,
  folder_id uuid REFERENCES folders (id) ON DELETE SET NULL ON UPDATE CASCADE,
  title text NOT NULL,
  slug text NOT NULL,
  content jsonb NOT NULL,
  content_plaintext text NOT NULL,
  excerpt text,
  visible_to_clients boolean NOT NULL DEFAULT true,
  archived_at timestamp(3),
  created_by uuid,
  updated_by uuid,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE UNIQUE INDEX articles_company_slug_live_key ON articles (company_id, slug) WHERE archived_at IS NULL;
