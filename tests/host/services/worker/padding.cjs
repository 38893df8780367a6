'use strict';
// A big dump on demand: a table of random text that is there only while the dump is made.

const { spawn } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const { once } = require('node:events');
const { databaseUrl } = require('../../packages/connections.cjs');

/** Characters in one row: base64 of 5,970 bytes, so that a row fills a page of Postgres without being moved out of it. */
const ROW_BYTES = 5970;
const ROW_CHARACTERS = (ROW_BYTES / 3) * 4;
const ROWS_AT_ONCE = 128;

/** Runs `work` while the database holds a table that makes an uncompressed dump about `size` bytes long. */
async function withPadding(database, size, work) {
  // Unlogged and never compressed: the disk should carry these bytes once, not three times.
  await database.query('CREATE UNLOGGED TABLE padding (block text)');
  await database.query('ALTER TABLE padding ALTER COLUMN block SET STORAGE PLAIN');
  try {
    await fill(Math.ceil(size / (ROW_CHARACTERS + 1)));
    return await work();
  } finally {
    await database.query('DROP TABLE padding');
  }
}

async function fill(rows) {
  const psql = spawn('psql', ['--quiet', '--no-psqlrc', '--set=ON_ERROR_STOP=1', `--dbname=${databaseUrl()}`, '--command=COPY padding FROM STDIN'], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = once(psql, 'close');
  for (let left = rows; left > 0; left -= ROWS_AT_ONCE) {
    const count = Math.min(left, ROWS_AT_ONCE);
    const random = randomBytes(ROW_BYTES * count);
    let text = '';
    for (let row = 0; row < count; row += 1) text += `${random.toString('base64', row * ROW_BYTES, (row + 1) * ROW_BYTES)}\n`;
    if (!psql.stdin.write(text, 'latin1')) await Promise.race([once(psql.stdin, 'drain'), ended]);
  }
  psql.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`psql exited with code ${code} while filling the padding table`);
}

module.exports = { withPadding };
