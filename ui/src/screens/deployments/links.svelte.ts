import type { DirectDraft, SshAuth, SshDraft, TlsMode } from '../../ipc/client';

/** The fields of a link over SSH. */
export class SshFields {
  host = $state('');
  port = $state('');
  user = $state('');
  method = $state<SshAuth['method']>('automatic');
  keyFile = $state('');
  secret = $state('');
  jump = $state('');
  folder = $state('/opt/weavestream');

  readonly draft: SshDraft = $derived({
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
  }
}

/** The fields of a link straight to Postgres. */
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

  readonly draft: DirectDraft = $derived({
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
  });

  /** The server's certificate is looked at. */
  get verifies(): boolean {
    return this.mode === 'verify-ca' || this.mode === 'verify-full';
  }
}

function portOf(text: string): number | null {
  return text.trim() === '' ? null : Number(text);
}
