CREATE TABLE integrations (
  id uuid PRIMARY KEY,
  driver text NOT NULL,
  name text NOT NULL,
  status text NOT NULL DEFAULT 'ACTIVE',
  config jsonb NOT NULL DEFAULT '{}',
  last_synced_at timestamp(3),
  created_by uuid REFERENCES users (id) ON DELETE SET NULL ON UPDATE CASCADE,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);

CREATE TABLE integration_secrets (
  id uuid PRIMARY KEY,
  integration_id uuid NOT NULL REFERENCES integrations (id) ON DELETE CASCADE ON UPDATE CASCADE,
  ciphertext text NOT NULL,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE UNIQUE INDEX integration_secrets_integration_id_key ON integration_secrets (integration_id);
