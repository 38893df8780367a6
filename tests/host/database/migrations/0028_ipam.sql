-- Unlike all others these two keep their times with a zone.
CREATE TABLE subnets (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  company_id uuid NOT NULL,
  name text NOT NULL,
  cidr text NOT NULL,
  prefix integer NOT NULL,
  vlan_id integer,
  gateway text,
  description text,
  archived_at timestamptz,
  created_by uuid,
  updated_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL
);
CREATE INDEX subnets_company_archived_idx ON subnets (company_id, archived_at);

CREATE TABLE ip_reservations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  company_id uuid NOT NULL,
  subnet_id uuid NOT NULL REFERENCES subnets (id) ON DELETE CASCADE ON UPDATE CASCADE,
  ip_address text NOT NULL,
  label text NOT NULL,
  notes text,
  created_by uuid,
  updated_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX ip_reservations_subnet_address_key ON ip_reservations (subnet_id, ip_address);
