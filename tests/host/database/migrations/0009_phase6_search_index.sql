CREATE TABLE search_index (
  entity_type text NOT NULL,
  entity_id uuid NOT NULL,
  company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE ON UPDATE CASCADE,
  title text NOT NULL DEFAULT '',
  body_public text NOT NULL DEFAULT '',
  body_internal text NOT NULL DEFAULT '',
  visible_to_clients boolean NOT NULL DEFAULT true,
  layout_id uuid,
  archived_at timestamp(3),
  updated_at timestamp(3) NOT NULL,
  body_public_tsv tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body_public), 'B')
  ) STORED,
  body_internal_tsv tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body_internal), 'B')
  ) STORED,
  PRIMARY KEY (entity_type, entity_id)
);
CREATE INDEX search_index_body_public_tsv_idx ON search_index USING gin (body_public_tsv);
CREATE INDEX search_index_body_internal_tsv_idx ON search_index USING gin (body_internal_tsv);
CREATE INDEX search_index_company_updated_at_idx ON search_index (company_id, updated_at DESC);

CREATE FUNCTION search_index_take_article() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO search_index (entity_type, entity_id, company_id, title, body_public, body_internal, visible_to_clients, archived_at, updated_at)
  VALUES ('article', NEW.id, NEW.company_id, NEW.title,
    CASE WHEN NEW.visible_to_clients THEN NEW.content_plaintext ELSE '' END,
    NEW.content_plaintext, NEW.visible_to_clients, NEW.archived_at, NEW.updated_at)
  ON CONFLICT (entity_type, entity_id) DO UPDATE SET
    company_id = excluded.company_id, title = excluded.title, body_public = excluded.body_public,
    body_internal = excluded.body_internal, visible_to_clients = excluded.visible_to_clients,
    archived_at = excluded.archived_at, updated_at = excluded.updated_at;
  RETURN NEW;
END $$;

CREATE FUNCTION search_index_take_upload() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.deleted_at IS NOT NULL THEN
    DELETE FROM search_index WHERE entity_type = 'upload' AND entity_id = NEW.id;
    RETURN NEW;
  END IF;
  INSERT INTO search_index (entity_type, entity_id, company_id, title, body_public, body_internal, updated_at)
  VALUES ('upload', NEW.id, NEW.company_id, NEW.filename, NEW.filename, NEW.filename, NEW.created_at)
  ON CONFLICT (entity_type, entity_id) DO UPDATE SET
    company_id = excluded.company_id, title = excluded.title, body_public = excluded.body_public,
    body_internal = excluded.body_internal, updated_at = excluded.updated_at;
  RETURN NEW;
END $$;

-- One function for all tables: the trigger's argument names the kind.
CREATE FUNCTION search_index_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM search_index WHERE entity_type = TG_ARGV[0] AND entity_id = OLD.id;
  RETURN OLD;
END $$;

CREATE TRIGGER articles_search_index_take AFTER INSERT OR UPDATE ON articles
  FOR EACH ROW EXECUTE FUNCTION search_index_take_article();
CREATE TRIGGER articles_search_index_forget AFTER DELETE ON articles
  FOR EACH ROW EXECUTE FUNCTION search_index_forget('article');
CREATE TRIGGER uploads_search_index_take AFTER INSERT OR UPDATE ON uploads
  FOR EACH ROW EXECUTE FUNCTION search_index_take_upload();
CREATE TRIGGER uploads_search_index_forget AFTER DELETE ON uploads
  FOR EACH ROW EXECUTE FUNCTION search_index_forget('upload');
