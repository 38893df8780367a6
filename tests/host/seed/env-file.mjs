// The host's `.env`, as the documented set-up leaves it: a template with placeholders, generated keys appended to it.

import { randomBytes } from 'node:crypto';

const key = () => randomBytes(32).toString('base64');
const url = () => randomBytes(18).toString('base64url');

/**
 * @param facts `version`, `webPort`, `dataDir` (null for the default), `project` (null to let the folder's name decide),
 *   `legacyQueue`: the api registers schedules as up to 1.9.3.
 * @returns `{text, values, secrets, keyrings}`; `keyrings.password|integration|smtp` are `{kid, keys: {kid: Buffer}}`, `keyrings.mfa` a Buffer.
 */
export function makeEnvFile({ version, webPort, dataDir, project, legacyQueue = false }) {
  const [postgresPassword, redisPassword] = [url(), url()];
  const keys = {
    JWT_SIGNING_KEY: key(), MFA_ENCRYPTION_KEY: key(), COOKIE_SIGNING_KEY: key(), CSRF_SIGNING_KEY: key(),
    PASSWORD_ENCRYPTION_KEY: key(), INTEGRATION_SECRET_KEY: key(), SMTP_SECRET_KEY: key(),
  };
  // The password key was changed twice, SMTP's once; the integration key never, so its kid is the default `1`.
  const previous = { jwt: { '2025-11': key() }, password: { 1: key(), '2025-06': key() }, smtp: { 1: key() } };
  const listed = (keysByKid) => Object.entries(keysByKid).map(([kid, value]) => `${kid}:${value}`).join(',');
  const values = {
    WEAVESTREAM_VERSION: version,
    WEB_HOST_PORT: String(webPort),
    POSTGRES_USER: 'weavestream', POSTGRES_PASSWORD: postgresPassword, POSTGRES_DB: 'weavestream',
    DATABASE_URL: `postgresql://weavestream:${postgresPassword}@postgres:5432/weavestream`,
    REDIS_PASSWORD: redisPassword, REDIS_URL: `redis://:${redisPassword}@redis:6379/0`,
    ...keys,
    JWT_SIGNING_KEY_KID: '2026-01', JWT_PREVIOUS_KEYS: listed(previous.jwt),
    PASSWORD_ENCRYPTION_KEY_KID: '2026-01', PASSWORD_PREVIOUS_KEYS: listed(previous.password),
    INTEGRATION_PREVIOUS_KEYS: '',
    SMTP_SECRET_KEY_KID: '2', SMTP_PREVIOUS_KEYS: listed(previous.smtp),
  };
  const text = `# Weavestream settings. Lines below "generated" were appended by the set-up; the last one of a name wins.
${project ? `COMPOSE_PROJECT_NAME=${project}\n` : ''}WEAVESTREAM_VERSION=${values.WEAVESTREAM_VERSION}
WEB_HOST_PORT=${values.WEB_HOST_PORT}
${dataDir === null ? '# DATA_DIR=/srv/weavestream\n' : `DATA_DIR=${quoted(dataDir)}\n`}
# --- Core
NODE_ENV=production
APP_URL="http://localhost:${webPort}"
API_URL=http://localhost:${webPort}/api
COMPANY_BANNER='Northwind & Sons, IT' # shown on the sign-in page

# --- Postgres
POSTGRES_USER=weavestream
POSTGRES_PASSWORD=${values.POSTGRES_PASSWORD}
POSTGRES_DB=weavestream
DATABASE_URL=${values.DATABASE_URL}

# --- Redis
REDIS_PASSWORD=${values.REDIS_PASSWORD}
REDIS_URL=${values.REDIS_URL}

# --- Keys
JWT_SIGNING_KEY=REPLACEME_32_BYTES_BASE64
JWT_SIGNING_KEY_KID=2026-01
JWT_PREVIOUS_KEYS=${values.JWT_PREVIOUS_KEYS}
MFA_ENCRYPTION_KEY=REPLACEME_32_BYTES_BASE64
COOKIE_SIGNING_KEY=REPLACEME_32_BYTES_BASE64
CSRF_SIGNING_KEY=REPLACEME_32_BYTES_BASE64
PASSWORD_ENCRYPTION_KEY=REPLACEME_32_BYTES_BASE64
PASSWORD_ENCRYPTION_KEY_KID=2026-01
PASSWORD_PREVIOUS_KEYS=${values.PASSWORD_PREVIOUS_KEYS}
INTEGRATION_SECRET_KEY=REPLACEME_32_BYTES_BASE64
INTEGRATION_PREVIOUS_KEYS=
SMTP_SECRET_KEY=REPLACEME_32_BYTES_BASE64
SMTP_SECRET_KEY_KID=2
SMTP_PREVIOUS_KEYS=${values.SMTP_PREVIOUS_KEYS}

SESSION_MAX_AGE_DAYS=30
UPLOAD_REAPER_CRON="7 4 * * *"
LOG_LEVEL=info
${legacyQueue ? 'BACKUP_QUEUE_LEGACY=1\n' : ''}
# --- generated
${Object.entries(keys).map(([name, value]) => `${name}=${value}`).join('\n')}
`;
  const bytes = (byKid) => Object.fromEntries(Object.entries(byKid).map(([kid, value]) => [kid, Buffer.from(value, 'base64')]));
  return {
    text,
    values,
    secrets: [
      postgresPassword, redisPassword, ...Object.values(keys), ...Object.values(previous).flatMap((byKid) => Object.values(byKid)),
    ],
    keyrings: {
      password: { kid: '2026-01', keys: bytes({ ...previous.password, '2026-01': keys.PASSWORD_ENCRYPTION_KEY }) },
      integration: { kid: '1', keys: bytes({ 1: keys.INTEGRATION_SECRET_KEY }) },
      smtp: { kid: '2', keys: bytes({ ...previous.smtp, 2: keys.SMTP_SECRET_KEY }) },
      mfa: Buffer.from(keys.MFA_ENCRYPTION_KEY, 'base64'),
    },
  };
}

/** A path may hold spaces; single quotes keep compose from reading `$` in it. */
function quoted(path) {
  if (/^[\w./-]+$/.test(path)) return path;
  if (/['\n\\]/.test(path)) throw new Error(`DATA_DIR cannot be written into .env: ${JSON.stringify(path)}`);
  return `'${path}'`;
}
