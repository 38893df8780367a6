ALTER TABLE asset_layouts ADD COLUMN position integer NOT NULL DEFAULT 0;
ALTER TABLE asset_fields ADD COLUMN show_in_table boolean NOT NULL DEFAULT false;
CREATE INDEX asset_layouts_active_position_idx ON asset_layouts (is_active, archived_at, position);
