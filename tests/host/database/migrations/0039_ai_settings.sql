CREATE TABLE ai_settings (
  id text PRIMARY KEY DEFAULT 'singleton',
  enabled boolean NOT NULL DEFAULT false,
  provider text,
  model text,
  api_key_ciphertext text,
  updated_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
