CREATE TYPE "CheckResult" AS ENUM ('OK', 'WARN', 'FAIL', 'SKIP');
CREATE TYPE "DomainStatus" AS ENUM ('OK', 'EXPIRING', 'EXPIRED', 'FAIL', 'UNKNOWN');

CREATE TABLE monitored_domains (
  id uuid PRIMARY KEY,
  company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE ON UPDATE CASCADE,
  hostname text NOT NULL,
  check_whois boolean NOT NULL DEFAULT true,
  check_dns boolean NOT NULL DEFAULT true,
  check_tls boolean NOT NULL DEFAULT true,
  alert_threshold_days integer NOT NULL DEFAULT 30,
  visible_to_clients boolean NOT NULL DEFAULT false,
  last_checked_at timestamp(3),
  whois_expires_at timestamp(3),
  tls_expires_at timestamp(3),
  latest_status "DomainStatus" NOT NULL DEFAULT 'UNKNOWN',
  archived_at timestamp(3),
  created_by uuid,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE UNIQUE INDEX monitored_domains_company_hostname_live_key ON monitored_domains (company_id, hostname) WHERE archived_at IS NULL;

CREATE TABLE domain_checks (
  id uuid PRIMARY KEY,
  monitored_domain_id uuid NOT NULL REFERENCES monitored_domains (id) ON DELETE CASCADE ON UPDATE CASCADE,
  company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE ON UPDATE CASCADE,
  checked_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  whois_status "CheckResult",
  dns_status "CheckResult",
  tls_status "CheckResult",
  whois_expires_at timestamp(3),
  tls_expires_at timestamp(3),
  details jsonb NOT NULL,
  error text
);
CREATE INDEX domain_checks_domain_checked_at_idx ON domain_checks (monitored_domain_id, checked_at DESC);
CREATE INDEX domain_checks_company_checked_at_idx ON domain_checks (company_id, checked_at DESC);

CREATE FUNCTION search_index_take_domain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO search_index (entity_type, entity_id, company_id, title, body_public, body_internal, visible_to_clients, archived_at, updated_at)
  VALUES ('domain', NEW.id, NEW.company_id, NEW.hostname, CASE WHEN NEW.visible_to_clients THEN NEW.hostname ELSE '' END,
    NEW.hostname, NEW.visible_to_clients, NEW.archived_at, NEW.updated_at)
  ON CONFLICT (entity_type, entity_id) DO UPDATE SET
    company_id = excluded.company_id, title = excluded.title, body_public = excluded.body_public,
    body_internal = excluded.body_internal, visible_to_clients = excluded.visible_to_clients,
    archived_at = excluded.archived_at, updated_at = excluded.updated_at;
  RETURN NEW;
END $$;

CREATE TRIGGER monitored_domains_search_index_take AFTER INSERT OR UPDATE ON monitored_domains
  FOR EACH ROW EXECUTE FUNCTION search_index_take_domain();
CREATE TRIGGER monitored_domains_search_index_forget AFTER DELETE ON monitored_domains
  FOR EACH ROW EXECUTE FUNCTION search_index_forget('domain');
