'use strict';
// The web app's stand-in: one page on port 3000, and /api/* passed to the api.

const http = require('node:http');

const API = process.env.API_INTERNAL_URL ?? 'http://api:4000';
const PAGE = '<!doctype html><title>Weavestream</title><h1>Weavestream</h1><p>A test host.</p>\n';

http.createServer((request, response) => {
  if (!request.url.startsWith('/api/')) {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    return response.end(PAGE);
  }
  const passed = http.request(API + request.url.slice('/api'.length), { method: request.method }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  passed.on('error', () => response.writeHead(502).end());
  request.pipe(passed);
}).listen(3000, '0.0.0.0', () => console.log('web: listening on 3000'));

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
