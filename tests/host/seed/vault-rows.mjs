// Everything encrypted: passwords with their versions, integrations, SMTP and AI settings. Both envelope versions, all kids.

import { seal } from './envelope.mjs';

const NAMES = ['Domain controller', 'Firewall', 'Office 365 tenant', 'Backup NAS', 'Wi-Fi controller', 'Line-of-business SQL', 'Registrar', 'UPS card'];

/** @returns `{passwords, versions, plaintexts}`. */
export function makePasswords(dice, now, { companies, users }, keyring, folders) {
  const ago = (days) => new Date(now.getTime() - days * 86_400_000).toISOString();
  const kids = Object.keys(keyring.keys);
  const plaintexts = [];
  const versions = [];
  let turn = 0;
  const passwords = companies.flatMap((company) => NAMES.map((name, place) => {
    const id = dice.uuid();
    turn += 1;
    // The turn decides, not chance: every kid occurs with both versions, and every column with both.
    const sealed = (field, plaintext, kid, version) => {
      plaintexts.push(plaintext);
      return seal(plaintext, { key: keyring.keys[kid], kid, aad: version === 2 ? `password:${company.id}:${id}:${field}` : null });
    };
    const ciphertexts = (kid, version) => ({
      notes_ciphertext: place % 2 === 0 ? sealed('notes', `Kept in the safe, card ${dice.bytes(4).toString('hex')}.`, kid, version) : null,
      password_ciphertext: sealed('password', dice.password(), kid, version),
      totp_secret_ciphertext: place % 3 === 0 ? sealed('totp', dice.base32(32), kid, version) : null,
    });
    const operator = users[1 + (turn % 2)];
    for (let version = 1; version <= turn % 3; version += 1) {
      versions.push({
        id: dice.uuid(), password_id: id, company_id: company.id, version, name,
        ...ciphertexts(kids[(turn + version) % kids.length], 1 + ((turn + version) % 2)),
        changed_fields: ['password'], changed_by: operator.id, change_reason: version === 1 ? null : 'rotation', created_at: ago(200 - version * 20),
      });
    }
    return {
      id, company_id: company.id, folder_id: dice.pick(folders.filter((folder) => folder.company_id === company.id)).id,
      name, username: `svc-${company.slug}`, url: place % 2 === 0 ? `https://${company.slug}.example.test/${place}` : null,
      ...ciphertexts(kids[turn % kids.length], 1 + (Math.floor(turn / kids.length) % 2)),
      totp_algorithm: dice.pick(['SHA1', 'SHA256']), totp_digits: 6, totp_period: 30,
      tags: place % 4 === 0 ? ['critical', 'on-site'] : [], visible_to_clients: place % 5 === 0, require_reason_to_view: place === 0,
      restricted_to_user_ids: place === 0 ? [users[0].id, users[1].id] : [],
      created_by: operator.id, updated_by: users[0].id, archived_at: null, created_at: ago(250), updated_at: ago(place),
    };
  }));
  return { passwords, versions, plaintexts };
}

/** @returns `{integrations, secrets, emailSettings, aiSettings, plaintexts}`. */
export function makeConnections(dice, now, { users }, keyrings) {
  const at = new Date(now.getTime() - 30 * 86_400_000).toISOString();
  const plaintexts = [];
  const sealed = (plaintext, ring, kid, aad) => {
    plaintexts.push(plaintext);
    return seal(plaintext, { key: ring.keys[kid], kid, aad });
  };
  const integrations = ['ninjaone', 'cloudflare', 'halo'].map((driver) => ({
    id: dice.uuid(), driver, name: `${driver} (main)`, status: driver === 'halo' ? 'DISABLED' : 'ACTIVE',
    config: { baseUrl: `https://${driver}.example.test`, pageSize: 100 }, created_by: users[0].id, created_at: at, updated_at: at,
  }));
  const { integration, smtp } = keyrings;
  const secrets = integrations.map(({ id }, place) => {
    const apiToken = dice.bytes(24).toString('hex');
    plaintexts.push(apiToken);
    const aad = place === 0 ? null : `integration:${id}:secret`;
    return {
      id: dice.uuid(), integration_id: id, ciphertext: sealed(JSON.stringify({ apiToken }), integration, integration.kid, aad), created_at: at, updated_at: at,
    };
  });
  return {
    integrations, secrets,
    // Never saved again since the SMTP key changed: it still needs the previous key.
    emailSettings: [{
      id: 'singleton', enabled: true, host: 'mail.example.test', port: 587, secure_mode: 'STARTTLS', username: 'weavestream@example.test',
      password_ciphertext: sealed(dice.password(), smtp, '1', 'email-settings:singleton:smtp-password'), from_email: 'weavestream@example.test', updated_at: at,
    }],
    aiSettings: [{
      id: 'singleton', enabled: true, base_url: 'http://ai.example.test/v1', default_model: 'local-8b', allow_private_network: true,
      api_key_ciphertext: sealed(`sk-test-${dice.bytes(20).toString('hex')}`, integration, integration.kid, 'ai-settings:singleton:api-key'), updated_at: at,
    }],
    plaintexts,
  };
}
