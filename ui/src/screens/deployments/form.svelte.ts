import { hostKeyOf } from '../../app/host-key';
import { ui } from '../../app/window.svelte';
import { factsOf, ipc, troubleOf, type Check, type CheckItem, type Deployment, type Draft, type Problem, type ProblemFacts, type SeenFolder } from '../../ipc/client';
import { words } from '../../words/words';
import { DirectFields, SshFields } from './links.svelte';

/** Fields as Rust names them, and the secrets. */
export type FieldName =
  'name' | 'host' | 'port' | 'user' | 'key' | 'secret' | 'jump' | 'folder' | 'database' | 'password' | 'tls' | 'ca' | 'clientCertificate' | 'clientKey';

/** How a deployment is reached. */
export type By = 'ssh' | 'direct';

/** What the form for a link holds, its test, and what is wrong with it. */
export class LinkForm {
  /** The deployment that gets another link, or one changed; none for a new one. */
  readonly known = $state.raw<Deployment>();
  /** A link that it has is changed. */
  readonly changes: boolean = false;
  name = $state('');
  by = $state<By>('ssh');
  readonly ssh = new SshFields();
  readonly direct = new DirectFields();

  errors = $state.raw<Partial<Record<FieldName, string>>>({});
  /** Where deployments were seen, when none is in the folder. */
  seen = $state.raw<SeenFolder[]>([]);
  checks = $state.raw<Check[]>();
  problem = $state.raw<Problem>();
  testing = $state(false);
  saving = $state(false);
  #testedAs = $state<string>();
  #turn = 0;

  constructor(known?: Deployment, changed?: By) {
    this.known = known;
    if (known) this.by = changed ?? (known.ssh ? 'direct' : 'ssh');
    this.changes = changed !== undefined;
    if (changed === 'ssh' && known?.ssh) this.ssh.show(known.ssh);
    if (changed === 'direct' && known?.direct) this.direct.show(known.direct);
  }

  get draft(): Draft {
    return {
      name: this.known?.name ?? this.name,
      ssh: this.by === 'ssh' ? this.ssh.draft : null,
      direct: this.by === 'direct' ? this.direct.draft : null,
    };
  }

  get #connection(): string {
    return JSON.stringify({ ...this.draft, name: '' });
  }

  get stale(): boolean {
    return this.checks !== undefined && this.#testedAs !== this.#connection;
  }

  /** Why the link cannot be taken now. */
  get blocked(): string | undefined {
    const { blocked } = words.add;
    if (this.testing) return blocked.testing;
    if (!this.checks) return blocked.untested;
    if (this.stale) return blocked.changed;
    const works = (item: CheckItem) => this.checks?.some((c) => c.item === item && (c.state === 'ok' || c.state === 'warn'));
    return ui.info.checks[this.by].every(({ item, needed }) => !needed || works(item)) ? undefined : blocked.bad[this.by];
  }

  /** Takes a host of the SSH configuration. */
  takeAlias(alias: string): void {
    this.ssh.takeAlias(alias);
    if (this.name.trim() === '') this.name = alias;
  }

  useSeen(folder: string): void {
    this.ssh.folder = folder;
    void this.test();
  }

  async test(): Promise<void> {
    if (!this.#portIsRight()) return;
    const asked = this.#connection;
    const mine = ++this.#turn;
    this.testing = true;
    this.problem = undefined;
    this.seen = [];
    this.errors = {};
    try {
      const checks = await ipc.testConnection(this.draft, this.known?.id ?? null);
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

  /** Adds the deployment, or gives the link to the one that is known. */
  async save(): Promise<Deployment | undefined> {
    if (this.blocked !== undefined || this.saving) return undefined;
    this.saving = true;
    this.problem = undefined;
    this.errors = {};
    try {
      return await (this.known ? ipc.relinkDeployment(this.known.id, this.draft) : ipc.addDeployment(this.draft));
    } catch (thrown) {
      this.#take(troubleOf(thrown).problem);
      return undefined;
    } finally {
      this.saving = false;
    }
  }

  /** The key of a host that is not known is asked for at once; a wrong one is told. */
  #askForKey(checks: Check[]): void {
    const key = checks.map((check) => hostKeyOf(check.problem)).find((found) => found !== undefined);
    if (key?.trust) ui.hostKey = { key: key.trust, trusted: () => void this.test() };
    else if (key) ui.tell(key.problem);
  }

  #portIsRight(): boolean {
    const port = this[this.by].port.trim();
    const right = port === '' || (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535);
    this.errors = right ? {} : { port: words.add.portWrong };
    return right;
  }

  #take(problem: Problem): void {
    const facts = factsOf(problem);
    if (facts.code === 'fields') {
      this.errors = Object.fromEntries(facts.fields.map((field) => [field.field, field.reason]));
    } else {
      this.#mark(problem);
      this.problem = problem;
    }
  }

  /** Puts a problem under the field that can mend it. */
  #mark(problem: Problem): void {
    const facts = factsOf(problem);
    const field = this.#fieldOf(facts);
    if (!field) return;
    if (field === 'secret') this.ssh.secretAsked = true;
    this.errors = { ...this.errors, [field]: `${problem.words.title}.` };
    if (facts.code === 'folder_missing' || facts.code === 'not_compose') this.seen = facts.seen ?? [];
  }

  #fieldOf(facts: ProblemFacts): FieldName | undefined {
    switch (facts.code) {
      case 'name_not_found':
      case 'tls_wrong_name':
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
      case 'database_password_needed':
        return 'password';
      case 'tls_not_offered':
      case 'password_in_the_clear':
        return 'tls';
      case 'tls_untrusted':
        return 'ca';
      case 'tls_file_unusable': {
        const { certificate, key, verifies } = this.direct;
        if (facts.file === certificate.trim()) return 'clientCertificate';
        if (facts.file === key.trim()) return 'clientKey';
        return verifies ? 'ca' : undefined;
      }
      default:
        return undefined;
    }
  }
}
