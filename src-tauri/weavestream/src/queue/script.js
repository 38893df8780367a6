// Run with the host's own node and bullmq, from a folder where they resolve. `asked` was defined above. Whatever was
// asked for is done first; then the queue is read back. A run is added last instead, so that what fails has added
// nothing. Only one marked line is printed, because loaded code may print too.
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
const jobsOf = async (id, ...states) => (await queue.getJobs(states)).filter((job) => job?.id?.startsWith(`repeat:${id}:`));
const isOurs = (key) => key.startsWith('backup-config-');
// Up to Weavestream 1.9.3 a schedule is a repeatable under a digest; only the data of its next job says whose.
const legacies = async () => {
  const delayed = (await queue.getDelayed()).filter((job) => job?.id?.startsWith('repeat:'));
  const found = new Map();
  for (const { id, data } of delayed) found.set(id.split(':').slice(1, -1).join(':'), data?.configId ?? null);
  return found;
};
const removeLegacies = async (config) => {
  for (const [key, of] of await legacies()) if (config && of === config && !isOurs(key)) await queue.removeJobScheduler(key);
};
const upsert = ({ id, pattern, tz, config }) =>
  queue.upsertJobScheduler(id, { pattern, tz }, { name: 'run', data: { kind: 'run', configId: config } });
const act = {
  read: async () => {},
  upsert: async (wanted) => {
    await removeLegacies(wanted.config);
    try {
      return await upsert(wanted);
    } catch (error) {
      // A scheduler that was lost can leave its next job behind, and bullmq then refuses to make that job anew.
      if (!/already exists/.test(error.message)) throw error;
      for (const job of await jobsOf(wanted.id, 'delayed')) await job.remove();
      return await upsert(wanted);
    }
  },
  // A job that has come due waits on after its scheduler is gone, and would be carried out.
  remove: async ({ id, config }) => {
    await queue.removeJobScheduler(id);
    await removeLegacies(config);
    for (const job of await jobsOf(id, 'waiting', 'paused', 'prioritized', 'delayed')) await job.remove();
  },
  // A job with this id is added once, however often it is asked for.
  run: ({ config, run }) => queue.add('run', { kind: 'run', configId: config, backupRunId: run },
    { attempts: 1, jobId: `backup-run-${run}`, removeOnComplete: true, removeOnFail: 100 }),
};
(async () => {
  if (asked.act !== 'run') await act[asked.act](asked);
  const [found, whose] = [await queue.getJobSchedulers(0, -1, true), await legacies()];
  const schedulers = found.map(({ key, id, next, pattern, tz }) => ({ id: key ?? id, next: next ?? null, pattern: pattern ?? null, tz: tz ?? null,
    config: isOurs(key ?? id) ? null : whose.get(key ?? id) ?? null }));
  if (asked.act === 'run') await act.run(asked);
  console.log('selvage:' + JSON.stringify({ schedulers, cronParser: version() }));
  await queue.close();
})().then(() => process.exit(0), (error) => { console.error(String(error && error.message || error)); process.exit(1); });
