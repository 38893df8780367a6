ALTER TABLE users ADD COLUMN search_defaults jsonb;
