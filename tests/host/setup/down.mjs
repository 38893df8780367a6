// tests/host/down ID...|--all: takes away all that `up` made for those hosts.

import { Record } from './undo.mjs';
import { step } from './processes.mjs';

const asked = process.argv.slice(2);
if (asked.length === 0) {
  process.stderr.write(`tests/host/down ID|--all; up: ${Record.ids().join(' ') || 'none'}\n`);
  process.exit(2);
}
let failed = false;
for (const id of asked.includes('--all') ? Record.ids() : asked) {
  if (!Record.ids().includes(id)) {
    process.stderr.write(`tests/host/down: no host ${id}\n`);
    failed = true;
    continue;
  }
  await step(`host ${id} down`, () => Record.open(id).undo()).catch((error) => {
    process.stderr.write(`tests/host/down: ${id}: left behind: ${error.message}\n`);
    failed = true;
  });
}
process.exit(failed ? 1 : 0);
