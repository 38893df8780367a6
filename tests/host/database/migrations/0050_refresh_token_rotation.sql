ALTER TABLE sessions ADD COLUMN previous_refresh_token_hash text, ADD COLUMN rotated_at timestamp(3);
CREATE UNIQUE INDEX sessions_previous_refresh_token_hash_key ON sessions (previous_refresh_token_hash);
