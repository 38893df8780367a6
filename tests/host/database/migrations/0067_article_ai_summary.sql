ALTER TABLE articles ADD COLUMN ai_summary text, ADD COLUMN ai_summary_enabled boolean NOT NULL DEFAULT false;
