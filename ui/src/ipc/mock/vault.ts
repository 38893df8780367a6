import type { Captured, EnvSource, MissingKey, NameChanges, SecretAct } from '../bindings';
import { refuse, type Handlers, type Here } from './border';
import { changed } from './checks';
import { writeDown } from './jobs';
import { envNames, proofOf } from './names';
import { NOW, when } from './time';
import { shownOf, vaultOf, version, type MockVault } from './versions';

type Vault =
  | 'vault' | 'captureEnv' | 'chooseEnvFile' | 'importEnv' | 'noteEnv' | 'deleteEnv' | 'proveKeys' | 'planPutBack' | 'putBack' | 'revealSecret' | 'copySecret' | 'createKeyringCollection';

/** Makes the host's file the newest version, unless it is that already. */
export function keep(of: Here, id: string, source: EnvSource, act: SecretAct): Captured {
  const vault = vaultOf(of.here, id);
  const newest = vault.versions[0];
  const fromHost = source.from === 'host';
  if (newest && fromHost && vault.seen.env === 'same') return { version: newest.number, new: false, missingKeys: [] };
  const number = (newest?.number ?? 0) + 1;
  const changes = vault.seen.env === 'differs' ? vault.seen.changes : null;
  const missingKeys = vault.seen.env === 'differs' && newest ? vault.seen.missing.map((key) => ({ key, version: newest.number })) : [];
  vault.versions = [version(number, NOW, changes, { source }), ...vault.versions];
  if (fromHost) vault.seen = { env: 'same', version: number };
  if (vault.kit) vault.kit = { ...vault.kit, old: true };
  writeDown(of, id, act, number);
  return { version: number, new: true, missingKeys };
}

const SMTP: MissingKey = { keyUse: 'smtp', name: 'SMTP_SECRET_KEY', kids: ['2'] };

/** What would change on the host; the other way round than what was seen. */
function undone({ seen }: MockVault, number: number): NameChanges {
  if (seen.env === 'differs' && seen.version === number) return { added: seen.changes.removed, changed: seen.changes.changed, removed: seen.changes.added };
  return { added: [], changed: ['PASSWORD_ENCRYPTION_KEY', 'PASSWORD_ENCRYPTION_KEY_KID', 'PASSWORD_PREVIOUS_KEYS', 'SMTP_SECRET_KEY'], removed: ['SMTP_PREVIOUS_KEYS'] };
}

export function vaultHandlers(of: Here): Pick<Handlers, Vault> {
  const { here, slow, find } = of;
  const must = (id: string, number: number) => {
    const vault = vaultOf(here, id);
    const row = vault.versions.find((known) => known.number === number) ?? refuse({ code: 'no_such_version', version: number });
    const trouble = vault.troubles[number];
    return { vault, row, trouble };
  };
  return {
    vault: async (id, number, fresh) => {
      const deployment = find(id);
      const vault = vaultOf(here, id);
      const reachable = deployment.ssh !== null;
      if (fresh && reachable) {
        await slow();
        if (here.scene === 'changed') refuse(changed(deployment.ssh?.target.host ?? ''));
        vault.observedAt = NOW;
      }
      const differs = vault.seen.env === 'differs' || vault.seen.env === 'layout' || vault.seen.env === 'nothing_captured';
      return {
        deployment,
        versions: vault.versions,
        host: { seen: reachable ? vault.seen : { env: 'out_of_reach' }, modified: differs && reachable ? when(vault.modifiedAt) : null, observed: vault.observedAt === null ? null : when(vault.observedAt), notCheckedSince: null, problem: null, reachable },
        shown: shownOf(vault, number, reachable),
        kit: vault.kit,
      };
    },
    captureEnv: async (id) => {
      await slow();
      return keep(of, id, { from: 'host', path: '/opt/weavestream/.env', sudo: false }, 'captured');
    },
    chooseEnvFile: () => '/home/ada/acme.env',
    importEnv: async (id, path) => {
      await slow();
      return keep(of, id, { from: 'file', path }, 'imported');
    },
    noteEnv: (id, number, note) => {
      must(id, number).row.note = note.trim();
      return null;
    },
    deleteEnv: (id, number) => {
      const { vault } = must(id, number);
      const newest = vault.versions[0]?.number === number;
      vault.versions = vault.versions.filter((row) => row.number !== number);
      if (newest) vault.seen = vault.versions.length > 0 ? { env: 'out_of_reach' } : { env: 'nothing_captured', modifiedAt: when(vault.modifiedAt).utc };
      writeDown(of, id, 'deleted', number);
      return null;
    },
    proveKeys: async (id, tried) => {
      await slow();
      const vault = vaultOf(here, id);
      const at = when(NOW).utc;
      const direct = find(id).ssh === null;
      if (tried.which === 'host') return proofOf('host', at, vault.smtpLost, direct);
      const number = tried.version ?? vault.versions[0]?.number ?? refuse({ code: 'nothing_captured' });
      const { row, trouble } = must(id, number);
      if (trouble) refuse(trouble);
      const proof = proofOf(number, at, vault.smtpLost, direct);
      vault.proofs[number] = { proof, at: NOW };
      row.proven = proof.keys.every((key) => key.outcome === 'proves');
      return proof;
    },
    planPutBack: async (id, number) => {
      await slow();
      const { vault, trouble } = must(id, number);
      if (trouble) refuse(trouble);
      const same = vault.seen.env === 'same' && vault.seen.version === number;
      return {
        version: number,
        path: '/opt/weavestream/.env',
        existing: { token: '51d07ac9', modifiedAt: when(vault.modifiedAt).utc, mode: '640', owner: 'root:root', same },
        changes: same ? { added: [], changed: [], removed: [] } : undone(vault, number),
        missing: same ? [] : vault.seen.env === 'differs' ? vault.seen.uncaptured : number < 7 ? [SMTP] : [],
        notNeeded: [],
        uncaptured: vault.seen.env === 'differs',
        running: ['api', 'worker', 'web', 'postgres', 'redis'],
      };
    },
    putBack: async (id, plan) => {
      await slow();
      // Somebody edits the file between plan and writing, once.
      const vault = vaultOf(here, id);
      if (here.scene === 'moved' && plan.existing?.token === '51d07ac9' && !here.trusted.has('edited')) {
        here.trusted.add('edited');
        refuse({ code: 'host_env_changed', path: plan.path });
      }
      if (vault.versions[0]?.number === plan.version) vault.seen = { env: 'same', version: plan.version };
      writeDown(of, id, 'put_back', plan.version);
      return { path: plan.path, kept: `${plan.path}.before-20261022T074100Z`, owner: 'root:root', mode: '600', sudo: true };
    },
    revealSecret: async (id, number, name) => {
      await slow();
      must(id, number);
      const row = envNames(number).find((known) => known.name === name);
      if (row?.value.is !== 'hidden') return refuse({ code: 'no_such_name', version: number, name });
      writeDown(of, id, 'revealed', number, name);
      return row.kids.length > 1 ? row.kids.map((kid) => `${kid}:bm90IGEgcmVhbCBrZXksIGJ1dCAzMiBieXRlcyE=`).join(',') : 'bm90IGEgcmVhbCBrZXksIGJ1dCAzMiBieXRlcyE=';
    },
    createKeyringCollection: () => null,
    copySecret: async (id, number, name) => {
      await slow();
      must(id, number);
      writeDown(of, id, 'copied', number, name);
      return 30;
    },
  };
}
