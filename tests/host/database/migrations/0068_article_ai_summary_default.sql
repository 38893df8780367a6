ALTER TABLE articles ALTER COLUMN ai_summary_enabled SET DEFAULT true;
