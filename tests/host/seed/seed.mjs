// All rows and files of a host, from one seed and the host's keys.

import { makeArticles, makeArticleVersions, makeFolders, makeUploads } from './content.mjs';
import { makeAddresses, makeInventory, makeTags } from './inventory.mjs';
import { makePeople } from './people.mjs';
import { makePersonal } from './personal.mjs';
import { Dice } from './reproducible.mjs';
import { makeSchedules } from './schedules.mjs';
import { insert, insertAll, settle } from './sql.mjs';
import { makeSync } from './sync.mjs';
import { makeConnections, makePasswords } from './vault-rows.mjs';
import { makeAlerts, makeDomains } from './watching.mjs';

const SEED = 20261001;

/**
 * @param now the host's present; everything lies before it. @param keyrings from `makeEnvFile`.
 * @returns `{sql, files, schedules, operators, secrets, dice}`.
 */
export function makeSeed(now, keyrings) {
  const dice = new Dice(SEED);
  const people = makePeople(dice, now, keyrings.mfa);
  const { companies, users } = people;
  const folders = makeFolders(dice, now, companies, { slugs: true });
  const drawers = makeFolders(dice, now, companies, { slugs: false });
  const vault = makePasswords(dice, now, people, keyrings.password, drawers);
  const connections = makeConnections(dice, now, people, keyrings);
  const content = makeUploads(dice, now, people, vault.plaintexts);
  const schedules = makeSchedules(dice, now, users);
  const inventory = makeInventory(dice, now, people);
  const addresses = makeAddresses(dice, now, people);
  const articles = makeArticles(dice, now, people, folders);
  const { domains, checks } = makeDomains(dice, now, people);
  const { alerts, fired, ipRules } = makeAlerts(dice, now, people);
  const sql = [
    'SET synchronous_commit = off;',
    insert('users', users),
    insert('companies', companies),
    insert('memberships', people.memberships),
    insert('sessions', people.sessions),
    insert('folders', folders),
    insert('password_folders', drawers),
    insertAll({ asset_layouts: inventory.layouts, asset_fields: inventory.fields, assets: inventory.assets, asset_field_values: inventory.values, relations: inventory.relations }),
    insertAll({ tags: makeTags(dice, now), subnets: addresses.subnets, ip_reservations: addresses.reservations }),
    insert('uploads', content.uploads),
    ...companies.map(({ id }) => `UPDATE companies SET logo_upload_id = '${content.uploads.find((upload) => upload.company_id === id).id}' WHERE id = '${id}';`),
    insert('articles', articles),
    insert('article_versions', makeArticleVersions(dice, articles)),
    insert('passwords', vault.passwords),
    insert('password_versions', vault.versions),
    insert('integrations', connections.integrations),
    insert('integration_secrets', connections.secrets),
    insertAll(makeSync(dice, now, people, connections, inventory, addresses, articles)),
    settle('email_settings', connections.emailSettings),
    settle('ai_settings', connections.aiSettings),
    `UPDATE system_settings SET workspace_name = 'Acme IT', article_default_editor_mode = 'markdown';`,
    insertAll({ monitored_domains: domains, domain_checks: checks, alert_config: alerts, alert_trigger: fired, ip_rules: ipRules }),
    insertAll(makePersonal(dice, now, people, { passwords: vault.passwords, assets: inventory.assets, articles })),
    insert('backup_config', Object.values(schedules)),
    insert('audit_log', auditRows(dice, now, users, companies, schedules)),
  ].join('\n');
  return {
    sql, files: content.files, schedules, operators: users.slice(1, 3).map((user) => user.id), dice,
    secrets: [...people.plaintexts, ...vault.plaintexts, ...connections.plaintexts],
  };
}

function auditRows(dice, now, users, companies, schedules) {
  const row = (days, facts) => ({
    id: dice.uuid(), actor_id: users[0].id, company_id: null, ip: '192.0.2.10', user_agent: 'Mozilla/5.0', before: null, after: null,
    created_at: new Date(now.getTime() - days * 86_400_000).toISOString(), ...facts,
  });
  const signIns = Array.from({ length: 30 }, (_, place) => {
    const user = users[place % 4];
    return row(60 - place * 2, { actor_id: user.id, action: 'auth.login', entity_type: 'User', entity_id: user.id });
  });
  const views = companies.map((company, place) => row(5 + place, {
    actor_id: users[1].id, action: 'password.viewed', entity_type: 'Password', entity_id: dice.uuid(), company_id: company.id,
  }));
  const made = Object.values(schedules).map((schedule) => row(380, {
    action: 'backup.config.create', entity_type: 'BackupConfig', entity_id: schedule.id,
    after: { name: schedule.name, cron: schedule.cron, timezone: schedule.timezone, retention: schedule.retention },
  }));
  return [...made, ...signIns, ...views];
}
