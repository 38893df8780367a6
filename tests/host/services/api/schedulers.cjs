'use strict';
// Makes the queue agree with `backup_config`: what the api does at every start.

const { Queue } = require('bullmq');
const { Client } = require('pg');
const { databaseUrl, redisConnection } = require('../../packages/connections.cjs');

/** Removes every scheduler of the queue and registers the enabled schedules again. @returns their names. */
async function registerSchedules() {
  const database = new Client({ connectionString: databaseUrl() });
  await database.connect();
  const queue = new Queue('backup', { connection: redisConnection() });
  try {
    for (const scheduler of await queue.getJobSchedulers(0, -1)) await queue.removeJobScheduler(scheduler.key);
    if (process.env.BACKUP_QUEUE_LEGACY === '1') return await registerRepeatables(database, queue);
    const enabled = await database.query('SELECT id, name, cron, timezone FROM backup_config WHERE enabled ORDER BY created_at');
    for (const { id, cron, timezone } of enabled.rows) {
      await queue.upsertJobScheduler(
        `backup-config-${id}`,
        { pattern: cron, tz: timezone ?? 'Etc/UTC' },
        { name: 'run', data: { kind: 'run', configId: id } },
      );
    }
    return enabled.rows.map((row) => row.name);
  } finally {
    await queue.close();
    await database.end();
  }
}

/** As it was up to 1.9.3: repeatables, whose key is a digest and whose schedule is told by their data alone. */
async function registerRepeatables(database, queue) {
  const enabled = await database.query('SELECT id, name, cron, timezone FROM backup_config WHERE enabled ORDER BY created_at');
  for (const { id, cron, timezone } of enabled.rows) {
    const repeat = timezone ? { pattern: cron, tz: timezone } : { pattern: cron };
    await queue.add('run', { kind: 'run', configId: id }, { repeat, jobId: `backup-config-${id}` });
  }
  return enabled.rows.map((row) => row.name);
}

module.exports = { registerSchedules };
