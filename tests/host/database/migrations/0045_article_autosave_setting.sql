ALTER TABLE system_settings ADD COLUMN article_autosave_enabled boolean NOT NULL DEFAULT false;
