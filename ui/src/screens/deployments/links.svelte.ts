import type { DirectDraft, DirectLink, SshAuth, SshDraft, SshLink, TlsMode } from '../../ipc/client';

/** The fields of a link over SSH. */
export class SshFields {
  host = $state('');
  port = $state('');
  user = $state('');
  method = $state<SshAuth['method']>('automatic');
  keyFile = $state('');
  secret = $state('');
  /** A key that was found turned out to need its passphrase. */
  secretAsked = $state(false);
  jump = $state('');
  folder = $state('/opt/weavestream');

  get draft(): SshDraft {
    return {
      link: {
        target: {
          host: this.host.trim(),
          port: portOf(this.port),
          user: this.user.trim() || null,
          auth: this.method === 'key' ? { method: 'key', file: this.keyFile } : { method: this.method },
          jump: this.jump.trim() || null,
        },
        folder: this.folder.trim(),
      },
      secret: this.needsSecret ? this.secret || null : null,
    };
  }

  get needsSecret(): boolean {
    return this.method === 'key' || this.method === 'password' || (this.method === 'automatic' && this.secretAsked);
  }

  /** Takes a host of the SSH configuration: everything else is as written there. */
  takeAlias(alias: string): void {
    this.host = alias;
    this.port = '';
    this.user = '';
    this.jump = '';
    this.method = 'automatic';
    this.secretAsked = false;
  }

  /** Shows a link that is known. Its secret stays in the keyring. */
  show({ target, folder }: SshLink): void {
    this.host = target.host;
    this.port = target.port?.toString() ?? '';
    this.user = target.user ?? '';
    this.method = target.auth.method;
    if (target.auth.method === 'key') this.keyFile = target.auth.file;
    this.jump = target.jump ?? '';
    this.folder = folder;
  }
}

/** The fields of a direct link to Postgres. */
export class DirectFields {
  host = $state('');
  port = $state('');
  // As the guide's Compose file calls both.
  user = $state('weavestream');
  database = $state('weavestream');
  password = $state('');
  mode = $state<TlsMode>('verify-full');
  ca = $state('');
  certificate = $state('');
  key = $state('');

  get draft(): DirectDraft {
    return {
      link: {
        host: this.host.trim(),
        port: portOf(this.port),
        user: this.user.trim(),
        database: this.database.trim(),
        tls: {
          mode: this.mode,
          ca: this.verifies ? this.ca.trim() || null : null,
          client: this.mode !== 'disable' && (this.certificate.trim() || this.key.trim()) ? { certificate: this.certificate.trim(), key: this.key.trim() } : null,
        },
      },
      password: this.password || null,
    };
  }

  /** Shows a link that is known. Its password stays in the keyring. */
  show({ host, port, user, database, tls }: DirectLink): void {
    this.host = host;
    this.port = port?.toString() ?? '';
    this.user = user;
    this.database = database;
    this.mode = tls.mode;
    this.ca = tls.ca ?? '';
    this.certificate = tls.client?.certificate ?? '';
    this.key = tls.client?.key ?? '';
  }

  /** The server's certificate is looked at. */
  get verifies(): boolean {
    return this.mode === 'verify-ca' || this.mode === 'verify-full';
  }
}

function portOf(text: string): number | null {
  return text.trim() === '' ? null : Number(text);
}
