CREATE TABLE ai_settings (
  id text PRIMARY KEY DEFAULT 'singleton',
  enabled boolean NOT NULL DEFAULT false,
  base_url text,
  api_key_ciphertext text,
  default_model text,
  updated_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_by uuid
);
INSERT INTO ai_settings (id) VALUES ('singleton');
