'use strict';
// The api: migrates, makes the queue agree with the schedules, then answers GET /health on port 4000.

const http = require('node:http');
const { Client } = require('pg');
const { databaseUrl } = require('../../packages/connections.cjs');
const { deployMigrations } = require('./migrations.cjs');
const { registerSchedules } = require('./schedulers.cjs');

async function start() {
  const database = new Client({ connectionString: databaseUrl() });
  await database.connect();
  const applied = await deployMigrations(database);
  await database.end();
  console.log(`api: ${applied.length} migrations applied`);
  const registered = await registerSchedules();
  console.log(`api: registered ${registered.length} schedules: ${registered.join(', ')}`);
  http.createServer(answer).listen(4000, '0.0.0.0', () => console.log('api: listening on 4000'));
}

function answer(request, response) {
  const known = request.method === 'GET' && request.url === '/health';
  response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(known ? { status: 'ok' } : { statusCode: 404, message: 'Not Found' }));
}

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
start().catch((error) => {
  console.error(`api: ${error.message}`);
  process.exit(1);
});
