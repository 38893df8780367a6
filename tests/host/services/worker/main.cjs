'use strict';
// The worker: consumes the queue `backup` as section 4 of the facts describes.

const { Queue, Worker } = require('bullmq');
const { redisConnection } = require('../../packages/connections.cjs');
const { openDatabase, claimRun, performRun, prune } = require('./run.cjs');

const SHORT_LIVED = { attempts: 1, removeOnComplete: { age: 3600 }, removeOnFail: { age: 86_400 } };

const queue = new Queue('backup', { connection: redisConnection() });
// A job whose worker was killed is begun once more when its lock expires.
const lockDuration = (Number(process.env.BACKUP_JOB_LOCK_MINUTES) || 360) * 60_000;
const worker = new Worker('backup', (job) => consume(job.data), { connection: redisConnection(), concurrency: 1, lockDuration });

worker.on('ready', () => console.log('worker: consuming the queue backup'));
worker.on('completed', (job) => console.log(`worker: job ${job.id} (${job.name}) done`));
worker.on('failed', (job, error) => console.error(`worker: job ${job?.id} failed: ${error.message}`));
worker.on('error', (error) => console.error(`worker: ${error.message}`));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, shutDown);

async function consume(data) {
  if (data.kind === 'run') return consumeRun(data);
  if (data.kind === 'prune') return withDatabase((database) => prune(database, data.configId));
  throw new Error(`unknown kind of backup job: ${JSON.stringify(data)}`);
}

async function consumeRun({ configId, backupRunId }) {
  const settled = await withDatabase(async (database) => {
    const found = await database.query('SELECT name, enabled, notify_emails, notify_on_success FROM backup_config WHERE id = $1', [configId]);
    if (found.rows.length === 0) return console.log(`worker: schedule ${configId} is gone, nothing to run`);
    // A tick that was still on its way leaves no row; a run that somebody asked for is made all the same.
    if (!backupRunId && !found.rows[0].enabled) return console.log(`worker: schedule ${configId} is disabled, nothing to run`);
    const runId = await claimRun(database, { configId, backupRunId });
    if (!runId) return console.log(`worker: run ${backupRunId} is gone`);
    const manifest = await performRun(database, { runId, configId });
    announce(found.rows[0], manifest);
    return manifest;
  });
  if (settled) await queue.add('prune', { kind: 'prune', configId }, SHORT_LIVED);
}

/** This host has no mail server: what would be sent is said in the log. */
function announce(config, manifest) {
  if (config.notify_emails.length === 0 || (manifest && !config.notify_on_success)) return;
  console.log(`worker: mail to ${config.notify_emails.join(', ')}: backup ${manifest ? 'succeeded' : 'FAILED'}: ${config.name}`);
}

async function withDatabase(work) {
  const database = await openDatabase();
  try {
    return await work(database);
  } finally {
    await database.end();
  }
}

async function shutDown() {
  // Not waiting for the running dump: compose kills after ten seconds anyway, and a killed worker's row stays `running`.
  await worker.close(true).catch(() => undefined);
  await queue.close().catch(() => undefined);
  process.exit(0);
}
