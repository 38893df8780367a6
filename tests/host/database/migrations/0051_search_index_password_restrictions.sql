ALTER TABLE search_index ADD COLUMN restricted_to_user_ids uuid[] NOT NULL DEFAULT '{}';

CREATE OR REPLACE FUNCTION search_index_take_password() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  words text := concat_ws(' ', NEW.name, NEW.username, NEW.url, array_to_string(NEW.tags, ' '));
BEGIN
  INSERT INTO search_index (entity_type, entity_id, company_id, title, body_public, body_internal, visible_to_clients,
    restricted_to_user_ids, archived_at, updated_at)
  VALUES ('password', NEW.id, NEW.company_id, NEW.name, CASE WHEN NEW.visible_to_clients THEN words ELSE '' END, words,
    NEW.visible_to_clients, NEW.restricted_to_user_ids, NEW.archived_at, NEW.updated_at)
  ON CONFLICT (entity_type, entity_id) DO UPDATE SET
    company_id = excluded.company_id, title = excluded.title, body_public = excluded.body_public,
    body_internal = excluded.body_internal, visible_to_clients = excluded.visible_to_clients,
    restricted_to_user_ids = excluded.restricted_to_user_ids, archived_at = excluded.archived_at, updated_at = excluded.updated_at;
  RETURN NEW;
END $$;
