import { shown } from '../../app/window.svelte';
import { ipc, troubleOf, type AnyProblem, type Check, type CheckItem, type Deployment, type Draft, type SshAuth } from '../../ipc/client';
import { tell } from '../../words/problems';
import { words } from '../../words/words';
import { hostKeyOf } from '../../app/host-key';

/** Fields as Rust names them, and the one secret. */
export type FieldName = 'name' | 'host' | 'port' | 'user' | 'key' | 'secret' | 'jump' | 'folder';

/** Lines without which a deployment is not added. */
const NEEDED: CheckItem[] = ['sign_in', 'docker', 'folder'];

/** What the form for a deployment holds, its test, and what is wrong with it. */
export class AddForm {
  name = $state('');
  host = $state('');
  port = $state('');
  user = $state('');
  method = $state<SshAuth['method']>('automatic');
  keyFile = $state('');
  secret = $state('');
  jump = $state('');
  folder = $state('/opt/weavestream');

  errors = $state.raw<Partial<Record<FieldName, string>>>({});
  /** Where a deployment was seen, when it is not in the folder. */
  found = $state<string>();
  checks = $state.raw<Check[]>();
  problem = $state.raw<AnyProblem>();
  testing = $state(false);
  adding = $state(false);
  #testedAs = $state<string>();
  #turn = 0;

  readonly draft: Draft = $derived({
    name: this.name,
    ssh: {
      host: this.host.trim(),
      port: this.port.trim() === '' ? null : Number(this.port),
      user: this.user.trim() || null,
      auth: this.method === 'key' ? { method: 'key', file: this.keyFile } : { method: this.method },
      jump: this.jump.trim() || null,
    },
    folder: this.folder.trim(),
    secret: this.needsSecret ? this.secret || null : null,
  });
  readonly #connection = $derived(JSON.stringify({ ...this.draft, name: '' }));
  readonly stale = $derived(this.checks !== undefined && this.#testedAs !== this.#connection);

  /** Why the deployment cannot be added now. */
  readonly blocked = $derived.by((): keyof typeof words.add.blocked | undefined => {
    if (this.testing) return 'testing';
    if (!this.checks) return 'untested';
    if (this.stale) return 'changed';
    const works = (item: CheckItem) => this.checks?.some((c) => c.item === item && (c.state === 'ok' || c.state === 'warn'));
    return NEEDED.every(works) ? undefined : 'bad';
  });

  get needsSecret(): boolean {
    return this.method === 'key' || this.method === 'password';
  }

  /** Takes a host of the SSH configuration: everything else is as written there. */
  takeAlias(alias: string): void {
    this.host = alias;
    this.port = '';
    this.user = '';
    this.jump = '';
    this.method = 'automatic';
    if (this.name.trim() === '') this.name = alias;
  }

  useFound(): void {
    if (this.found === undefined) return;
    this.folder = this.found;
    void this.test();
  }

  async test(): Promise<void> {
    if (!this.#portIsRight()) return;
    const asked = this.#connection;
    const mine = ++this.#turn;
    this.testing = true;
    this.problem = undefined;
    this.found = undefined;
    this.errors = {};
    try {
      const checks = await ipc.testConnection(this.draft);
      if (mine !== this.#turn) return;
      this.checks = checks;
      this.#testedAs = asked;
      for (const check of checks) if (check.problem) this.#mark(check.problem);
      this.#askForKey(checks);
    } catch (thrown) {
      if (mine !== this.#turn) return;
      this.checks = undefined;
      this.#take(troubleOf(thrown).problem);
    } finally {
      if (mine === this.#turn) this.testing = false;
    }
  }

  async add(): Promise<Deployment | undefined> {
    if (this.blocked !== undefined || this.adding) return undefined;
    this.adding = true;
    this.problem = undefined;
    this.errors = {};
    try {
      return await ipc.addDeployment(this.draft);
    } catch (thrown) {
      this.#take(troubleOf(thrown).problem);
      return undefined;
    } finally {
      this.adding = false;
    }
  }

  /** The key of a host that is not known is asked for at once; a wrong one is told. */
  #askForKey(checks: Check[]): void {
    const key = checks.map((check) => hostKeyOf(check.problem)).find((found) => found !== undefined);
    if (key?.trust) shown.hostKey = { key: key.trust, trusted: () => void this.test() };
    else if (key) shown.tell(key.problem);
  }

  #portIsRight(): boolean {
    const port = this.port.trim();
    const right = port === '' || (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535);
    this.errors = right ? {} : { port: words.add.portWrong };
    return right;
  }

  #take(problem: AnyProblem): void {
    if (problem.code === 'fields') {
      this.errors = Object.fromEntries(problem.fields.map((field) => [field.field, field.reason]));
    } else {
      this.#mark(problem);
      this.problem = problem;
    }
  }

  /** Puts a problem under the field that can mend it. */
  #mark(problem: AnyProblem): void {
    const field = fieldOf(problem);
    if (!field) return;
    this.errors = { ...this.errors, [field]: `${tell(problem).title}.` };
    if (problem.code === 'folder_missing' || problem.code === 'not_compose') this.found = problem.found ?? undefined;
  }
}

function fieldOf(problem: AnyProblem): FieldName | undefined {
  switch (problem.code) {
    case 'name_not_found':
      return 'host';
    case 'key_unusable':
      return 'key';
    case 'passphrase_needed':
    case 'passphrase_wrong':
    case 'password_needed':
      return 'secret';
    case 'jump':
      return 'jump';
    case 'folder_missing':
    case 'not_compose':
      return 'folder';
    default:
      return undefined;
  }
}
