'use strict';
// Makes one dump file: pg_dump into a hidden 0600 file that is hashed while it is written, then renamed.

const { spawn } = require('node:child_process');
const { createHash } = require('node:crypto');
const { createWriteStream, promises: fs } = require('node:fs');
const path = require('node:path');
const { Transform } = require('node:stream');
const { pipeline } = require('node:stream/promises');

/** `2026-05-01T03-00-00Z`: an ISO time without what a file name should not hold. */
function stampOf(date) {
  return date.toISOString().replace(/\.\d+Z$/, 'Z').replace(/:/g, '-');
}

/** @returns `{dumpPath, filename, sizeBytes, sha256}`; a failing pg_dump leaves its hidden `.tmp`, as the real worker does. */
async function writeDump({ storageDir, stamp, databaseUrl, pgDumpOptions = [] }) {
  const filename = `weavestream-postgres-${stamp}.dump`;
  const hidden = path.join(storageDir, `.${filename}.tmp`);
  const dumpPath = path.join(storageDir, filename);
  await fs.mkdir(storageDir, { recursive: true });
  const measured = await streamPgDump(hidden, databaseUrl, pgDumpOptions);
  await fs.rename(hidden, dumpPath);
  return { dumpPath, filename, ...measured };
}

async function streamPgDump(file, databaseUrl, pgDumpOptions) {
  const pgDump = spawn('pg_dump', ['--format=custom', '--no-owner', '--no-acl', ...pgDumpOptions, `--dbname=${databaseUrl}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  pgDump.stderr.setEncoding('utf8').on('data', (text) => { complaint = (complaint + text).slice(-20_000); });
  const ended = new Promise((resolve, reject) => {
    pgDump.on('error', reject);
    pgDump.on('close', resolve);
  });
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const measure = new Transform({
    highWaterMark: 1 << 20,
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      done(null, chunk);
    },
  });
  const [code] = await Promise.all([
    ended,
    pipeline(pgDump.stdout, measure, createWriteStream(file, { mode: 0o600, highWaterMark: 1 << 20 })),
  ]);
  if (code !== 0) throw new Error(`pg_dump exited with code ${code}${complaint ? `: ${complaint.trim()}` : ''}`);
  return { sizeBytes, sha256: hash.digest('hex') };
}

module.exports = { writeDump, stampOf };
