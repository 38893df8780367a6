// Companies and users: every role, and every way of being allowed or not allowed to manage backups.

import { sealMfa } from './envelope.mjs';

const COMPANIES = [
  { name: 'Northwind & Sons', slug: 'northwind', notes: 'Main office in Rochester.' },
  { name: 'Blauberg Logistik GmbH', slug: 'blauberg', notes: null },
  { name: "O'Hara Dental", slug: 'ohara-dental', notes: 'Two sites; ask for Maeve.' },
];

const USERS = [
  { name: 'Ada Lindqvist', role: 'SUPER_ADMIN', mfa: true, access: 'FULL' },
  { name: 'Bruno Castellan', role: 'OPERATOR', capabilities: ['BACKUP_MANAGE', 'AUDIT_READ'], mfa: true, access: 'FULL' },
  { name: 'Chika Obi', role: 'OPERATOR', capabilities: ['COMPANY_MANAGE', 'BACKUP_MANAGE', 'SETTINGS_MANAGE'], access: 'FULL' },
  { name: 'Dmitri Vance', role: 'OPERATOR', capabilities: ['USER_MANAGE', 'MEMBERSHIP_MANAGE'], access: 'READONLY' },
  // May manage backups by capability, and yet may not: one is gone, one is switched off.
  { name: 'Elena Foss', role: 'OPERATOR', capabilities: ['BACKUP_MANAGE'], access: 'NONE', deactivated: true },
  { name: 'Farid Haddad', role: 'OPERATOR', capabilities: ['BACKUP_MANAGE', 'EXPORT_CREATE'], access: 'NONE', inactive: true },
  { name: 'Greta Maurer', role: 'CLIENT_USER', company: 1 },
  { name: 'Hugh Ormsby', role: 'CLIENT_USER', company: 0, mfa: true },
  { name: 'Ines Prado', role: 'CONTRACTOR', company: 2 },
  { name: "Joan O'Hara", role: 'CLIENT_USER', company: 2 },
];

/** @returns `{companies, users, memberships, sessions, plaintexts}`; rows ready to insert. */
export function makePeople(dice, now, mfaKey) {
  const ago = (days) => new Date(now.getTime() - days * 86_400_000).toISOString();
  const plaintexts = [];
  const users = USERS.map((user) => {
    let secret = null;
    if (user.mfa) plaintexts.push(secret = dice.base32(16));
    return {
      id: dice.uuid(),
      email: `${user.name.toLowerCase().replace(/[^a-z]+/g, '.')}@example.test`,
      name: user.name,
      password_hash: `$argon2id$v=19$m=65536,t=3,p=4$${dice.bytes(16).toString('base64').replace(/=+$/, '')}$${dice.bytes(32).toString('base64').replace(/=+$/, '')}`,
      role: user.role,
      is_active: !user.inactive,
      mfa_enabled: Boolean(user.mfa),
      mfa_secret_encrypted: secret && sealMfa(secret, { key: mfaKey }),
      deactivated_at: user.deactivated ? ago(40) : null,
      timezone: dice.pick(['America/New_York', 'Europe/Berlin', null]),
      global_access: user.access ?? null,
      platform_capabilities: user.capabilities ?? [],
      created_at: ago(400 - dice.roll() * 100),
      updated_at: ago(dice.roll() * 90),
    };
  });
  const companies = COMPANIES.map((company) => ({
    id: dice.uuid(), ...company, is_active: true, created_by: users[0].id, created_at: ago(390), updated_at: ago(12),
  }));
  const memberships = USERS.flatMap((user, place) => (user.company === undefined ? [0, 1, 2] : [user.company]).map((company) => ({
    id: dice.uuid(), user_id: users[place].id, company_id: companies[company].id,
    role: user.company === undefined ? 'FULL' : 'READONLY', created_at: ago(300), updated_at: ago(300),
  })));
  const sessions = users.slice(0, 4).map((user, place) => ({
    id: dice.uuid(), user_id: user.id, refresh_token_hash: dice.bytes(32).toString('hex'), ip: `192.0.2.${place + 10}`,
    user_agent: 'Mozilla/5.0', expires_at: ago(-20), revoked_at: place === 3 ? ago(1) : null, created_at: ago(2),
  }));
  return { companies, users, memberships, sessions, plaintexts };
}
