ALTER TABLE articles ALTER COLUMN ai_summary_at SET DEFAULT now();
