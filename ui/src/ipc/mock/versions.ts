// What the vault of each deployment holds, at the moment of the design's pages.
import type { EnvStatus, FindingView, KeyProof, KitRow, MissingKey, NameChanges, NameRow, Problem, ShownVersion, VersionRow } from '../bindings';
import { envNames, onlyThere, proofOf, withProof } from './names';
import { ago, when } from './time';
import type { Scene, World } from './world';
import { problemOf } from './words';

export interface MockVault {
  versions: VersionRow[];
  seen: EnvStatus;
  modifiedAt: number;
  observedAt: number | null;
  kit: KitRow | null;
  proofs: Record<number, { proof: KeyProof; at: number }>;
  /** Versions that the keyring does not give. */
  troubles: Record<number, Problem>;
  /** The host has an SMTP key, and the one before it nowhere. */
  smtpLost: boolean;
}

const ACME = 'd3a1c0de-0000-4000-8000-000000000001';
const NORTHWIND = 'd3a1c0de-0000-4000-8000-000000000003';
const FILE = '/opt/weavestream/.env';

const changed = (...names: string[]): NameChanges => ({ added: [], changed: names, removed: [] });

export function version(number: number, at: number, changes: NameChanges | null, more: Partial<VersionRow> = {}): VersionRow {
  return { number, captured: when(at), source: { from: 'host', path: FILE, sudo: false }, note: '', changes, proven: false, ...more };
}

const empty = (): MockVault => ({
  versions: [],
  seen: { env: 'nothing_captured', modifiedAt: when(ago(9)).utc },
  modifiedAt: ago(9),
  observedAt: ago(0, 0, 1),
  kit: null,
  proofs: {},
  troubles: {},
  smtpLost: false,
});

/** How the host's file differs from version 7. */
function drift(smtpLost: boolean): EnvStatus {
  const rotated: MissingKey = { keyUse: 'smtp', name: 'SMTP_SECRET_KEY', kids: ['2'] };
  return {
    env: 'differs',
    version: 7,
    modifiedAt: when(ago(1, 19, 35)).utc,
    changes: { added: smtpLost ? [] : ['SMTP_PREVIOUS_KEYS'], changed: ['SMTP_SECRET_KEY', 'SMTP_SECRET_KEY_KID', 'WEAVESTREAM_VERSION'], removed: [] },
    missing: smtpLost ? [{ ...rotated, kids: ['1'] }] : [],
    uncaptured: [rotated],
    faults: [],
  };
}

function acme(scene: Scene): MockVault {
  const smtpLost = scene === 'trouble';
  const direct = scene === 'direct';
  const proved = ago(6, 0, 20);
  return {
    ...empty(),
    versions: [
      version(7, ago(19, 23, 29), changed('PASSWORD_ENCRYPTION_KEY', 'PASSWORD_ENCRYPTION_KEY_KID', 'PASSWORD_PREVIOUS_KEYS'), { proven: !direct, note: 'After the rotation of October', ...(direct ? { source: { from: 'file', path: '/home/ada/acme.env' } } : {}) }),
      version(6, ago(72, 0, 1), changed('WEAVESTREAM_VERSION')),
      version(5, ago(140, 17, 16), changed('SMTP_SECRET_KEY')),
      version(4, ago(222, 22, 39), { added: ['WEB_HOST_PORT'], changed: ['APP_URL'], removed: [] }),
      version(3, ago(325, 23, 29), null, { source: { from: 'kit', path: '/home/ada/selvage-kit-production-acme-v3-2025-11-30.age' } }),
    ],
    seen: direct ? { env: 'out_of_reach' } : drift(smtpLost),
    modifiedAt: ago(1, 19, 35),
    observedAt: direct ? null : ago(0, 0, 2),
    kit: smtpLost ? kitRow(5, ago(140, 17), true) : kitRow(7, ago(19, 22), false),
    proofs: { 7: { proof: proofOf(7, when(proved).utc, smtpLost, direct), at: proved } },
    troubles: smtpLost ? { 5: problemOf({ code: 'entry_missing', version: 5, entry: `selvage/${ACME}/env/5/1` }, 'unsound') } : {},
    smtpLost,
  };
}

export function kitRow(of: number, at: number, old: boolean): KitRow {
  return { made: when(at), path: `/media/ada/SAFE/selvage-kit-production-acme-v${of}-${when(at).utc.slice(0, 10)}.age`, version: of, old };
}

/** Staging has nothing captured; northwind has one version, which is the host's file. */
export function vaults(scene: Scene): Record<string, MockVault> {
  const northwind: MockVault = { ...empty(), versions: [version(1, ago(40), null)], seen: { env: 'same', version: 1 } };
  return { [NORTHWIND]: northwind, ...(scene === 'risk' || scene === 'fresh' ? {} : { [ACME]: acme(scene) }) };
}

export function vaultOf(world: World, deployment: string): MockVault {
  return (world.vaults[deployment] ??= empty());
}

/** One version with its names, against the host when it is the newest. */
export function shownOf(vault: MockVault, number: number | null, reachable: boolean): ShownVersion | null {
  const row = number === null ? vault.versions[0] : vault.versions.find((known) => known.number === number);
  if (!row) return null;
  const kept = vault.proofs[row.number];
  const shown: ShownVersion = { number: row.number, names: [], trouble: vault.troubles[row.number] ?? null, faults: [], proof: kept?.proof ?? null, proved: kept ? when(kept.at) : null };
  if (shown.trouble) return shown;
  const names = against(envNames(row.number), vault, reachable && row.number === vault.versions[0]?.number);
  shown.names = kept ? withProof(names, kept.proof) : names;
  if (row.number === 4) shown.faults = [{ line: 12, kind: 'unterminated' }, { line: 31, kind: 'space_in_name' }];
  return shown;
}

function against(names: NameRow[], { seen }: MockVault, compared: boolean): NameRow[] {
  if (!compared || seen.env === 'out_of_reach') return names.map((row) => ({ ...row, host: null }));
  if (seen.env !== 'differs') return names;
  const { changes } = seen;
  const rows = names.map((row): NameRow => ({ ...row, host: changes.changed.includes(row.name) ? 'differs' : changes.removed.includes(row.name) ? 'only_here' : 'same' }));
  const last = rows.findLastIndex((row) => row.group === 'data') + 1;
  return [...rows.slice(0, last), ...changes.added.map((name) => onlyThere(name, 'data')), ...rows.slice(last)];
}

/** A finding as Rust sends it; `critical` unless it only asks. */
export function finding(kind: string, critical: boolean, title: string, why: string, remedy: FindingView['remedy']): FindingView {
  return { key: `${kind} `, kind, severity: critical ? 'critical' : 'warning', title, why, since: when(ago(0, 2)), seen: when(ago(0)), remedy };
}

/** What is found about it. */
export function keyFindings({ versions, seen, smtpLost, kit }: MockVault): FindingView[] {
  const secrets = { action: 'secrets' } as const;
  if (versions.length === 0) return [finding('no_keys_saved', true, 'The keys in .env are not in the vault', 'Without them a dump can be restored, but saved passwords, MFA and integration secrets in it can never be decrypted.', secrets)];
  const items: FindingView[] = [];
  if (smtpLost) items.push(finding('key_lost', true, 'SMTP_SECRET_KEY was changed on the host, and the old key is gone there', 'What was encrypted with the old key (kid 1) cannot be decrypted there. Version 7 in the vault still has the key: put it into SMTP_PREVIOUS_KEYS on the host.', secrets));
  else if (seen.env === 'differs') items.push(finding('env_differs', false, '4 names in the host’s .env differ from the vault', 'SMTP_PREVIOUS_KEYS, SMTP_SECRET_KEY, SMTP_SECRET_KEY_KID and 1 more. The file was changed 1 d 19 h ago.', secrets));
  if (kit?.old) items.push(finding('kit_outdated', false, `The emergency kit has version ${kit.version}, the vault has version 7`, 'Write a new one, and put it where the old one is.', secrets));
  return items;
}
