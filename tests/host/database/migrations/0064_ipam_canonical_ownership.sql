ALTER TABLE subnets
  ADD COLUMN canonical_cidr inet GENERATED ALWAYS AS (network(cidr::inet)) STORED,
  ADD CONSTRAINT subnets_cidr_is_canonical CHECK (
    family(canonical_cidr) = 4 AND cidr = canonical_cidr::text AND prefix = masklen(canonical_cidr)
  );
CREATE UNIQUE INDEX subnets_company_canonical_cidr_live_key ON subnets (company_id, canonical_cidr) WHERE archived_at IS NULL;
