CREATE TYPE "CompanyType" AS ENUM ('CLIENT', 'PROSPECT', 'VENDOR', 'INTERNAL', 'PARTNER', 'OTHER');

ALTER TABLE companies
  ADD COLUMN type "CompanyType" NOT NULL DEFAULT 'CLIENT',
  ADD COLUMN quick_notes text,
  ADD COLUMN parent_company_id uuid REFERENCES companies (id) ON DELETE SET NULL ON UPDATE CASCADE,
  ADD COLUMN contact_name text,
  ADD COLUMN contact_title text,
  ADD COLUMN contact_email text,
  ADD COLUMN contact_phone text,
  ADD COLUMN general_email text,
  ADD COLUMN phone text,
  ADD COLUMN fax text,
  ADD COLUMN website text,
  ADD COLUMN address_line1 text,
  ADD COLUMN address_line2 text,
  ADD COLUMN city text,
  ADD COLUMN region text,
  ADD COLUMN postal_code text,
  ADD COLUMN country text,
  -- The two tables refer to each other from here on.
  ADD COLUMN logo_upload_id uuid REFERENCES uploads (id) ON DELETE SET NULL ON UPDATE CASCADE;
CREATE UNIQUE INDEX companies_logo_upload_id_key ON companies (logo_upload_id);
CREATE INDEX companies_parent_company_id_idx ON companies (parent_company_id);
