import type { AnyProblem, ManifestError, UnsafeName } from '../ipc/client';
import { plural, size } from './units';
import { listed } from './secrets';

/** A problem in words: one line, then why, what was kept, and what to do next. */
export interface Told {
  title: string;
  why: string;
  kept: string;
  next: string;
}

type Code = AnyProblem['code'];
type Table = { [C in Code]: (problem: Extract<AnyProblem, { code: C }>) => Told };

const told = (title: string, why: string, kept: string, next: string): Told => ({ title, why, kept, next });

// What a look, a test or a sign-in leaves behind.
const UNTOUCHED = 'Nothing was changed, on the host or on this laptop.';
const LAST_KNOWN = 'Nothing was changed. What was seen before is still shown.';
const PART_KEPT = 'What has arrived is kept, and the next attempt goes on from there.';
const NOT_BEGUN = 'Nothing was begun, and nothing was changed.';
const VERSIONS_KEPT = 'Nothing was captured. The versions in the keyring are as they were.';
const OTHERS_KEPT = 'Nothing was removed. The other versions are as they were.';
const ENTRY_NEXT = 'Look for the entry in a backup of the keyring, or open an emergency kit of that version. If it is the newest, capture again while the host has its .env.';
const HOST_UNTOUCHED = 'Nothing was written on the host: its file is as it was.';

// The Postgres project packages every version for these systems.
const seenIn = (seen?: { folder: string }[]) =>
  seen === undefined || seen.length === 0 ? 'Check the folder with compose.yml on the host.' : `Use ${listed(seen.map(({ folder }) => folder))}, where ${seen.length === 1 ? 'a deployment was' : 'deployments were'} found.`;

const installTools = (server: number) =>
  `Install the client of Postgres ${server} or newer: \`postgresql-client-${server}\` on Debian and Ubuntu, \`brew install libpq\` on macOS, the “Command Line Tools” of postgresql.org’s installer on Windows. Selvage finds it by itself. Or add a link over SSH: the host has its own.`;

const table: Table = {
  // The way to the host
  ssh_config: (p) =>
    told('The SSH configuration cannot be read', p.reason, UNTOUCHED, 'Correct ~/.ssh/config, and test again. `ssh -G` followed by the host says the same.'),
  name_not_found: (p) =>
    told(`${p.host} was not found`, `No address was found for this name: ${p.reason}`, LAST_KNOWN, 'Check the spelling of the host, and whether this laptop is online or needs a VPN.'),
  refused: (p) =>
    told('The host refuses connections', `Nothing listens on ${p.host}, port ${p.port}.`, LAST_KNOWN, 'Check the port, and whether the server listens there: sshd, or Postgres for a link straight to it.'),
  unreachable: (p) =>
    told('The host cannot be reached', `There is no way to ${p.host}, port ${p.port}: ${p.reason}`, LAST_KNOWN, 'Check whether this laptop is online, and whether the host needs a VPN or a jump host.'),
  timed_out: (p) =>
    told('The host does not answer', `${p.host} did not answer within ${p.seconds} seconds while ${p.stage}.`, LAST_KNOWN, 'Try again. If it stays like this, look for a firewall in between, or a host that is overloaded.'),
  not_ssh: (p) =>
    told('This is not an SSH server', `What answered on ${p.host}, port ${p.port}, does not speak SSH as Selvage does: ${p.reason}`, UNTOUCHED, 'Check the port.'),
  host_key_unknown: (p) =>
    told('The host’s key is not known yet', `${p.key.host} showed an ${p.key.algorithm} key that nobody has compared.`, 'Nothing was sent to the host but the exchange of keys.', 'Compare the fingerprint with what the host itself prints, then trust it.'),
  host_key_changed: (p) =>
    told(`The key of ${p.key.host} has changed`, `It showed \`${p.key.fingerprint}\`. On record in ${p.file}, line ${p.line}, is \`${p.expected}\`. Either the host was set up anew, or somebody stands in between.`, 'Selvage did not sign in, and sent nothing. The key on record stays.', 'Ask whoever runs the host. If the change is right, remove the old line from that file yourself and test again; Selvage does not do it.'),
  host_key_revoked: (p) =>
    told(`The key of ${p.key.host} is revoked`, `${p.file}${p.line === 0 ? '' : `, line ${p.line},`} marks \`${p.key.fingerprint}\` as revoked: it must not be used any more.`, 'Selvage did not sign in, and sent nothing.', 'Ask whoever runs the host for its new key. Selvage never connects to a revoked one.'),
  known_hosts_unreadable: (p) =>
    told('The list of known hosts cannot be read', `${p.file}: ${p.reason}`, 'Selvage did not sign in: without the list no key can be trusted.', 'Make the file readable for your user, and try again.'),
  sign_in_refused: (p) =>
    told('The host refuses this login', `${p.host} did not accept ${p.user}. Tried: ${p.tried}.`, UNTOUCHED, 'Check the login, and whether its authorized_keys on the host holds your key.'),
  key_unusable: (p) => told('The key file cannot be used', `${p.file}: ${p.reason}`, UNTOUCHED, 'Choose another private key file.'),
  passphrase_needed: (p) =>
    told('The key needs its passphrase', `${p.file} is encrypted.`, UNTOUCHED, 'Type the passphrase: of a known deployment under Connection, Change. It goes to this laptop’s keyring only.'),
  passphrase_wrong: (p) => told('The passphrase is wrong', `It does not open ${p.file}.`, UNTOUCHED, 'Type the passphrase again: of a known deployment under Connection, Change.'),
  password_needed: (p) =>
    told('The login needs its password', `The keyring holds no password for ${p.user} on ${p.host}.`, UNTOUCHED, 'Type the password: of a known deployment under Connection, Change. It goes to this laptop’s keyring only.'),
  agent_unusable: (p) =>
    told('The SSH agent cannot be used', p.reason, UNTOUCHED, 'Start the agent and add your key with `ssh-add`, or choose a key file.'),
  jump: (p) => {
    const at = tell(p.source);
    return told(`Jump host ${p.hop}: ${lower(at.title)}`, at.why, at.kept, at.next);
  },
  forward_refused: (p) =>
    told('The host does not forward', `A forward to ${p.address} was refused: ${p.reason}`, UNTOUCHED, 'Allow TCP forwarding for this login in sshd’s configuration, or leave it: Selvage then reads through the container.'),
  lost: (p) => told('The connection was lost', `${p.host}: ${p.reason}`, PART_KEPT, 'Try again when the network is steady.'),
  trickles: (p) =>
    told('The connection only drips', `${p.host} sent ${p.bytes} bytes in ${p.seconds} seconds, which would never end.`, PART_KEPT, 'Try again when the network is steady.'),
  prints_on_and_on: (p) =>
    told('The host does not stop answering', `${p.host} printed more than ${size(p.bytes)} where a short answer was expected, so the command was ended.`, UNTOUCHED, 'Look at the login’s start-up files on the host, such as `.bashrc`: something there prints without an end.'),
  stalled: (p) =>
    told('The connection stalled', `${p.host} sent nothing for ${p.seconds} seconds.`, PART_KEPT, 'Try again when the network is steady.'),

  // Postgres
  database_unreachable: (p) =>
    told('Postgres does not answer', p.reason, LAST_KNOWN, 'Look at the postgres container on the host: `docker compose ps`, then its log.'),
  database_sign_in_refused: (p) =>
    told('Postgres refuses the sign-in', p.reason, LAST_KNOWN, 'Compare POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB in .env with those the database was made with.'),
  database_password_needed: (p) =>
    told('The role needs its password', `Postgres asks for the password of ${p.user}, and the keyring holds none.`, UNTOUCHED, 'Type the password: of a known deployment under Connection, Change. It goes to this laptop’s keyring only.'),
  password_in_the_clear: (p) =>
    told('The password would be seen on the way', `Postgres asks for the password of ${p.user} as it is, and the connection is not encrypted.`, 'The password was not sent.', 'Choose TLS “require” or more, or have the server ask for scram-sha-256.'),
  tls_not_offered: (p) =>
    told('The server does not offer TLS', `${p.host} answers only in the clear.`, 'Nothing was sent but the question for TLS.', 'Switch `ssl` on in the server’s postgresql.conf. In the clear only inside a VPN: TLS “disable”.'),
  tls_wrong_name: (p) =>
    told('The certificate is for another host', `${p.host} was asked for, and the certificate names ${p.names.length === 0 ? 'no host' : p.names.join(', ')}.`, 'Selvage did not sign in, and sent no password.', 'Use a name that the certificate has, or have it issued for this one. With “verify-ca” the name does not matter.'),
  tls_out_of_date: (p) =>
    told('The certificate is not valid today', `The one of ${p.host} is valid from ${p.from} to ${p.until}.`, 'Selvage did not sign in, and sent no password.', 'Have it renewed on the server. If the dates are right, look at this laptop’s clock.'),
  tls_untrusted: (p) =>
    told('The certificate is not trusted', p.selfSigned ? `${p.host} shows one that it signed itself (${p.issuer}).` : `The one of ${p.host} was issued by ${p.issuer}, which is not among the trusted ones.`, 'Selvage did not sign in, and sent no password.', p.selfSigned ? 'If it is the right server, copy its certificate here and choose it under “Certificates to trust”.' : 'Choose the file with that authority’s certificate under “Certificates to trust”.'),
  tls_failed: (p) =>
    told('TLS could not be agreed upon', `${p.host}: ${p.reason}`, 'Selvage did not sign in, and sent no password.', 'A server that asks for a client certificate says so in its log. Else check that it speaks TLS 1.2 or newer.'),
  tls_file_unusable: (p) => told('A certificate file cannot be used', `${p.file}: ${p.reason}.`, UNTOUCHED, 'Choose another file, in PEM form.'),
  not_weavestream: (p) =>
    told('This database is not Weavestream’s', `It has no ${p.missing}. It may be older than scheduled backups.`, UNTOUCHED, 'Check the folder, or update Weavestream on the host.'),
  database_row_odd: (p) =>
    told('A row cannot be understood', `In ${p.table}: ${p.reason}`, LAST_KNOWN, 'Update Selvage: this Weavestream may be newer than it knows. Else report it with the details.'),
  database_refused: (p) => told('Postgres refused the question', p.reason, LAST_KNOWN, 'Check the rights of the database user, and try again.'),

  // The keyring
  keyring_locked: () =>
    told('The keyring is locked', 'The desktop’s keyring exists, and is locked.', NOT_BEGUN, 'Unlock it, in the desktop’s own program or with `gnome-keyring-daemon --unlock`, and try again.'),
  keyring_no_collection: () =>
    told('The keyring has no place for entries yet', 'A keyring runs on this desktop, and it has no default collection: nobody has chosen a password for it.', 'Nothing was written. Selvage never puts a secret into a plain file.', 'Make the collection: the desktop asks for its password. Then try again.'),
  secrets_folder_unusable: (p) =>
    told('The folder of secrets cannot be used', `${p.path}: ${p.reason}.`, NOT_BEGUN, 'Only you may read the folder (mode 700) and its files (mode 600). Correct that, and try again.'),
  keyring_denied: () => told('The keyring said no', 'You or the system refused access to the keyring.', NOT_BEGUN, 'Try again, and allow Selvage when the desktop asks.'),
  keyring_absent: (p) =>
    told('There is no keyring', `No keyring was found on this desktop: ${p.reason}`, 'Nothing was written. Selvage never puts a secret into a plain file.', 'Start a keyring (GNOME Keyring, KWallet, KeePassXC), or use the SSH agent.'),
  keyring_timed_out: (p) =>
    told('The keyring does not answer', `It said nothing for ${p.seconds} seconds. A prompt may be waiting behind this window.`, NOT_BEGUN, 'Look for the prompt, answer it, and try again.'),
  keyring_unreadable: (p) =>
    told('The keyring’s entry cannot be used', p.reason, 'The entry was left as it is.', 'Try again. If it is the password of a link and it stays like this, type it anew under Connection, Change.'),

  // This laptop
  library_missing: (p) =>
    told('The folder for dumps is not there', `${p.folder} cannot be found: an unplugged disk, or a folder that was deleted.`, 'Nothing was written.', 'Plug the disk in and try again, or choose another folder.'),
  library_read_only: (p) =>
    told('The folder for dumps cannot be written to', `${p.folder}: ${p.reason}`, 'Nothing was written.', 'Choose another folder, or give your user the right to write there.'),
  disk_full: (p) =>
    told('There is not enough room', `It needs ${size(p.needed)}, and ${size(p.free)} are free in ${p.folder}.`, PART_KEPT, 'Free some space, or choose another folder.'),
  library_busy: (p) =>
    told('Another Selvage is writing this dump', `${p.file} is open elsewhere.`, NOT_BEGUN, 'Wait until it has finished, or close the other Selvage.'),
  file_missing: (p) => told('A file is gone', `${p.file} is not there.`, 'Nothing else was changed.', 'Download the dump again.'),
  file_trouble: (p) => told('A file cannot be read or written', `${p.file}: ${p.reason}`, PART_KEPT, 'Check the disk, and try again.'),
  store_trouble: (p) =>
    told('Selvage’s own database does not work', p.reason, 'Dumps on this laptop and everything on the host are as they were.', 'Check the room on the disk, and start Selvage again.'),
  store_too_new: () =>
    told('A newer Selvage was here', 'Selvage’s own database was written by a newer version.', 'It was left as it is.', 'Update Selvage.'),

  // What the host is
  probe_unreadable: (p) => told('The host’s answer cannot be understood', p.reason, LAST_KNOWN, 'Look for something that prints when this login signs in, e.g. in its .bashrc. Then test again.'),
  docker_missing: (p) => told('There is no Docker on this host', p.reason, UNTOUCHED, 'Check the host: this should be the one where Weavestream runs.'),
  docker_forbidden: (p) =>
    told('This login may not use Docker', p.reason, UNTOUCHED, 'Add the login to the docker group, or allow it sudo for docker without a password.'),
  compose_missing: (p) => told('There is no Docker Compose on this host', p.reason, UNTOUCHED, 'Install the Compose plugin on the host.'),
  folder_missing: (p) =>
    told(`${p.folder} is not there`, p.reason, UNTOUCHED, seenIn(p.seen)),
  not_compose: (p) =>
    told(`No compose.yml in ${p.folder}`, 'The folder is there, and holds no Compose file.', UNTOUCHED, seenIn(p.seen)),
  service_down: (p) =>
    told(`${p.service} does not run`, p.state === 'missing' ? 'The Compose project has no such container.' : `Docker says: ${p.state}.`, LAST_KNOWN, `Start it on the host: \`docker compose up -d ${p.service}\`, then look at its log.`),
  host_command_failed: (p) => told('The host refused a command', `${p.doing}: ${p.reason}`, LAST_KNOWN, 'Run the same on the host to see more, and test the connection again.'),

  // Dumps
  no_good_run: () => told('There is no dump to download', 'No run of this deployment has a dump on the host.', NOT_BEGUN, 'Start a backup in the web app, and look at the last failures in the history.'),
  run_has_no_dump: (p) => told('This run wrote no dump', p.reason ?? 'The worker gave no reason.', NOT_BEGUN, 'Choose a run that succeeded.'),
  pruned: () => told('The dump is no longer on the host', 'The schedule’s retention has removed it.', NOT_BEGUN, 'Choose a newer run, or keep more with the schedule’s retention.'),
  unsafe_dump_name: (p) => told('The dump has an unsafe name', unsafe(p.name), 'Nothing was read or written.', 'Look at this row of backup_run: Weavestream’s worker does not write such names.'),
  dump_gone: (p) =>
    told('The dump is missing on the host', `The run names ${p.file}, and the folder on the host has no such file.`, UNTOUCHED, 'Somebody or something removed it there. Use another run, and look at the host’s backup folder.'),
  not_readable: (p) =>
    told('The dump cannot be read on the host', `${p.file}. Tried: ${p.tried}.`, 'Nothing was written.', 'Give the login sudo or the right to read the folder, or start the api or worker container.'),
  host_read_failed: (p) => told('The host could not read the dump', `${p.file}: ${p.reason}`, PART_KEPT, 'Check the host’s disk, then try again.'),
  gave_up: (p) => told('The connection kept breaking', p.reason, `${size(p.kept)} have arrived and are kept; the next attempt goes on from there.`, 'Try again when the network is steady.'),
  checksum_mismatch: (p) =>
    told('The dump arrived damaged', `Its SHA-256 is not the one in the manifest. ${where(p.sameOnHost)}`, `Nothing on the host was changed. The copy is set aside as ${p.keptAs}.`, p.sameOnHost === true ? 'Use another dump for a restore, and check the host’s disk before the next run.' : 'Download it again.'),
  size_mismatch: (p) =>
    told('The dump has the wrong size', `The manifest says ${size(p.expected)}, the host has ${size(p.found)}.`, 'Nothing was downloaded, and nothing on the host was changed.', 'Use another dump, and check the host’s disk before the next run.'),
  not_an_archive: (p) =>
    told('The file is no dump', `Its checksum is right, and pg_restore could not read it: ${p.error.reason}.`, `Nothing on the host was changed. The copy is set aside as ${p.keptAs}.`, 'Use another dump, and look at the worker’s log on the host.'),
  no_usable_manifest: (p) =>
    told('The dump cannot be verified', manifest(p.error), `The copy lies unverified at ${p.keptAs}.`, 'Use another dump for a restore. This one may be sound, but nothing shows it.'),
  copy_gone: (p) => told('The copy is not on this laptop any more', `${p.file} was not found.`, 'The dump on the host was not touched.', 'Download it again.'),

  // One-off dumps
  backup_under_way: (p) =>
    told('A backup is under way on the host', `Somebody holds the lock that keeps two dumps apart${p.since === null ? '' : `, in a session that began ${p.since}`}.`, NOT_BEGUN, 'Wait until it has ended, or make the dump beside it without the lock.'),
  lock_held_idle: (p) =>
    told(
      'The lock of backups is held for nothing',
      `Session ${p.session} of Postgres${p.service === null ? '' : `, of ${p.service},`} holds it since ${p.since}, and no run is under way. Until it ends every backup of the host is skipped as well.`,
      NOT_BEGUN,
      p.service === null
        ? `End the session: \`select pg_terminate_backend(${p.session})\`. Or make the dump beside it without the lock.`
        : `Restart it on the host: \`docker compose restart ${p.service}\`. Or make the dump beside it without the lock.`,
    ),
  pg_dump_missing: (p) => told('There is no pg_dump on this laptop', `Without the host the dump is made here, by the tools of Postgres ${p.server}.`, NOT_BEGUN, installTools(p.server)),
  pg_dump_too_old: (p) =>
    told(`pg_dump ${p.found} is too old`, `The server is Postgres ${p.server}, and an older pg_dump (${p.path}) refuses to dump it.`, NOT_BEGUN, installTools(p.server)),
  dump_failed: (p) => told('pg_dump could not make the dump', p.reason, 'What had arrived was removed; the host’s lock is given back.', 'Read what pg_dump says, and look at the postgres container’s log. A table that cannot be read is a reason for a restore from an older dump.'),
  dump_cut: (p) => told('The line broke while the dump was made', p.reason, 'A dump cannot be taken up again in the middle: what had arrived was removed, and the host’s lock is given back.', 'Make it again when the network is steady. On a bad line use Run now, and download the run’s dump: that goes on where it broke.'),
  dump_not_an_archive: (p) => told('What pg_dump sent is no archive', p.error.reason, `It was set aside as ${p.keptAs}.`, 'Make it again; should it be so again, report it with the details.'),

  // Schedules and runs
  queue_unreachable: (p) =>
    told('The queue could not be told', p.reason, 'What was saved to the database is saved; the queue may not agree with it.', 'Check that redis and api run on the host, then press Repair.'),
  schedule_moved: (p) =>
    told('The schedule was changed meanwhile', `Somebody changed “${p.theirs.name}” after it was read here: \`${p.theirs.cron}\`, ${p.theirs.timezone ?? 'Etc/UTC'}, ${p.theirs.enabled ? 'switched on' : 'switched off'}.`, 'Nothing was written; theirs stands.', 'Look at the schedule as it is now, and make the change again if it is still right.'),
  schedule_gone: () => told('This schedule is gone', 'It is not in the database any more; somebody deleted it.', NOT_BEGUN, 'Choose another schedule.'),
  actor_refused: () =>
    told('This user may not act', 'The user is gone, is switched off, or has no right to manage backups any more.', 'Nothing was written.', 'Choose another user of Weavestream who may manage backups.'),
  schedule_unusable: (p) => told('This schedule can never fire', `The host’s queue refuses it: ${p.reason}.`, 'Row and queue are as they were.', 'Correct its cron expression or time zone, and save.'),
  run_under_way: (p) => told('A run is under way', `Run ${p.run} of this schedule waits or runs already.`, 'It goes on. No other was started.', 'Follow it in the history.'),
  outcome_unknown: (p) =>
    told('The connection broke under the change', p.reason, 'It is not known whether the change was made; it was made whole or not at all.', 'Look at the schedule or the history as it is now before trying again.'),
  run_failed: (p) => told('The run failed on the host', p.reason, 'Earlier dumps are as they were.', 'Look at the worker’s log on the host, then run it again.'),
  run_skipped: () => told('The run was skipped', 'Another run held the lock, so the worker made no second dump.', 'The other run goes on.', 'Wait until it has ended, then run it again.'),

  // Secrets
  host_env_missing: (p) =>
    told('There is no .env on the host', `${p.path} was looked for, and is not there.`, VERSIONS_KEPT, 'Check the folder under Connection. On a new host, put a version back: that writes the file.'),
  host_folder_missing: (p) =>
    told('The folder is not there on the host', `${p.path} was looked for, and its folder is missing.`, VERSIONS_KEPT, 'Check the folder under Connection. On a new host, make it first.'),
  host_env_dangling: (p) =>
    told('The .env of the host is a link to nothing', `${p.path} leads to ${p.target}, which is not there.`, VERSIONS_KEPT, 'On the host, see what became of that file, or mend the link.'),
  host_env_no_file: (p) => told('The .env of the host is no file', `${p.path} is a ${p.folder ? 'folder' : 'device'}.`, VERSIONS_KEPT, 'Look at it on the host: `ls -l` says what it is.'),
  host_env_unreadable: (p) =>
    told('The .env of the host cannot be read', `${p.path}. Tried: ${p.tried}.`, VERSIONS_KEPT, 'Give the login the right to read the file, or sudo without a password. Or import a copy of it.'),
  host_env_moving: (p) =>
    told('The .env of the host is being written to', `${p.path} changed while it was read, again and again.`, VERSIONS_KEPT, 'Wait until whoever edits it has finished, and capture again.'),
  nothing_captured: () => told('Nothing is captured yet', 'The keyring of this laptop holds no version of .env.', NOT_BEGUN, 'Capture the .env of the host, or import a file.'),
  no_such_version: (p) => told(`There is no version ${p.version}`, 'It was removed, or never made.', NOT_BEGUN, 'Choose another version.'),
  no_such_name: (p) => told(`Version ${p.version} has no ${p.name}`, 'The name is not in that file, or has no value there.', NOT_BEGUN, 'Choose another version, or look at the .env of the host.'),
  entry_missing: (p) =>
    told(`Version ${p.version} is not whole in the keyring`, `Somebody removed the entry \`${p.entry}\` from it.`, OTHERS_KEPT, ENTRY_NEXT),
  entry_altered: (p) =>
    told(`Version ${p.version} was altered in the keyring`, `The entry \`${p.entry}\` is not what was stored. It is not used.`, OTHERS_KEPT, ENTRY_NEXT),
  not_read_back: () =>
    told('The keyring did not keep what was captured', 'What came back from it is not what was put in.', 'The new version does not count. Those before it are as they were.', 'Unlock the keyring, and capture again. If it stays like this, the keyring itself is not sound.'),
  host_env_changed: (p) =>
    told('The .env of the host was changed meanwhile', `${p.path} is not the file that the plan was made for.`, HOST_UNTOUCHED, 'Look at the plan as it is now, and put the version back if it is still right.'),
  host_env_unwritable: (p) =>
    told('The .env of the host cannot be written', `${p.path}. Tried: ${p.tried}.`, HOST_UNTOUCHED, 'Give the login the right to write there, or sudo without a password.'),
  put_back_failed: (p) => told('The .env of the host was not replaced', p.reason, 'What was there is there.', 'Look at the folder on the host: its rights, and the room on its disk. Then try again.'),
  put_back_unclear: (p) =>
    told('It is not clear whether the .env of the host was replaced', p.reason, p.kept === null ? 'The host has the old file or the new one, whole.' : `The file that was there is \`${p.kept}\`.`, 'Look at the plan again: it says what lies there now.'),
  put_back_loses: (p) =>
    told(`Version ${p.version} lacks keys of the host`, `${p.keys}: what was encrypted with it would stay shut.`, HOST_UNTOUCHED, 'Put back a version that has them, or confirm the plan that tells of the loss.'),
  clipboard_refused: (p) => told('The clipboard does not take it', p.reason, 'Nothing was copied.', 'Reveal the value and take it from there.'),
  no_terminal: () => told('A value is shown on a terminal alone', 'It would have gone into a file or a pipe.', 'Nothing was printed.', 'Run the command in a terminal, or reveal the value in the window.'),
  vault_not_empty: (p) =>
    told('The deployment still has secrets', `The keyring holds ${plural(p.versions, 'version')} of its .env. They may be the last ones anywhere.`, 'Nothing was removed.', 'Write an emergency kit first. Or say that they are to be removed as well, for ever.'),
  env_empty: () => told('This is no .env', 'There is not a single name in the file.', VERSIONS_KEPT, 'Choose another file: one with lines such as `NAME=value`.'),
  env_binary: (p) => told('This is no .env', `Line ${p.line} of the file is no text.`, VERSIONS_KEPT, 'Choose another file. One in UTF-16 has to be saved as UTF-8 first.'),
  env_too_many: (p) => told('This is no .env', `The file has more than ${p.atMost} statements.`, VERSIONS_KEPT, 'Choose another file.'),
  env_too_large: (p) => told('This is no .env', `The file has ${size(p.bytes)}, and more than ${size(p.atMost)} are not read.`, VERSIONS_KEPT, 'Choose another file.'),

  // Emergency kits
  passphrase_weak: (p) =>
    told('The passphrase would be guessed', `A kit can be tried for ever by whoever finds it.${p.advice === '' ? '' : ` ${p.advice}`}`, 'No kit was written.', 'Take a longer one, or let Selvage make the words.'),
  passphrase_wrong_for_kit: () => told('The passphrase does not open the kit', 'Another one was used when it was written.', NOT_BEGUN, 'Type it again: words and hyphens as they were written down.'),
  no_kit: (p) => told('This is no emergency kit', `${p.file}: ${p.reason}.`, NOT_BEGUN, 'Choose the file whose name ends in .age. The recovery sheet beside it is for reading only.'),
  kit_damaged: (p) => told('The kit is damaged', `${p.file} was cut off or altered after it was written: ${p.reason}.`, 'Nothing of it was taken.', 'Use another copy of the kit, or an older one.'),
  kit_too_new: (p) => told('The kit is from a newer Selvage', `${p.file} has a form that this version does not know.`, NOT_BEGUN, 'Update Selvage, and open it again.'),
  kit_not_verified: (p) => told('The kit does not hold what was put in', p.reason, 'What was written was taken away again; older kits are as they were.', 'Write it into another folder: that disk may not be sound.'),
  compose_unreadable: (p) =>
    told('The Compose file of the host cannot be read', `The kit would lack it: ${p.reason}`, 'No kit was written.', 'Give the login the right to read it. Or write the kit without it: the keys are what matters most.'),

  // What was asked for
  fields: (p) => told('Something in the form cannot be used', p.fields.map((f) => `${f.field}: ${f.reason}`).join('. '), NOT_BEGUN, 'Correct the fields that are marked.'),
  no_such_deployment: (p) => told('There is no such deployment', `Nothing is known as ${p.name}. It may have been removed.`, NOT_BEGUN, 'Choose one from the sidebar.'),
  no_such_run: (p) => told('There is no such run', `The host has no run ${p.run} any more.`, NOT_BEGUN, 'Choose another run in the history.'),
  needs_host: () =>
    told('This needs the Docker host', 'The dumps on the host and the queue cannot be reached: this deployment is reached straight to Postgres.', NOT_BEGUN, 'Make a dump to this laptop instead, or add a link over SSH under Connection.'),
  no_such_job: () => told('This has already ended', 'No running job has this id.', 'It ended as the activity says.', 'Look at the activity.'),
  already_running: () => told('This is already being done', 'A job for the same dump is running.', 'It goes on.', 'Follow it in the activity.'),
  no_library: () => told('No folder for dumps yet', 'Selvage does not know where to put dumps on this laptop.', NOT_BEGUN, 'Choose a folder.'),

  // The window itself
  bridge: (p) => told('Selvage did not answer', p.reason, 'What was going on may still go on.', 'Try again. If it stays like this, start Selvage again and report the details.'),
};

/** The words for a problem. */
export function tell(problem: AnyProblem): Told {
  const say = table[problem.code] as ((problem: AnyProblem) => Told) | undefined;
  return say ? say(problem) : table.bridge({ code: 'bridge', reason: JSON.stringify(problem) });
}

/** Every code that has words; the compiler sees to it that none is missing. */
export const codes = Object.keys(table) as Code[];

/** What is wrong with a manifest, as a sentence. */
export function manifest(error: ManifestError): string {
  switch (error.why) {
    case 'missing':
      return 'The run has no manifest to compare with.';
    case 'malformed':
      return `Its manifest is malformed: ${error.reason}.`;
    case 'contradiction':
      return `Its manifest contradicts itself about ${error.field}: ${error.one} against ${error.other}.`;
    default:
      return 'Its manifest names an unsafe file.';
  }
}

function unsafe(name: UnsafeName): string {
  return name.why === 'pattern'
    ? `“${name.found}” is not of the pattern that the worker writes.`
    : `“${name.found}” is not in the folder that the worker writes to.`;
}

function where(sameOnHost: boolean | null): string {
  if (sameOnHost === null) return 'The host could not be asked for its own checksum.';
  return sameOnHost
    ? 'The file on the host is the same as here, so the damage is there.'
    : 'The file on the host is sound, so it was damaged on the way.';
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
