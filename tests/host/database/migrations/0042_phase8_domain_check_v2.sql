ALTER TABLE monitored_domains
  ADD COLUMN latest_score integer CHECK (latest_score BETWEEN 0 AND 100),
  ADD COLUMN dkim_selector_override text;
ALTER TABLE domain_checks
  ADD COLUMN score integer CHECK (score BETWEEN 0 AND 100),
  ADD COLUMN schema_version integer NOT NULL DEFAULT 1;
CREATE INDEX monitored_domains_company_score_idx ON monitored_domains (company_id, latest_score) WHERE archived_at IS NULL;
