// Run with the host's own node and bullmq, from a folder where they resolve. `asked` was defined above. Whatever was
// asked for is done first; then the queue is read back. Only one marked line is printed, because loaded code may print too.
const { createRequire } = require('node:module');
const { Queue } = require('bullmq');
const address = new URL(process.env.REDIS_URL);
const connection = { host: address.hostname, port: Number(address.port || 6379), username: decodeURIComponent(address.username) || undefined,
  password: decodeURIComponent(address.password) || undefined, db: Number(address.pathname.slice(1) || 0), maxRetriesPerRequest: 1,
  connectTimeout: 5000, retryStrategy: () => null };
const queue = new Queue('backup', { connection });
queue.on('error', () => {});
const version = () => {
  try { return createRequire(require.resolve('bullmq'))('cron-parser/package.json').version; } catch { return null; }
};
const act = {
  read: async () => {},
  upsert: ({ id, pattern, tz, config }) => queue.upsertJobScheduler(id, { pattern, tz }, { name: 'run', data: { kind: 'run', configId: config } }),
  remove: ({ id }) => queue.removeJobScheduler(id),
  // A job with this id is added once, however often it is asked for.
  run: ({ config, run }) => queue.add('run', { kind: 'run', configId: config, backupRunId: run },
    { attempts: 1, jobId: `backup-run-${run}`, removeOnComplete: true, removeOnFail: 100 }),
};
(async () => {
  await act[asked.act](asked);
  const found = await queue.getJobSchedulers(0, -1, true);
  const schedulers = found.map(({ key, id, next, pattern, tz }) => ({ id: id ?? key, next: next ?? null, pattern: pattern ?? null, tz: tz ?? null }));
  console.log('selvage:' + JSON.stringify({ schedulers, cronParser: version() }));
  await queue.close();
})().then(() => process.exit(0), (error) => { console.error(String(error && error.message || error)); process.exit(1); });
