'use strict';
// How the api and worker programs reach Postgres and Redis: compose puts both URLs into their environment.

function redisConnection() {
  const url = new URL(required('REDIS_URL'));
  return {
    host: url.hostname,
    port: Number(url.port || 6379),
    password: decodeURIComponent(url.password) || undefined,
    db: Number(url.pathname.slice(1) || 0),
    // A BullMQ worker blocks on Redis and must never give up on a command.
    maxRetriesPerRequest: null,
  };
}

function databaseUrl() {
  const url = new URL(required('DATABASE_URL'));
  // Prisma's own parameters (`schema=...`) are unknown to libpq, which refuses the whole URL.
  url.search = '';
  return url.toString();
}

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

module.exports = { redisConnection, databaseUrl };
