import type { Deployment, Problem } from '../bindings';
import { refuse, type Handlers, type Here } from './border';
import { problemOf } from './words';
import { NOW, when } from './time';
import { writeDown } from './jobs';
import { keep } from './vault';
import { kitRow, vaultOf } from './versions';
import { timedOut } from './world';

type Kits = 'judgePassphrase' | 'generatePassphrase' | 'chooseKitFolder' | 'chooseKitFile' | 'writeKit' | 'importKit' | 'showKit';

const WORDS = ['copper', 'ledger', 'astound', 'violin', 'harbor', 'thimble', 'crescent', 'oatmeal', 'granite', 'whisker', 'pelican', 'juniper'];

/** Not how Rust judges: longer is better. */
function strength(passphrase: string) {
  const score = Math.min(4, Math.floor(passphrase.length / 5));
  return { score, enough: score >= 3, advice: score >= 3 ? '' : 'Add another word or two. Uncommon words are better.' };
}

export function kitHandlers(of: Here): Pick<Handlers, Kits> {
  const { here, slow, find } = of;
  let turn = 0;
  return {
    judgePassphrase: (_id, passphrase) => strength(passphrase),
    generatePassphrase: () => {
      turn++;
      return Array.from({ length: 6 }, (_, n) => WORDS[(n + (turn - 1) * 5) % WORDS.length]).join('-');
    },
    chooseKitFolder: () => '/media/ada/SAFE',
    chooseKitFile: () => '/media/ada/SAFE/selvage-kit-client-fabrikam-v2-2026-08-30.age',
    writeKit: async (id, folder, passphrase, withoutCompose) => {
      await slow();
      const deployment = find(id);
      const [newest] = vaultOf(here, id).versions;
      if (!newest) return refuse({ code: 'nothing_captured' });
      const { enough, advice } = strength(passphrase);
      if (!enough) refuse({ code: 'passphrase_weak', advice });
      const avoidable = (problem: Problem) => refuse({ ...problem, withoutCompose: true } as Problem);
      if (!deployment.ssh && !withoutCompose) avoidable(problemOf({ code: 'needs_host' }, 'refused'));
      if (here.scene === 'trouble' && !withoutCompose) avoidable(timedOut(deployment.ssh?.target.host ?? ''));
      const kit = kitRow(newest.number, NOW, false);
      const name = kit.path.split('/').at(-1) ?? '';
      const path = `${folder}/${name}`;
      vaultOf(here, id).kit = { ...kit, path };
      writeDown(of, id, 'kit_written', newest.number);
      return { kit: path, sheet: path.replace(/\.age$/, '-recovery-sheet.html'), version: newest.number,
        compose: !withoutCompose,
        files: withoutCompose ? [] : ['compose.yml', 'compose.override.yml', 'proxy/Caddyfile'],
        missed: withoutCompose
          ? []
          : [
              { path: '/opt/weavestream/certs', role: 'mounted', why: { why: 'folder' } },
              { path: '/etc/weavestream/smtp.secret', role: 'mounted', why: { why: 'unreadable', said: 'as this login: permission denied; sudo needs a password' } },
            ],
      };
    },
    importKit: async (file, passphrase, name) => {
      await slow();
      if (!file.endsWith('.age')) refuse({ code: 'no_kit', file, reason: 'it does not begin as an age file' });
      if (passphrase.startsWith('wrong')) refuse({ code: 'passphrase_wrong_for_kit' });
      // A kit of a deployment that is not known here; with `taken` its name is.
      const own = passphrase.startsWith('taken') ? 'Staging' : 'Client – fabrikam';
      const called = name ?? own;
      if (called.trim() === '' || here.deployments.some((row) => row.deployment.name === called)) refuse({ code: 'fields', fields: [{ field: 'name', reason: 'another deployment already has this name' }] });
      const target = { host: 'ws.fabrikam.example', port: null, user: 'deploy', auth: { method: 'automatic' }, jump: null } as const;
      const deployment: Deployment = { id: 'd3a1c0de-0000-4000-8000-000000000009', name: called, slug: called.toLowerCase().replace(/[^a-z0-9]+/g, '-'), ssh: { target, folder: '/opt/weavestream' }, direct: null };
      here.deployments = [...here.deployments, { deployment, verdict: { state: 'not_observed', title: 'Not checked yet.', body: `Its keys came from a kit, ${when(NOW).local}.` } }];
      return { deployment, added: true, captured: keep(of, deployment.id, { from: 'kit', path: file }, 'imported') };
    },
    showKit: () => null,
  };
}
