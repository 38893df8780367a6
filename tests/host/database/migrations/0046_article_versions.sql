CREATE TABLE article_versions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  article_id uuid NOT NULL REFERENCES articles (id) ON DELETE CASCADE ON UPDATE CASCADE,
  company_id uuid NOT NULL,
  version integer NOT NULL,
  is_draft boolean NOT NULL DEFAULT false,
  title text NOT NULL,
  slug text NOT NULL,
  folder_id uuid,
  visible_to_clients boolean NOT NULL,
  editor_mode text NOT NULL,
  content jsonb,
  markdown_source text,
  content_plaintext text NOT NULL,
  excerpt text,
  changed_fields text[] NOT NULL DEFAULT '{}',
  changed_by uuid NOT NULL,
  change_reason text,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX article_versions_article_version_key ON article_versions (article_id, version);
CREATE UNIQUE INDEX article_versions_one_draft_key ON article_versions (article_id) WHERE is_draft;
