ALTER TABLE asset_field_values ADD COLUMN company_id uuid REFERENCES companies (id) ON DELETE CASCADE ON UPDATE CASCADE;
UPDATE asset_field_values SET company_id = assets.company_id FROM assets WHERE assets.id = asset_field_values.asset_id;
ALTER TABLE asset_field_values ALTER COLUMN company_id SET NOT NULL;
CREATE INDEX asset_field_values_company_field_idx ON asset_field_values (company_id, asset_field_id);
