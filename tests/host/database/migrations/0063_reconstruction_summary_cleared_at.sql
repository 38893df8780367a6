ALTER TABLE integration_reconstruction_summaries ADD COLUMN cleared_at timestamp(3);
