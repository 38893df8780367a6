// Where the test hosts keep things.

import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder tests/host itself. */
export const sources = dirname(dirname(fileURLToPath(import.meta.url)));

/** What may be deleted at any time and is made again: base image, node_modules, the engine's images. */
export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'selvage', 'host');

/** One folder per host. Not in the cache: a login must be able to enter it, and root's home is closed to others. */
export const hosts = '/var/lib/selvage-host';

/** Sockets, locks and the engine's pid. Short, because a unix socket's path may have 108 characters. */
export const runtime = '/run/selvage-host';
