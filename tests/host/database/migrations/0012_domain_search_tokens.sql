-- The parts of a host name are found as words of their own.
CREATE OR REPLACE FUNCTION search_index_take_domain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  words text := NEW.hostname || ' ' || translate(NEW.hostname, '.', ' ');
BEGIN
  INSERT INTO search_index (entity_type, entity_id, company_id, title, body_public, body_internal, visible_to_clients, archived_at, updated_at)
  VALUES ('domain', NEW.id, NEW.company_id, NEW.hostname, CASE WHEN NEW.visible_to_clients THEN words ELSE '' END,
    words || ' ' || NEW.latest_status, NEW.visible_to_clients, NEW.archived_at, NEW.updated_at)
  ON CONFLICT (entity_type, entity_id) DO UPDATE SET
    company_id = excluded.company_id, title = excluded.title, body_public = excluded.body_public,
    body_internal = excluded.body_internal, visible_to_clients = excluded.visible_to_clients,
    archived_at = excluded.archived_at, updated_at = excluded.updated_at;
  RETURN NEW;
END $$;
