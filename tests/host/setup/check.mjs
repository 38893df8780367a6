// tests/host/check: one default host, asked over real SSH as its login, and every promise of the README looked at.

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sources } from './places.mjs';
import { waitUntil } from './processes.mjs';
import { Session } from './session.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'selvage-host-check-'));
let passed = 0;
let failed = 0;

async function check(name, work) {
  try {
    await work();
    passed += 1;
    process.stdout.write(`ok      ${name}\n`);
  } catch (error) {
    failed += 1;
    process.stdout.write(`FAILED  ${name}: ${error.message}\n`);
  }
}

function same(actual, expected, what = 'value') {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: ${a}, expected ${b}`);
}

function holds(condition, what) {
  if (!condition) throw new Error(what);
}

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

async function checkHost(host, session) {
  const dumpInside = (filename) => `/var/lib/weavestream/backup/${filename}`;
  const newestRun = () => session.rows(`SELECT id, status, error, dump_path, manifest FROM backup_run ORDER BY created_at DESC LIMIT 1`)[0];
  const settled = (id) => waitUntil(`run ${id} settled`, () => {
    const [row] = session.rows(`SELECT id, status, error, dump_path, size_bytes, manifest FROM backup_run WHERE id = '${id}' AND status IN ('success', 'failed')`);
    return row;
  }, { seconds: 60, every: 200 });
  const runNow = async (schedule) => {
    const [{ id }] = session.rows(`WITH made AS (INSERT INTO backup_run (config_id, kind, triggered_by) VALUES ('${schedule}', 'MANUAL',
      (SELECT id FROM users WHERE role = 'SUPER_ADMIN')) RETURNING id) SELECT id FROM made`);
    session.queue(`return queue.add('run', { kind: 'run', configId: '${schedule}', backupRunId: '${id}' }, { attempts: 1 }).then((job) => job.id)`);
    return settled(id);
  };

  await check('the login is not root and sees five services', () => {
    holds(session.shell('id -u').trim() !== '0', 'the login is root');
    const states = session.compose('ps');
    for (const service of ['postgres', 'redis', 'api', 'worker', 'web']) holds(states.includes(`_${service}_1`) || states.includes(`-${service}-1`), `no ${service}`);
    holds(!/unhealthy|Exit/.test(states), states);
  });
  await check('docker compose and docker-compose both answer', () => {
    session.shell('docker compose version && docker-compose version');
  });
  await check('only web is published, and answers', () => {
    const body = execFileSync('node', ['-e', `fetch('http://127.0.0.1:${host.web.port}/api/health').then((answer) => answer.text()).then(console.log)`], { encoding: 'utf8' });
    same(JSON.parse(body), { status: 'ok' });
    holds(!/:(5432|6379|4000)->/.test(session.shell('docker ps --format "{{.Ports}}"')), 'an inner port is published');
  });
  await check('the images carry the version', () => {
    const id = session.compose('ps -q api').trim();
    const label = session.shell(`docker inspect --format '{{index .Config.Labels "org.opencontainers.image.version"}}' ${id}`).trim();
    same(label, '1.9.11');
  });
  await check('api has bullmq and no Postgres client; worker has both', () => {
    session.compose("exec -T api node -e \"require('bullmq')\"");
    holds(session.fails('docker compose exec -T api sh -c "command -v psql || command -v pg_dump"'), 'api has a Postgres client');
    session.compose('exec -T worker sh -c "command -v pg_dump"');
  });
  await check('the newest dump: closed to the login, open through the worker, and right', () => {
    const { filename, sha256: expected, size } = host.runs.latest;
    holds(session.fails(`cat data/backup/${filename}`), 'the login can read the dump');
    const bytes = session.bytes(`docker compose exec -T worker cat ${dumpInside(filename)}`);
    same(bytes.length, size, 'size');
    same(sha256(bytes), expected, 'sha256');
    const manifest = JSON.parse(session.compose(`exec -T worker cat ${dumpInside(filename).replace(/dump$/, 'manifest.json')}`));
    same([manifest.sha256, manifest.sizeBytes, manifest.filename], [expected, size, filename], 'manifest');
  });
  await check('every run that has a path has a file, and every file has a run', () => {
    const paths = session.rows("SELECT dump_path FROM backup_run WHERE dump_path IS NOT NULL ORDER BY 1").map((row) => row.dump_path);
    const files = session.compose("exec -T worker sh -c 'ls /var/lib/weavestream/backup/*.dump'").trim().split(/\r?\n/).sort();
    same(files, paths);
    holds(paths.length > 5, 'too few dumps');
  });
  await check('the dump restores, and holds its own run as running', () => {
    const list = session.shell(`docker compose exec -T worker cat ${dumpInside(host.runs.latest.filename)} | docker compose exec -T postgres sh -c 'createdb -U weavestream probe && pg_restore --no-owner --no-acl --exit-on-error -U weavestream -d probe'`);
    same(list.trim(), '');
    const row = session.rows(`SELECT status FROM backup_run WHERE id = '${host.runs.latest.id}'`, 'probe')[0];
    same(row.status, 'running');
    session.compose('exec -T postgres dropdb -U weavestream probe');
  });
  await check('all 52 tables are there, and none is empty', () => {
    const tables = session.rows("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1").map((row) => row.name);
    same(tables.length, 52, 'tables');
    const empty = tables.filter((name) => session.rows(`SELECT count(*)::int AS held FROM ${name}`)[0].held === 0);
    same(empty, []);
  });
  await check('the audit log refuses changes; the search index is filled', () => {
    holds(session.fails('docker compose exec -T postgres psql -U weavestream -c "DELETE FROM audit_log"'), 'audit_log was changed');
    const [{ hits }] = session.rows("SELECT count(*)::int AS hits FROM search_index WHERE body_internal_tsv @@ to_tsquery('english', 'snapshot')");
    same(hits, 3);
  });
  await check('schedulers are in the queue and know their next time', () => {
    const schedulers = session.queue('return queue.getJobSchedulers(0, -1)');
    same(schedulers.map((one) => one.key).sort(), [host.schedules.daily, host.schedules.weekly].map((id) => `backup-config-${id}`).sort());
    for (const one of schedulers) holds(one.next > Date.now(), `${one.key} has no next time`);
  });
  await check('a run added to the queue makes a right dump', async () => {
    const run = await runNow(host.schedules.daily);
    same([run.status, run.error], ['success', null]);
    const sum = session.compose(`exec -T worker sha256sum ${run.dump_path}`).split(' ')[0];
    same(sum, run.manifest.sha256);
    const [audit] = session.rows(`SELECT action FROM audit_log WHERE entity_id = '${run.id}'`);
    same(audit.action, 'backup.run.completed');
  });
  await check('pruning keeps what the rule keeps', async () => {
    session.rows(`UPDATE backup_config SET retention = '{"keepLast":2,"daily":0,"weekly":0,"monthly":0}' WHERE id = '${host.schedules.daily}' RETURNING id`);
    session.queue(`return queue.add('prune', { kind: 'prune', configId: '${host.schedules.daily}' }).then((job) => job.id)`);
    const paths = await waitUntil('two dumps left', () => {
      const left = session.rows(`SELECT id, dump_path FROM backup_run WHERE config_id = '${host.schedules.daily}' AND dump_path IS NOT NULL`);
      return left.length === 2 && left.map((row) => row.dump_path);
    }, { seconds: 20, every: 200 });
    session.compose(`exec -T worker ls ${paths.join(' ')}`);
    const [{ total }] = session.rows(`SELECT count(*)::int AS total FROM backup_run`);
    same(total, host.runs.total + 1, 'rows stay');
  });
  await check('a held advisory lock makes the run concurrent', async () => {
    const holder = session.start(`docker compose exec -T postgres psql -U weavestream -c "SELECT pg_advisory_lock(hashtext('weavestream:backup')), pg_sleep(60)"`);
    await waitUntil('lock held', () => session.rows("SELECT 1 AS held FROM pg_locks WHERE locktype = 'advisory' AND granted").length > 0, { every: 200 });
    const run = await runNow(host.schedules.weekly);
    same([run.status, run.error], ['failed', 'concurrent']);
    session.rows("SELECT pg_terminate_backend(pid) AS ended FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()");
    holder.kill();
  });
  await check('a row written by SQL alone fires only after the api starts again', async () => {
    session.rows(`UPDATE backup_config SET enabled = true WHERE id = '${host.schedules.disabled}' RETURNING id`);
    const key = `backup-config-${host.schedules.disabled}`;
    const keys = () => session.queue('return queue.getJobSchedulers(0, -1)').map((one) => one.key);
    holds(!keys().includes(key), 'it was there before');
    session.compose('restart api');
    await waitUntil('scheduler registered', () => keys().includes(key), { seconds: 30, every: 300 });
  });
  await check('a scheduled job of BullMQ itself makes a run', async () => {
    const before = newestRun().id;
    session.queue(`return queue.upsertJobScheduler('backup-config-${host.schedules.disabled}', { every: 86400000 },
      { name: 'run', data: { kind: 'run', configId: '${host.schedules.disabled}' } }).then(() => true)`);
    const run = await waitUntil('a new run', () => { const row = newestRun(); return row.id !== before && row; }, { seconds: 30, every: 200 });
    same((await settled(run.id)).status, 'success');
  });
  await check('a forward to the container\'s address reaches Postgres', async () => {
    const greeting = spawnSync('ssh', [...session.arguments, '-W', `${host.database.host}:5432`, session.target], {
      // Postgres answers an SSLRequest with one letter.
      input: Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]), timeout: 20_000,
    });
    holds(['N', 'S'].includes(greeting.stdout.toString()), `answered ${greeting.stdout} ${greeting.stderr}`);
  });
}

const host = JSON.parse(execFileSync(join(sources, 'up'), process.argv.slice(2), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26 }));
try {
  writeFileSync(join(scratch, 'known_hosts'), `${host.ssh.known_hosts_line}\n`);
  await checkHost(host, new Session(host, join(scratch, 'known_hosts')));
} finally {
  const down = spawnSync(join(sources, 'down'), [host.id], { stdio: ['ignore', 'ignore', 'inherit'] });
  await check('down leaves nothing', () => {
    same(down.status, 0, 'exit code');
    holds(!existsSync(host.state_dir), 'state folder is left');
    holds(spawnSync('getent', ['passwd', host.ssh.user]).status !== 0, 'user is left');
    holds(!existsSync(`/proc/${host.pids.sshd}`), 'sshd is left');
  });
  rmSync(scratch, { recursive: true, force: true });
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
