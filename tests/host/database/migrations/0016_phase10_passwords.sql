CREATE TYPE "TotpAlgo" AS ENUM ('SHA1', 'SHA256', 'SHA512');

-- A tree of its own, beside that of the articles.
CREATE TABLE password_folders (
  id uuid PRIMARY KEY,
  company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE ON UPDATE CASCADE,
  parent_id uuid REFERENCES password_folders (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  name text NOT NULL,
  icon text,
  color text,
  position integer NOT NULL DEFAULT 0,
  archived_at timestamp(3),
  created_by uuid,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE INDEX password_folders_company_parent_position_idx ON password_folders (company_id, parent_id, position);

CREATE TABLE passwords (
  id uuid PRIMARY KEY,
  company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE ON UPDATE CASCADE,
  folder_id uuid REFERENCES password_folders (id) ON DELETE SET NULL ON UPDATE CASCADE,
  asset_id uuid REFERENCES assets (id) ON DELETE SET NULL ON UPDATE CASCADE,
  name text NOT NULL,
  username text,
  url text,
  notes_ciphertext text,
  password_ciphertext text NOT NULL,
  totp_secret_ciphertext text,
  totp_algorithm "TotpAlgo" NOT NULL DEFAULT 'SHA1',
  totp_digits integer NOT NULL DEFAULT 6,
  totp_period integer NOT NULL DEFAULT 30,
  password_strength integer,
  pwned_count integer,
  pwned_checked_at timestamp(3),
  last_rotated_at timestamp(3),
  rotation_reminder_days integer,
  expires_at timestamp(3),
  color text,
  tags text[] NOT NULL DEFAULT '{}',
  visible_to_clients boolean NOT NULL DEFAULT false,
  require_reason_to_view boolean NOT NULL DEFAULT false,
  restricted_to_user_ids uuid[] NOT NULL DEFAULT '{}',
  created_by uuid NOT NULL REFERENCES users (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  updated_by uuid NOT NULL REFERENCES users (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  archived_at timestamp(3),
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE INDEX passwords_company_id_name_idx ON passwords (company_id, name);
CREATE INDEX passwords_tags_idx ON passwords USING gin (tags);

CREATE TABLE password_versions (
  id uuid PRIMARY KEY,
  password_id uuid NOT NULL REFERENCES passwords (id) ON DELETE CASCADE ON UPDATE CASCADE,
  company_id uuid NOT NULL,
  version integer NOT NULL,
  name text NOT NULL,
  username text,
  url text,
  notes_ciphertext text,
  password_ciphertext text NOT NULL,
  totp_secret_ciphertext text,
  totp_algorithm "TotpAlgo" NOT NULL DEFAULT 'SHA1',
  totp_digits integer NOT NULL DEFAULT 6,
  totp_period integer NOT NULL DEFAULT 30,
  changed_fields text[] NOT NULL DEFAULT '{}',
  changed_by uuid NOT NULL REFERENCES users (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  change_reason text,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX password_versions_password_id_version_key ON password_versions (password_id, version);
