// The names of one .env, as Rust tells them: hidden values are never here.
import type { KeyProof, KeyUse, NameGroup, NameRow, ProvedKey, Remark } from '../bindings';

type Made = Partial<Omit<NameRow, 'name' | 'group'>>;

const hidden = (characters: number): NameRow['value'] => ({ is: 'hidden', characters });
const plain = (text: string): NameRow['value'] => ({ is: 'plain', text });
const key = (kid: string): Made => ({ value: hidden(44), kids: [kid], bytes: 32 });

function row(group: NameGroup, name: string, made: Made): NameRow {
  return { name, group, value: plain(''), kids: [], bytes: null, remarks: [], host: 'same', proof: null, ...made };
}

const says = (...remarks: Remark[]): Pick<NameRow, 'remarks'> => ({ remarks });

/** The file as it was captured; what the host makes of it is put over it. */
export function envNames(version: number): NameRow[] {
  const rotated = version >= 7;
  const data = (name: string, made: Made) => row('data', name, made);
  const signing = (name: string, made: Made) => row('signing', name, made);
  const access = (name: string, made: Made) => row('access', name, made);
  const setting = (name: string, text: string, made: Made = {}) => row('setting', name, { value: plain(text), ...made });
  return [
    data('PASSWORD_ENCRYPTION_KEY', key(rotated ? '2026-10' : '2026-01')),
    data('PASSWORD_ENCRYPTION_KEY_KID', { value: plain(rotated ? '2026-10' : '2026-01') }),
    data('PASSWORD_PREVIOUS_KEYS', { value: hidden(rotated ? 98 : 46), kids: rotated ? ['2026-01', '1'] : ['1'] }),
    data('MFA_ENCRYPTION_KEY', { value: hidden(44), bytes: 32 }),
    data('INTEGRATION_SECRET_KEY', key('1')),
    data('INTEGRATION_SECRET_KEY_KID', { value: plain('1') }),
    data('INTEGRATION_PREVIOUS_KEYS', { value: { is: 'placeholder' } }),
    data('SMTP_SECRET_KEY', key('1')),
    data('SMTP_SECRET_KEY_KID', { value: plain('1') }),
    signing('JWT_SIGNING_KEY', key('1')),
    signing('JWT_SIGNING_KEY_KID', { value: plain('1') }),
    signing('COOKIE_SIGNING_KEY', { value: hidden(44), bytes: 32 }),
    signing('CSRF_SIGNING_KEY', { value: hidden(44), bytes: 32 }),
    access('POSTGRES_PASSWORD', { value: hidden(28) }),
    access('REDIS_PASSWORD', { value: hidden(9), ...says({ says: 'weak' }) }),
    access('DATABASE_URL', { value: hidden(78), ...says({ says: 'not_used' }) }),
    access('REDIS_URL', { value: hidden(58), ...says({ says: 'not_used' }) }),
    setting('WEAVESTREAM_VERSION', '1.9.10'),
    setting('APP_URL', 'https://weave.acme.example'),
    setting('API_URL', 'https://weave.acme.example/api', says({ says: 'repeated', times: 2 })),
    setting('POSTGRES_USER', 'weavestream'),
    setting('POSTGRES_DB', 'weavestream'),
    setting('WEB_HOST_PORT', '8080'),
    setting('DATA_DIR', '/srv/weavestream/data'),
    setting('SMTP_HOST', 'mail.acme.example'),
    setting('LOG_LEVEL', '', { value: { is: 'empty' } }),
    row('other', 'OIDC_CLIENT_SECRET', { value: hidden(40) }),
    row('other', 'COMPANY_BANNER', { value: hidden(22) }),
    row('other', 'HTTPS_PROXY', { value: { is: 'bare' } }),
  ];
}

/** A name that only the host has. */
export const onlyThere = (name: string, group: NameGroup): NameRow => row(group, name, { value: { is: 'absent' }, host: 'only_there' });

function proved(keyUse: KeyUse, name: string, kids: [string | null, number, number, number][], outcome: ProvedKey['outcome'] = 'proves'): ProvedKey {
  return { keyUse, name, outcome, kids: kids.map(([kid, opened, tried, rows]) => ({ kid, trouble: null, tried, opened, rows })), malformed: 0, unread: [] };
}

/** What trying the keys of a file comes to; with `smtp` rotated away, the mail settings stay shut. */
export function proofOf(version: number | 'host', at: string, smtpLost: boolean, direct: boolean): KeyProof {
  const older = version !== 'host' && version < 7;
  const passwords: ProvedKey = proved('password', 'PASSWORD_ENCRYPTION_KEY', [['2026-10', 3, 3, 1204], ['2026-01', 2, 2, 310], ['1', 1, 1, 27]]);
  const [newest] = passwords.kids;
  if (older && newest) Object.assign(passwords, { outcome: 'unknown_kid', kids: [{ ...newest, opened: 0, trouble: { is: 'missing' } }, ...passwords.kids.slice(1)] });
  const smtp = proved('smtp', 'SMTP_SECRET_KEY', [['1', 1, 1, 1]]);
  const [one] = smtp.kids;
  if (version === 'host' && smtpLost && one) Object.assign(smtp, { outcome: 'unknown_kid', kids: [{ ...one, opened: 0, trouble: { is: 'missing' } }] });
  const integration = proved('integration', 'INTEGRATION_SECRET_KEY', [['1', 2, 2, 4]]);
  if (direct) Object.assign(integration, { outcome: 'not_allowed', kids: [], unread: ['integration_config.secret', 'ai_provider.api_key'] });
  return { at, direct, keys: [passwords, proved('mfa', 'MFA_ENCRYPTION_KEY', [[null, 6, 6, 6]]), integration, smtp] };
}

/** The rows with what a proof said of each. */
export function withProof(rows: NameRow[], proof: KeyProof): NameRow[] {
  return rows.map((known) => {
    const list = { PASSWORD_PREVIOUS_KEYS: 'PASSWORD_ENCRYPTION_KEY', INTEGRATION_PREVIOUS_KEYS: 'INTEGRATION_SECRET_KEY' }[known.name];
    const found = proof.keys.find((tried) => tried.name === (list ?? known.name));
    if (!found) return known;
    const kids = list === undefined ? found.kids : found.kids.filter(({ kid }) => kid !== null && known.kids.includes(kid));
    const failing = kids.filter(({ opened, tried }) => opened < tried).map(({ kid }) => kid ?? '');
    if (list !== undefined && kids.length === 0) return { ...known, proof: { outcome: 'nothing_to_test', opened: 0, tested: 0, failing: [] } };
    const sum = (of: 'opened' | 'tried') => kids.reduce((all, kid) => all + kid[of], 0);
    const [opened, tested] = found.keyUse === 'mfa' ? [sum('opened'), sum('tried')] : [kids.length - failing.length, kids.length];
    return { ...known, proof: { outcome: list === undefined ? found.outcome : failing.length > 0 ? 'does_not_decrypt' : 'proves', opened, tested, failing } };
  });
}
