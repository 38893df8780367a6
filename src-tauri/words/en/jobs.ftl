# Jobs: what each does while it runs and how it ended, its steps, and the lines of
# its log; then what was done with secrets.

-selvage-closed = Selvage was closed while it ran.
-arrived-kept = What has arrived is kept; the next download resumes from there.

## Jobs

the-dump = { $at ->
    [none] { $file }
   *[other] { $at-dump }
}

job-download-running = Downloading { the-dump }
job-download-done = Verified { the-dump }
    .why = Its checksum matches the manifest.
job-download-cancelled = Download cancelled: { the-dump }
    .kept = { -arrived-kept }
job-download-interrupted = Download interrupted: { the-dump }
    .why = { -selvage-closed }
    .kept = { -arrived-kept }
job-download-failed = The download failed
    .why = { $problem-line }
    .kept = { $problem-kept }
    .next = { $problem-next }

job-dump-running = Making a dump to this laptop
job-dump-done = One-off dump finished
    .why = It is complete and readable.
job-dump-cancelled = One-off dump cancelled
    .kept = Nothing is kept.
job-dump-interrupted = One-off dump interrupted
    .why = { -selvage-closed } A dump cannot be resumed.
job-dump-failed = No dump was made
    .why = { $problem-line }
    .kept = { $problem-kept }
    .next = { $problem-next }

job-run-running = { $name } on the host
job-run-done = { $name } has run
    .why = The dump is on the host.
job-run-cancelled = { $name } is no longer followed
    .kept = The run continues on the host.
job-run-interrupted = { $name } is no longer followed
    .why = { -selvage-closed }
    .kept = The run continues on the host.
job-run-failed = { $name } did not succeed
    .why = { $problem-line }
    .kept = { $problem-kept }
    .next = { $problem-next }

job-verify-running = Verifying { the-dump }
job-verify-done = Verified { the-dump }
    .why = Its checksum is what it was.
job-verify-cancelled = Verification cancelled: { the-dump }
    .kept = The file was not fully compared.
job-verify-interrupted = Verification interrupted: { the-dump }
    .why = { -selvage-closed }
    .kept = The file was not fully compared.
job-verify-failed = The verification failed
    .why = { $problem-line }
    .kept = { $problem-kept }
    .next = { $problem-next }

job-unreadable-interrupted = Unreadable entry: { $reason }

## Steps

step-find-dump = Looking for the dump on the host
step-check-local-dump = Checking the copy that is already here
step-check-part = Checking the part that is already here
step-download = { $resumed ->
    [true] Downloading the rest
   *[other] Downloading
}
step-reconnect = Connection lost; trying again in { SPAN($seconds) }
step-compare-manifest = Comparing with the manifest
step-check-host = Checking the host
step-await-lock = Waiting for the backup lock: { $problem }
step-dump = Dumping
step-read-dump = Reading the dump to its end
step-read-local-dump = Reading the dump on this laptop
step-await-worker = Waiting for the worker
step-await-run = The worker is making the dump
step-await-host = The host does not answer; trying again

## Ways to read a file of the host

read-way-direct = as this login
read-way-sudo = through sudo
read-way-container = in the { $service } container

## Lines of a log

note-dump-found = Found { $file }, { BYTES($size) }; it is read { $way-way ->
    [direct] { read-way-direct }
    [sudo] { read-way-sudo }
   *[other] in the { $way-service } container
}
note-writing = Writing { $path }
note-part-too-long = The part file is longer than the dump; starting from the first byte
note-part-differs = The part that was already here does not match the manifest; starting from the first byte
note-other-file = { $file } is another file; it stays
note-already-here = This dump is already here; its checksum matches the manifest
note-nothing-to-compare = There is no manifest to compare the copy that is already here with; it stays
note-manifest-changed = The copy that is already here is what was verified before; the host’s manifest now says something else
note-damaged-set-aside = The copy that was already here does not match the manifest; it was set aside as { $keptAs }
note-earlier-kept = The copy that was already here is kept as { $keptAs }
note-connection-broke = { $problem-line } { BYTES($kept) } of { BYTES($total) } are kept
note-verified = SHA-256 { $sha256 } matches the manifest; { $entries ->
    [one] 1 entry
   *[other] { $entries } entries
} in the table of contents
note-complete = Complete and readable: { $entries ->
    [one] 1 entry
   *[other] { $entries } entries
}; SHA-256 { $sha256 }
note-unchanged = SHA-256 { $sha256 } is what it was
note-name-taken = A dump of another deployment has this name now; it stays
note-audited = Recorded in the host’s audit log
note-not-audited = The host’s audit log could not be written: { $problem }
note-newer-pg-dump = Made by pg_dump { $pgDump }, newer than the server’s { $server }: only pg_restore { $major } or newer reads it
note-own-session-ended = A dump of this laptop that has ended still held the lock; it was ended on the host as well
note-sessions-ended = The dump was ended on the host as well
note-sessions-unknown = It is not known whether the dump has ended on the host: { $problem }
note-same-digest = What was sent and what arrived have the same SHA-256
note-run-succeeded = The dump is on the host
note-cleaned-up = What it left was removed
note-text = { $text }

## What was done with secrets

secrets-of = { $name ->
    [none] Version { $version } of .env
   *[other] { $name } of version { $version }
}
activity-captured = { secrets-of }
    .why = Captured from the host into the keyring
activity-imported = { secrets-of }
    .why = Imported into the keyring
activity-deleted = { secrets-of }
    .why = Deleted from the keyring
activity-revealed = { secrets-of }
    .why = Shown in the window
activity-copied = { secrets-of }
    .why = Copied to the clipboard
activity-put-back = { secrets-of }
    .why = Put back on the host
activity-kit-written = { secrets-of }
    .why = Written to an emergency kit
