CREATE TYPE "MembershipRole" AS ENUM ('FULL', 'READONLY');

CREATE TABLE companies (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  slug text NOT NULL,
  is_active boolean NOT NULL DEFAULT true,
  notes text,
  archived_at timestamp(3),
  created_by uuid REFERENCES users (id) ON DELETE SET NULL ON UPDATE CASCADE,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE UNIQUE INDEX companies_slug_key ON companies (slug);

CREATE TABLE memberships (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
  company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE ON UPDATE CASCADE,
  role "MembershipRole" NOT NULL,
  expires_at timestamp(3),
  created_by uuid,
  revoked_at timestamp(3),
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
-- What was revoked stays, and does not stand in the way of a new one.
CREATE UNIQUE INDEX memberships_live_key ON memberships (user_id, company_id) WHERE revoked_at IS NULL;
CREATE INDEX memberships_user_id_idx ON memberships (user_id);
CREATE INDEX memberships_company_id_idx ON memberships (company_id);

CREATE TABLE user_setup_tokens (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
  token_hash text NOT NULL,
  expires_at timestamp(3) NOT NULL,
  consumed_at timestamp(3),
  created_by uuid REFERENCES users (id) ON DELETE SET NULL ON UPDATE CASCADE,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX user_setup_tokens_token_hash_key ON user_setup_tokens (token_hash);
CREATE INDEX user_setup_tokens_user_id_idx ON user_setup_tokens (user_id);
