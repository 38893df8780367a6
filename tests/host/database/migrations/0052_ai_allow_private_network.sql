ALTER TABLE ai_settings ADD COLUMN allow_private_network boolean NOT NULL DEFAULT false;
