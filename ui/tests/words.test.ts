import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AnyProblem } from '../src/ipc/client';
import { codes, manifest, tell } from '../src/words/problems';
import { city, clock, exactSize, left, share, size, sizeOf } from '../src/words/units';

const bindings = readFileSync(join(import.meta.dirname, '../src/ipc/bindings.ts'), 'utf8');
const generated = new Set([...bindings.matchAll(/code: "([a-z_]+)"/g)].map((match) => match[1]));

/** A problem of a code with every fact that any code has. */
function problem(code: string): AnyProblem {
  const key = { host: 'ws1', port: 22, algorithm: 'ED25519', fingerprint: 'SHA256:abc', publicKey: 'ssh-ed25519 A' };
  const facts = { host: 'ws1', port: 22, reason: 'no route', seconds: 15, stage: 'connecting', user: 'deploy', tried: 'agent', file: 'a.dump', line: 3, hop: 'ops@bastion', address: 'a:1' };
  const more = { key, expected: '1', found: '2', source: { code: 'password_needed', host: 'ws1', user: 'a' }, missing: 'backup_run', table: 'backup_run', folder: '/opt', needed: 5e9, free: 1e9, service: 'worker', state: 'exited', doing: 'compose ps', kept: 10 };
  const last = { sameOnHost: true, keptAs: 'a.dump.damaged', error: { why: 'missing', reason: 'no header' }, name: { why: 'pattern', found: 'x' }, fields: [{ field: 'host', reason: 'no' }], run: 'r', job: 'j', since: 'Today, 09:00', session: 4711, names: ['db.acme.example'], from: '2020-01-01', until: '2024-01-01', issuer: 'CN=CA', selfSigned: false, server: 16, path: '/usr/bin/pg_dump', theirs: { name: 'Daily', cron: '0 3 * * *', timezone: null, enabled: true } };
  const secret = { target: '/etc/env', version: 5, entry: 'selvage/acme/5/2', versions: 3, bytes: 2e6, atMost: 1e6, advice: '', keys: 'SMTP_SECRET_KEY (kid 2)' };
  return { code, ...facts, ...more, ...last, ...secret, ...(code === 'no_such_deployment' ? { name: 'acme' } : code === 'no_such_name' ? { name: 'SMTP_SECRET_KEY' } : {}) } as unknown as AnyProblem;
}

describe('words for problems', () => {
  it('cover every code that Rust sends, and nothing else but the bridge', () => {
    expect(generated.size).toBeGreaterThan(50);
    expect(new Set(codes)).toEqual(new Set([...generated, 'bridge']));
  });

  it.each([...generated])('tell why, what was kept and what to do next: %s', (code) => {
    const said = tell(problem(code ?? ''));
    for (const text of [said.title, said.why, said.kept, said.next]) {
      expect(text.trim()).not.toBe('');
      expect(text).not.toMatch(/undefined|null|NaN|\[object/);
    }
    // One line, without a full stop.
    expect(said.title).not.toMatch(/[.]$/);
  });

  it('say where the damage is', () => {
    const of = (sameOnHost: boolean | null) => tell({ code: 'checksum_mismatch', expected: 'a', found: 'b', sameOnHost, keptAs: 'c' });
    expect(of(true).why).toContain('the damage is there');
    expect(of(false).why).toContain('damaged on the way');
    expect(of(null).why).toContain('could not be asked');
    expect(of(false).next).toBe('Download it again.');
  });

  it('name the jump host', () => {
    const said = tell({ code: 'jump', hop: 'ops@bastion', source: { code: 'refused', host: 'bastion', port: 22 } });
    expect(said.title).toBe('Jump host ops@bastion: the host refuses connections');
  });

  it('do not fail at a code of a newer Rust', () => {
    expect(tell({ code: 'brand_new' } as unknown as AnyProblem).why).toContain('brand_new');
    expect(manifest({ why: 'malformed', reason: 'no sha256' })).toContain('no sha256');
  });
});

describe('units', () => {
  it('carry their unit', () => {
    expect([0, 999, 1000, 412_613_664, 8_200_000_000].map(size)).toEqual(['0 B', '999 B', '1 kB', '412.6 MB', '8.2 GB']);
    expect(exactSize(412_113_664)).toBe('412,113,664 bytes');
    expect(sizeOf(254_800_000, 411_000_000)).toBe('254.8 of 411.0 MB');
    expect(sizeOf(254_800_000, null)).toBe('254.8 MB');
    expect([0.2, 14, 300, 7200].map(left)).toEqual(['1 s left', '14 s left', '5 min left', '2.0 h left']);
  });

  it('never say that something is whole before it is', () => {
    expect(share(999, 1000)).toBe(99);
    expect(share(5, 0)).toBe(0);
  });

  it('tell a zone by its city', () => {
    expect(city('America/New_York')).toBe('New York');
    expect(city('UTC')).toBe('UTC');
    expect(clock('2026-10-22T07:41:05Z', 'Europe/Berlin')).toBe('09:41:05');
  });
});
