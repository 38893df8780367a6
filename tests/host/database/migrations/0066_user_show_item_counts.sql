ALTER TABLE users ADD COLUMN show_item_counts boolean NOT NULL DEFAULT false;
