# Problems. Each has a title of one line without a full stop, then why, what was
# kept, and what to do next. Facts of the error stand by their names; a part of a
# fact follows after a hyphen ($key-host). $x is "none" when there is no x.

-untouched = Nothing was changed, on the host or on this laptop.
-last-known = Nothing was changed. The last known state is still shown.
-part-kept = What has arrived is kept, and the next attempt continues from there.
-not-begun = Nothing was started, and nothing was changed.
-versions-kept = Nothing was captured. The versions in the keyring are unchanged.
-others-kept = Nothing was removed. The other versions are unchanged.
-entry-next = Look for the entry in a backup of the keyring, or open an emergency kit of that version. If it is the newest version, capture again while the host still has its .env.
-host-untouched = Nothing was written on the host: its file is unchanged.
-no-password-sent = Selvage did not sign in, and sent no password.
-not-signed-in = Selvage did not sign in, and sent nothing.
-no-plain-file = Nothing was written. Selvage never puts a secret into a plain file.
-when-steady = Try again when the network is stable.
-to-keyring = It is stored only in this laptop’s keyring.
-for-known = For a deployment that is already set up, it is under Connection, Change.

## The way to the host

problem-ssh-config = The SSH configuration cannot be read
    .why = { $reason }
    .kept = { -untouched }
    .next = Correct ~/.ssh/config, and test again. `ssh -G` followed by the host shows the same error.
problem-name-not-found = { $host } was not found
    .why = No address was found for this name: { $reason }
    .kept = { -last-known }
    .next = Check the spelling of the host, and whether this laptop is online or needs a VPN.
problem-refused = The host refuses connections
    .why = Nothing listens on { $host }, port { $port }.
    .kept = { -last-known }
    .next = Check the port, and whether the server listens there: sshd, or Postgres for a direct link.
problem-unreachable = The host cannot be reached
    .why = There is no route to { $host }, port { $port }: { $reason }
    .kept = { -last-known }
    .next = Check whether this laptop is online, and whether the host needs a VPN or a jump host.
problem-timed-out = The host does not answer
    .why = { $host } did not answer within { $seconds } seconds while { $stage }.
    .kept = { -last-known }
    .next = Try again. If it stays like this, look for a firewall in between, or an overloaded host.
problem-not-ssh = This is not an SSH server
    .why = What answered on { $host }, port { $port }, does not speak an SSH that Selvage supports: { $reason }
    .kept = { -untouched }
    .next = Check the port.
problem-host-key-unknown = The host’s key is not known yet
    .why = { $key-host } showed an { $key-algorithm } key that nobody has compared yet: `{ $key-fingerprint }`.
    .kept = Nothing was sent to the host except the key exchange.
    .next = Compare the fingerprint with the one that the host itself prints, then trust it.
problem-host-key-changed = The key of { $key-host } has changed
    .why = It showed `{ $key-fingerprint }`. On record in { $file }, line { $line }, is `{ $expected }`. Either the host was set up again, or somebody is intercepting the connection.
    .kept = { -not-signed-in } The key on record stays.
    .next = Ask whoever runs the host. If the change is legitimate, remove the old line from that file yourself and test again; Selvage does not do it.
problem-host-key-revoked = The key of { $key-host } is revoked
    .why = { $line ->
        [0] { $file }
       *[other] { $file }, line { $line },
    } marks `{ $key-fingerprint }` as revoked: it must not be used any more.
    .kept = { -not-signed-in }
    .next = Ask whoever runs the host for its new key. Selvage never connects to a revoked one.
problem-known-hosts-unreadable = The list of known hosts cannot be read
    .why = { $file }: { $reason }
    .kept = Selvage did not sign in: without the list no key can be trusted.
    .next = Make the file readable for your user, and try again.
problem-sign-in-refused = The host refuses this login
    .why = { $host } did not accept { $user }. Tried: { $tried }.
    .kept = { -untouched }
    .next = Check the login, and whether its authorized_keys on the host contains your key.
problem-key-unusable = The key file cannot be used
    .why = { $file }: { $reason }
    .kept = { -untouched }
    .next = Choose another private key file.
problem-passphrase-needed = The key needs its passphrase
    .why = { $file } is encrypted.
    .kept = { -untouched }
    .next = Enter the key’s passphrase. { -for-known } { -to-keyring }
problem-passphrase-wrong = The passphrase is wrong
    .why = It does not decrypt { $file }.
    .kept = { -untouched }
    .next = Enter the key’s passphrase again. { -for-known }
problem-password-needed = The login needs its password
    .why = The keyring has no password for { $user } on { $host }.
    .kept = { -untouched }
    .next = Enter the password. { -for-known } { -to-keyring }
problem-agent-unusable = The SSH agent cannot be used
    .why = { $reason }
    .kept = { -untouched }
    .next = Start the agent and add your key with `ssh-add`, or choose a key file.
problem-jump = Jump host { $hop }: { $source }
    .why = { $source-why }
    .kept = { $source-kept }
    .next = { $source-next }
problem-forward-refused = The host does not forward
    .why = A forward to { $address } was refused: { $reason }
    .kept = { -untouched }
    .next = Allow TCP forwarding for this login in sshd’s configuration, or leave it: Selvage then reads through the container.
problem-lost = The connection was lost
    .why = { $host }: { $reason }
    .kept = { -part-kept }
    .next = { -when-steady }
problem-trickles = The connection is too slow
    .why = { $host } sent { $bytes } bytes in { $seconds } seconds; at that rate it would never finish.
    .kept = { -part-kept }
    .next = { -when-steady }
problem-prints-on-and-on = The host’s answer does not end
    .why = { $host } printed more than { BYTES($bytes) } where a short answer was expected, so the command was ended.
    .kept = { -untouched }
    .next = Look at the login’s start-up files on the host, such as `.bashrc`: something there prints without end.
problem-stalled = The connection stalled
    .why = { $host } sent nothing for { $seconds } seconds.
    .kept = { -part-kept }
    .next = { -when-steady }

## Postgres

problem-database-unreachable = Postgres does not answer
    .why = { $reason }
    .kept = { -last-known }
    .next = Look at the postgres container on the host: `docker compose ps`, then its log.
problem-database-sign-in-refused = Postgres refuses the sign-in
    .why = { $reason }
    .kept = { -last-known }
    .next = Compare POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB in .env with those that the database was created with.
problem-database-password-needed = The role needs its password
    .why = Postgres asks for the password of { $user }, and the keyring has none.
    .kept = { -untouched }
    .next = Enter the password. { -for-known } { -to-keyring }
problem-password-in-the-clear = The password would be sent unencrypted
    .why = Postgres asks for the password of { $user } in clear text, and the connection is not encrypted.
    .kept = The password was not sent.
    .next = Choose TLS “require” or more, or have the server ask for scram-sha-256.
problem-tls-not-offered = The server does not offer TLS
    .why = { $host } accepts unencrypted connections only.
    .kept = Nothing was sent except the request for TLS.
    .next = Switch `ssl` on in the server’s postgresql.conf. Turn TLS off (“disable”) only inside a VPN.
problem-tls-wrong-name = The certificate is for another host
    .why = { $names-count ->
        [0] { $host } was asked for, and the certificate names no host.
       *[other] { $host } was asked for, and the certificate names { $names }.
    }
    .kept = { -no-password-sent }
    .next = Use a name that the certificate has, or have it issued for this one. With “verify-ca” the name does not matter.
problem-tls-out-of-date = The certificate is not valid today
    .why = The certificate of { $host } is valid from { $from } to { $until }.
    .kept = { -no-password-sent }
    .next = Have it renewed on the server. If the dates are right, check this laptop’s clock.
problem-tls-untrusted = The certificate is not trusted
    .why = { $selfSigned ->
        [true] { $host } shows a certificate that it signed itself ({ $issuer }).
       *[other] The certificate of { $host } was issued by { $issuer }, which is not among the trusted authorities.
    }
    .kept = { -no-password-sent }
    .next = { $selfSigned ->
        [true] If it is the right server, copy its certificate here and choose it under “Certificates to trust”.
       *[other] Choose the file with that authority’s certificate under “Certificates to trust”.
    }
problem-tls-failed = The TLS handshake failed
    .why = { $host }: { $reason }
    .kept = { -no-password-sent }
    .next = A server that asks for a client certificate says so in its log. Otherwise check that it speaks TLS 1.2 or newer.
problem-tls-file-unusable = A certificate file cannot be used
    .why = { $file }: { $reason }.
    .kept = { -untouched }
    .next = Choose another file, in PEM format.
problem-not-weavestream = This database is not Weavestream’s
    .why = It has no { $missing }. It may be older than scheduled backups.
    .kept = { -untouched }
    .next = Check the folder, or update Weavestream on the host.
problem-database-row-odd = A row cannot be understood
    .why = In { $table }: { $reason }
    .kept = { -last-known }
    .next = Update Selvage: this Weavestream may be newer than Selvage supports. Otherwise report it with the details.
problem-database-refused = Postgres refused the query
    .why = { $reason }
    .kept = { -last-known }
    .next = Check the privileges of the database role, and try again.

## The keyring

problem-keyring-locked = The keyring is locked
    .why = The desktop’s keyring exists, and is locked.
    .kept = { -not-begun }
    .next = Unlock it, in the desktop’s own program or with `gnome-keyring-daemon --unlock`, and try again.
problem-keyring-no-collection = The keyring has no default collection yet
    .why = A keyring runs on this desktop, and nobody has chosen a password for it.
    .kept = { -no-plain-file }
    .next = Create the collection (`selvage secrets make-keyring` does it as well): the desktop asks for its password. Then try again.
problem-secrets-folder-unusable = The folder of secrets cannot be used
    .why = { $path }: { $reason }.
    .kept = { -not-begun }
    .next = Only you may read the folder (mode 700) and its files (mode 600). Correct that, and try again.
problem-keyring-denied = Access to the keyring was denied
    .why = You or the system refused access to the keyring.
    .kept = { -not-begun }
    .next = Try again, and allow Selvage when the desktop asks.
problem-keyring-absent = There is no keyring
    .why = No keyring was found on this desktop: { $reason }
    .kept = { -no-plain-file }
    .next = Start a keyring (GNOME Keyring, KWallet, KeePassXC), or use the SSH agent. On a machine without a desktop, --secrets-from DIR supplies the secrets of links.
problem-keyring-timed-out = The keyring does not answer
    .why = It did not answer within { $seconds } seconds. A prompt may be waiting behind this window.
    .kept = { -not-begun }
    .next = Look for the prompt, answer it, and try again.
problem-keyring-unreadable = The keyring’s entry cannot be used
    .why = { $reason }
    .kept = The entry was left unchanged.
    .next = Try again. If it is the password of a link and it stays like this, enter it again under Connection, Change.

## This laptop

problem-library-missing = The folder for dumps is not there
    .why = { $folder } cannot be found: an unplugged disk, or a folder that was deleted.
    .kept = Nothing was written.
    .next = Plug the disk in and try again, or choose another folder.
problem-library-read-only = The folder for dumps is not writable
    .why = { $folder }: { $reason }
    .kept = Nothing was written.
    .next = Choose another folder, or give your user write access to this one.
problem-disk-full = There is not enough free space
    .why = { BYTES($needed) } are needed, and { BYTES($free) } are free in { $folder }.
    .kept = { -part-kept }
    .next = Free some space, or choose another folder.
problem-library-busy = Another Selvage is writing this dump
    .why = { $file } is open in another process.
    .kept = { -not-begun }
    .next = Wait until it has finished, or close the other Selvage.
problem-file-missing = A file is missing
    .why = { $file } is not there.
    .kept = Nothing else was changed.
    .next = Download the dump again.
problem-file-trouble = A file cannot be read or written
    .why = { $file }: { $reason }
    .kept = { -part-kept }
    .next = Check the disk, and try again.
problem-store-trouble = Selvage’s own database does not work
    .why = { $reason }
    .kept = Dumps on this laptop and everything on the host are unchanged.
    .next = Check the free space on the disk, and start Selvage again.
problem-store-too-new = Selvage’s own database is from a newer version
    .why = A newer Selvage has written it.
    .kept = It was left unchanged.
    .next = Update Selvage.

## What the host is

-check-folder = Check the folder with compose.yml on the host.
problem-probe-unreadable = The host’s answer cannot be understood
    .why = { $reason }
    .kept = { -last-known }
    .next = Look for something that prints when this login signs in, for example in its .bashrc. Then test again.
problem-docker-missing = There is no Docker on this host
    .why = { $reason }
    .kept = { -untouched }
    .next = Check the host: it should be the one where Weavestream runs.
problem-docker-forbidden = This login may not use Docker
    .why = { $reason }
    .kept = { -untouched }
    .next = Add the login to the docker group, or allow it sudo for docker without a password.
problem-compose-missing = There is no Docker Compose on this host
    .why = { $reason }
    .kept = { -untouched }
    .next = Install the Compose plugin on the host.
problem-folder-missing = { $folder } is not there
    .why = { $reason }
    .kept = { -untouched }
    .next = { $seen-count ->
        [0] { -check-folder }
        [one] Use { $seen-folder }, where a deployment was found.
       *[other] Use { $seen-folder }, where deployments were found.
    }
problem-not-compose = No compose.yml in { $folder }
    .why = The folder is there, and contains no Compose file.
    .kept = { -untouched }
    .next = { $seen-count ->
        [0] { -check-folder }
        [one] Use { $seen-folder }, where a deployment was found.
       *[other] Use { $seen-folder }, where deployments were found.
    }
problem-service-down = { $service } is not running
    .why = { $state ->
        [missing] The Compose project has no such container.
       *[other] Docker reports its state as { $state }.
    }
    .kept = { -last-known }
    .next = Start it on the host: `docker compose up -d { $service }`, then look at its log.
problem-host-command-failed = A command failed on the host
    .why = { $doing }: { $reason }
    .kept = { -last-known }
    .next = Run the same command on the host to see more, and test the connection again.

## Dumps

problem-no-good-run = There is no dump to download
    .why = No run of this deployment has a dump on the host.
    .kept = { -not-begun }
    .next = Start a backup, and look at the last failures in the history.
problem-run-has-no-dump = This run wrote no dump
    .why = { $reason ->
        [none] The worker gave no reason.
       *[other] { $reason }
    }
    .kept = { -not-begun }
    .next = Choose a run that succeeded.
problem-pruned = The dump is no longer on the host
    .why = The schedule’s retention has deleted it.
    .kept = { -not-begun }
    .next = Choose a newer run, or keep more dumps with the schedule’s retention.
problem-unsafe-dump-name = The dump has an unsafe name
    .why = { $name-why ->
        [pattern] “{ $name-found }” does not match the names that the worker writes.
       *[other] “{ $name-found }” is not in the folder that the worker writes to.
    }
    .kept = Nothing was read or written.
    .next = Look at this row of backup_run: Weavestream’s worker does not write such names.
problem-dump-gone = The dump is missing on the host
    .why = The run names { $file }, and the folder on the host has no such file.
    .kept = { -untouched }
    .next = Somebody or something removed it there. Use another run, and look at the host’s backup folder.
problem-not-readable = The dump cannot be read on the host
    .why = { $file }. Tried: { $tried }.
    .kept = Nothing was written.
    .next = Give the login sudo or read access to the folder, or start the api or worker container.
problem-host-read-failed = The host could not read the dump
    .why = { $file }: { $reason }
    .kept = { -part-kept }
    .next = Check the host’s disk, then try again.
problem-gave-up = The connection kept breaking
    .why = { $reason }
    .kept = { BYTES($kept) } have arrived and are kept; the next attempt continues from there.
    .next = { -when-steady }
problem-checksum-mismatch = The dump arrived damaged
    .why = Its SHA-256 differs from the manifest. { $sameOnHost ->
        [true] The file on the host is the same as here, so it is damaged on the host.
        [false] The file on the host is intact, so it was damaged in transfer.
       *[other] The host could not be asked for its own checksum.
    }
    .kept = Nothing on the host was changed. The damaged file is kept as { $keptAs }.
    .next = { $sameOnHost ->
        [true] Use another dump for a restore, and check the host’s disk before the next run.
       *[other] Download it again.
    }
problem-size-mismatch = The dump has the wrong size
    .why = The manifest says { BYTES($expected) }, the file on the host has { BYTES($found) }.
    .kept = Nothing was downloaded, and nothing on the host was changed.
    .next = Use another dump, and check the host’s disk before the next run.
problem-not-an-archive = The file is not a dump
    .why = Its checksum matches, and pg_restore could not read it: { $error-reason }.
    .kept = Nothing on the host was changed. The file is kept as { $keptAs }.
    .next = Use another dump, and look at the worker’s log on the host.
problem-no-usable-manifest = The dump cannot be verified
    .why = { $error-why ->
        [missing] { manifest-missing }
        [malformed] Its manifest is malformed: { $error-reason }.
        [contradiction] Its manifest contradicts itself about { $error-field }: { $error-one } against { $error-other }.
       *[other] { manifest-name }
    }
    .kept = The unverified file is kept as { $keptAs }.
    .next = Use another dump for a restore. This one may be intact, but nothing proves it.
problem-copy-gone = The dump is not on this laptop any more
    .why = { $file } was not found.
    .kept = The dump on the host was not touched.
    .next = Download it again.

# What is wrong with a manifest, as a sentence
manifest-missing = The run has no manifest to compare with.
manifest-malformed = Its manifest is malformed: { $reason }.
manifest-contradiction = Its manifest contradicts itself about { $field }: { $one } against { $other }.
manifest-name = Its manifest names an unsafe file.

## One-off dumps

install-tools = Install the client of Postgres { $server } or newer: `postgresql-client-{ $server }` on Debian and Ubuntu, `brew install libpq` on macOS, the “Command Line Tools” of postgresql.org’s installer on Windows. Selvage finds it by itself. Or add a link over SSH: the host has its own.
problem-backup-under-way = A backup is running on the host
    .why = { $since ->
        [none] Another session holds the lock that prevents two dumps at the same time.
       *[other] Another session, which began { $since }, holds the lock that prevents two dumps at the same time.
    }
    .kept = { -not-begun }
    .next = Wait until it has ended, or run the dump at the same time, without the lock.
problem-lock-held-idle = The backup lock is held although no backup runs
    .why = { $service ->
        [none] Session { $session } of Postgres has held it since { $since }, and no run is in progress. Until that session ends, every backup of the host is skipped as well.
       *[other] Session { $session } of Postgres, of { $service }, has held it since { $since }, and no run is in progress. Until that session ends, every backup of the host is skipped as well.
    }
    .kept = { -not-begun }
    .next = { $service ->
        [none] End the session: `select pg_terminate_backend({ $session })`. Or run the dump without the lock.
       *[other] Restart the service on the host: `docker compose restart { $service }`. Or run the dump without the lock.
    }
problem-pg-dump-missing = There is no pg_dump on this laptop
    .why = Over a direct link the dump is made here, with the client tools of Postgres { $server }.
    .kept = { -not-begun }
    .next = { install-tools }
problem-pg-dump-too-old = pg_dump { $found } is too old
    .why = The server is Postgres { $server }, and an older pg_dump ({ $path }) refuses to dump it.
    .kept = { -not-begun }
    .next = { install-tools }
problem-dump-failed = pg_dump could not make the dump
    .why = { $reason }
    .kept = What had arrived was removed; the host’s backup lock is released.
    .next = Read what pg_dump says, and look at the postgres container’s log. If a table cannot be read, restore from an older dump.
problem-dump-cut = The connection broke while the dump was made
    .why = { $reason }
    .kept = A dump cannot be resumed: what had arrived was removed, and the host’s backup lock is released.
    .next = Make it again when the network is stable. On a bad line use Run now, and download the run’s dump: that download can be resumed.
problem-dump-not-an-archive = The output of pg_dump is not an archive
    .why = { $error-reason }
    .kept = It is kept as { $keptAs }.
    .next = Make it again; if this happens again, report it with the details.

## Schedules and runs

problem-queue-unreachable = The queue could not be reached
    .why = { $reason }
    .kept = What was saved to the database is saved; the queue may not match it.
    .next = Check that redis and api run on the host, then press Repair.
problem-schedule-moved = The schedule was changed in the meantime
    .why = Somebody changed “{ $theirs-name }” after it was read here. It is now `{ $theirs-cron }`, { $theirs-timezone ->
        [none] Etc/UTC
       *[other] { $theirs-timezone }
    }, { $theirs-enabled ->
        [true] enabled
       *[other] disabled
    }.
    .kept = Nothing was written; the other change stays.
    .next = Look at the schedule as it is now, and make your change again if it is still right.
problem-schedule-gone = This schedule no longer exists
    .why = Somebody deleted it from the database.
    .kept = { -not-begun }
    .next = Choose another schedule.
problem-actor-refused = This user may not do this
    .why = The user no longer exists, is disabled, or no longer has the permission to manage backups.
    .kept = Nothing was written.
    .next = Choose another Weavestream user who may manage backups.
problem-schedule-unusable = This schedule can never run
    .why = The host’s queue refuses it: { $reason }.
    .kept = Database and queue are unchanged.
    .next = Correct its cron expression or time zone, and save.
problem-run-under-way = A run is in progress
    .why = Run { $run } of this schedule is already queued or running.
    .kept = It continues. No other run was started.
    .next = Follow it in the history.
problem-outcome-unknown = The connection broke during the change
    .why = { $reason }
    .kept = It is not known whether the change was made. It was made completely or not at all.
    .next = Look at the schedule or the history as it is now before you try again.
problem-run-failed = The run failed on the host
    .why = { $reason }
    .kept = Earlier dumps are unchanged.
    .next = Look at the worker’s log on the host, then run it again.
problem-run-skipped = The run was skipped
    .why = Another run held the backup lock, so the worker made no second dump.
    .kept = The other run continues.
    .next = Wait until it has ended, then run it again.

## Secrets

problem-host-env-missing = There is no .env on the host
    .why = { $path } does not exist.
    .kept = { -versions-kept }
    .next = Check the folder under Connection. On a new host, put a version back: that writes the file.
problem-host-folder-missing = The folder is not there on the host
    .why = { $path } was looked for, and its folder is missing.
    .kept = { -versions-kept }
    .next = Check the folder under Connection. On a new host, create it first.
problem-host-env-dangling = The host’s .env is a broken link
    .why = { $path } leads to { $target }, which does not exist.
    .kept = { -versions-kept }
    .next = On the host, find out what happened to that file, or correct the link.
problem-host-env-no-file = The host’s .env is not a file
    .why = { $folder ->
        [true] { $path } is a folder.
       *[other] { $path } is a device.
    }
    .kept = { -versions-kept }
    .next = Look at it on the host: `ls -l` shows what it is.
problem-host-env-unreadable = The host’s .env cannot be read
    .why = { $path }. Tried: { $tried }.
    .kept = { -versions-kept }
    .next = Give the login read access to the file, or sudo without a password. Or import a copy of it.
problem-host-env-moving = The host’s .env is being written
    .why = { $path } changed each time it was read.
    .kept = { -versions-kept }
    .next = Wait until whoever edits it has finished, and capture again.
problem-nothing-captured = Nothing is captured yet
    .why = The keyring of this laptop has no version of .env.
    .kept = { -not-begun }
    .next = Capture the host’s .env, or import a file.
problem-no-such-version = There is no version { $version }
    .why = It was removed, or never existed.
    .kept = { -not-begun }
    .next = Choose another version.
problem-no-such-name = Version { $version } has no { $name }
    .why = The name is not in that file, or has no value there.
    .kept = { -not-begun }
    .next = Choose another version, or look at the host’s .env.
problem-entry-missing = Version { $version } is incomplete in the keyring
    .why = The entry `{ $entry }` was removed.
    .kept = { -others-kept }
    .next = { -entry-next }
problem-entry-altered = Version { $version } was altered in the keyring
    .why = The entry `{ $entry }` is not what was stored. It is not used.
    .kept = { -others-kept }
    .next = { -entry-next }
problem-not-read-back = The keyring did not keep what was captured
    .why = What was read back from it is not what was written.
    .kept = The new version does not count. Earlier versions are unchanged.
    .next = Unlock the keyring, and capture again. If it stays like this, the keyring itself is faulty.
problem-host-env-changed = The host’s .env was changed in the meantime
    .why = { $path } is not the file that the plan was made for.
    .kept = { -host-untouched }
    .next = Look at the plan as it is now, and put the version back if it is still right.
problem-host-env-unwritable = The host’s .env cannot be written
    .why = { $path }. Tried: { $tried }.
    .kept = { -host-untouched }
    .next = Give the login write access there, or sudo without a password.
problem-put-back-failed = The host’s .env was not replaced
    .why = { $reason }
    .kept = { -host-untouched }
    .next = Check the permissions of the folder on the host, and the free space on its disk. Then try again.
problem-put-back-unclear = It is not known whether the host’s .env was replaced
    .why = { $reason }
    .kept = { $kept ->
        [none] The host has either the old file or the new one, complete.
       *[other] The file that was there is `{ $kept }`.
    }
    .next = Look at the plan again: it shows what is there now.
problem-put-back-loses = Version { $version } lacks keys of the host
    .why = What was encrypted with these keys could not be decrypted any more (in brackets their kids): { $keys }.
    .kept = { -host-untouched }
    .next = Put back a version that has these keys, or confirm the plan that shows the loss.
problem-clipboard-refused = The clipboard cannot be used
    .why = { $reason }
    .kept = Nothing was copied.
    .next = Reveal the value and take it from there.
problem-no-terminal = A value is shown in a terminal only
    .why = Standard output is a file or a pipe.
    .kept = Nothing was printed.
    .next = Run the command in a terminal, or reveal the value in the window.
problem-vault-not-empty = The deployment still has secrets
    .why = { $versions ->
        [one] The keyring has { $versions } version of its .env. It may be the last copy anywhere.
       *[other] The keyring has { $versions } versions of its .env. They may be the last copies anywhere.
    }
    .kept = Nothing was removed.
    .next = Write an emergency kit first. Or confirm that they are to be deleted permanently as well.
problem-env-empty = This is not an .env file
    .why = It does not define a single name.
    .kept = { -versions-kept }
    .next = Choose another file: one with lines such as `NAME=value`.
problem-env-binary = This is not an .env file
    .why = Line { $line } of the file is not text.
    .kept = { -versions-kept }
    .next = Choose another file. One in UTF-16 has to be saved as UTF-8 first.
problem-env-too-many = This is not an .env file
    .why = The file has more than { $atMost } statements.
    .kept = { -versions-kept }
    .next = Choose another file.
problem-env-too-large = This is not an .env file
    .why = The file has { BYTES($bytes) }, and more than { BYTES($atMost) } are not read.
    .kept = { -versions-kept }
    .next = Choose another file.

## Emergency kits

problem-passphrase-weak = The passphrase is too easy to guess
    .why = Whoever finds a kit can try passphrases without limit. { $advice }
    .kept = No kit was written.
    .next = Choose a longer one, or let Selvage generate the words.
problem-passphrase-wrong-for-kit = The passphrase does not decrypt the kit
    .why = Another one was used when it was written.
    .kept = { -not-begun }
    .next = Enter it again: words and hyphens as they were written down.
problem-no-kit = This is not an emergency kit
    .why = { $file }: { $reason }.
    .kept = { -not-begun }
    .next = Choose the file whose name ends in .age. The recovery sheet beside it is for reading only.
problem-kit-damaged = The kit is damaged
    .why = { $file } was cut off or altered after it was written: { $reason }.
    .kept = Nothing was imported from it.
    .next = Use another copy of the kit, or an older one.
problem-kit-too-new = The kit is from a newer Selvage
    .why = { $file } has a format that this version does not know.
    .kept = { -not-begun }
    .next = Update Selvage, and open it again.
problem-kit-not-verified = The kit does not contain what was put in
    .why = { $reason }.
    .kept = What was written was removed again; older kits are unchanged.
    .next = Write it into another folder: that disk may be faulty.
problem-compose-unreadable = The host’s Compose file cannot be read
    .why = The kit would lack it: { $reason }
    .kept = No kit was written.
    .next = Give the login read access to it. Or write the kit without it: the keys matter most.

## What was asked for

problem-fields = Something in the form cannot be used
    .why = { $fields }.
    .kept = { -not-begun }
    .next = Correct the marked fields.
problem-no-such-deployment = There is no such deployment
    .why = No deployment has the name { $name }. It may have been removed.
    .kept = { -not-begun }
    .next = Choose an existing one: `selvage deployment list` lists them.
problem-no-such-run = There is no such run
    .why = The host has no run { $run } any more.
    .kept = { -not-begun }
    .next = Choose another run in the history.
problem-needs-host = This needs the Docker host
    .why = The host’s dumps and its queue cannot be reached: this deployment has a direct link to Postgres only.
    .kept = { -not-begun }
    .next = Make a one-off dump to this laptop instead, or add a link over SSH under Connection.
problem-no-such-job = This has already ended
    .why = No running job has this id.
    .kept = It ended as the activity shows.
    .next = Look at the activity.
problem-already-running = This is already running
    .why = Another job uses the same file, run or database, in this window or in another Selvage on this laptop.
    .kept = It continues.
    .next = Follow it in the activity.
problem-no-library = No folder for dumps yet
    .why = Selvage does not know where to put dumps on this laptop.
    .kept = { -not-begun }
    .next = Choose a folder.
