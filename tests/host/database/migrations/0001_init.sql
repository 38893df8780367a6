CREATE TYPE "UserRole" AS ENUM ('SUPER_ADMIN', 'OPERATOR', 'CONTRACTOR', 'CLIENT_USER');

CREATE TABLE users (
  id uuid PRIMARY KEY,
  email text NOT NULL,
  name text NOT NULL,
  password_hash text,
  role "UserRole" NOT NULL DEFAULT 'OPERATOR',
  is_active boolean NOT NULL DEFAULT true,
  mfa_enabled boolean NOT NULL DEFAULT false,
  mfa_secret_encrypted text,
  mfa_enforcement_completed_at timestamp(3),
  deactivated_at timestamp(3),
  timezone text,
  last_login_at timestamp(3),
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE UNIQUE INDEX users_email_key ON users (email);

CREATE TABLE sessions (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
  refresh_token_hash text NOT NULL,
  mfa_pending boolean NOT NULL DEFAULT false,
  ip text NOT NULL,
  user_agent text NOT NULL,
  expires_at timestamp(3) NOT NULL,
  revoked_at timestamp(3),
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX sessions_refresh_token_hash_key ON sessions (refresh_token_hash);
CREATE INDEX sessions_user_id_idx ON sessions (user_id);

CREATE TABLE audit_log (
  id uuid PRIMARY KEY,
  actor_id uuid REFERENCES users (id) ON DELETE SET NULL ON UPDATE CASCADE,
  action text NOT NULL,
  entity_type text NOT NULL,
  entity_id text,
  company_id uuid,
  ip text,
  user_agent text,
  before jsonb,
  after jsonb,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX audit_log_created_at_idx ON audit_log (created_at DESC);
CREATE INDEX audit_log_entity_idx ON audit_log (entity_type, entity_id);
CREATE INDEX audit_log_actor_id_idx ON audit_log (actor_id);
