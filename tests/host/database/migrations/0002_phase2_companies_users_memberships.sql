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
  role "MembershipRole" NOT NULL DEFAULT 'READONLY',
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE UNIQUE INDEX memberships_user_id_company_id_key ON memberships (user_id, company_id);
