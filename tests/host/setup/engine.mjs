// tests/host/engine start|stop|status

import { writeFileSync } from 'node:fs';
import { engineStatus, stopEngine, takeEngine } from './docker-engine.mjs';

const actions = {
  async start() {
    const engine = await takeEngine({ keep: true });
    return `running: unix://${engine.socket}`;
  },
  async stop() {
    return (await stopEngine()) ? 'stopped' : 'was not running';
  },
  status: engineStatus,
};

const action = actions[process.argv[2]];
if (!action) {
  writeFileSync(2, 'tests/host/engine start|stop|status\n');
  process.exit(2);
}
await action().then((line) => writeFileSync(1, `${line}\n`), (error) => {
  writeFileSync(2, `tests/host/engine: ${error.message}\n`);
  process.exit(1);
});
