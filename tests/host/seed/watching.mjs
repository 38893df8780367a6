// What is watched and who is told: domains with their checks, alerts that fired, rules for addresses.

/** @returns `{domains, checks}`. */
export function makeDomains(dice, now, { companies, users }) {
  const ago = (days) => new Date(now.getTime() - days * 86_400_000).toISOString();
  const domains = companies.map(({ id: company_id, slug }, place) => ({
    id: dice.uuid(), company_id, hostname: `www.${slug}.example.test`, visible_to_clients: place === 0, last_checked_at: ago(place),
    tls_expires_at: ago(-60 + place * 50), latest_status: ['OK', 'EXPIRING', 'UNKNOWN'][place], latest_score: [97, 41, null][place],
    latest_http_status: place === 2 ? null : 200, created_by: users[1].id, created_at: ago(100), updated_at: ago(place),
  }));
  const checks = domains.slice(0, 2).flatMap((domain) => [3, 2, 1].map((days) => ({
    id: dice.uuid(), monitored_domain_id: domain.id, company_id: domain.company_id, checked_at: ago(days), dns_status: 'OK', tls_status: 'WARN', whois_status: 'SKIP',
    tls_expires_at: domain.tls_expires_at, details: { dns: { records: 3 } }, score: domain.latest_score, schema_version: 2,
  })));
  return { domains, checks };
}

/** @returns `{alerts, fired, ipRules}`. */
export function makeAlerts(dice, now, { companies, users }) {
  const at = new Date(now.getTime() - 40 * 86_400_000).toISOString();
  const alerts = [
    { type: 'EXPIRATION_LIST', name: 'What ends this month', trigger_days: 30, expiration_kinds: ['domain', 'password'], record_actions: [] },
    { type: 'PASSWORD_EVENT', name: 'Somebody looked', trigger_days: null, expiration_kinds: [], record_actions: ['password.viewed'] },
  ].map((alert, place) => ({
    id: dice.uuid(), ...alert, recipient_emails: ['ops@example.test', 'on-call@example.test'].slice(place), company_id: place === 1 ? companies[0].id : null,
    created_by: users[0].id, created_at: at, updated_at: at,
  }));
  const fired = [10, 3].map((days) => ({ id: dice.uuid(), alert_config_id: alerts[0].id, key: `domain:${days}`, fired_at: new Date(now.getTime() - days * 86_400_000).toISOString() }));
  const ipRules = [['192.0.2.0/24', 'ALLOW'], ['0.0.0.0/0', 'DENY']].map(([cidr, action], priority) => ({
    id: dice.uuid(), cidr, action, priority, enabled: priority === 0, created_by: users[0].id, created_at: at, updated_at: at,
  }));
  return { alerts, fired, ipRules };
}
