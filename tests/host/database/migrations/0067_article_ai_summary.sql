ALTER TABLE articles
  ADD COLUMN derived_excerpt text,
  ADD COLUMN ai_summary text,
  ADD COLUMN ai_summary_model text,
  ADD COLUMN ai_summary_at timestamp(3);
ALTER TABLE ai_settings ADD COLUMN auto_summaries boolean NOT NULL DEFAULT false;
