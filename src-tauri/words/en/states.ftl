# What is known of a deployment, in a few words: evidence, how it is reached, when a
# schedule runs next, why a field of a form is wrong.

## Evidence

evidence-of-run = { $at-title }
evidence-of-one-off = One-off dump of { $at }
evidence-of-older = An older dump
evidence-complete-here = On this laptop, complete and readable
evidence-checksum-here = On this laptop, SHA-256

## How a deployment is reached

reached-direct = { $place } over a direct link
reached-ssh = { $login ->
    [none] { $host } over SSH
   *[other] { $login }@{ $host } over SSH
}

## Runs without a schedule

runs-without-schedule = No schedule

## The next run of a schedule, for the command line

next-at = { $at-ago }
next-none = no next run
next-not-in-queue = not in the queue
next-unusable = never runs: { $reason }
next-not-checked = not checked since { $since }
next-disabled = disabled
next-unknown = the queue cannot be read: { $reason }
next-out-of-reach = { $at ->
    [none] disabled
   *[other] { $at }, as the database has it
}

## What is expected of a field of a form

field-full-path = a full path on the host, beginning with /
field-nul-character = cannot contain a NUL character
field-host-or-alias = a host name, address or SSH alias, without spaces
field-port = 1 to 65535
field-login = a login name, without spaces
field-key-file = choose the private key file
field-jump-hosts = user@host:port, comma separated
field-host = a host name or address, without spaces
field-role = a role of Postgres, 1 to 63 characters
field-database = the name of the database, 1 to 63 characters
field-authority-file = choose the file, or take what this laptop trusts
field-client-certificate = choose the certificate that belongs to the key
field-client-key = choose the key that belongs to the certificate
field-name-length = 1 to 80 characters
field-name-without-letter = needs at least one letter or digit
field-name-taken = another deployment already has this name
field-no-link = over SSH, or directly to Postgres

## Why a file is no emergency kit, or not the one that was written

kit-fault-too-large = It is larger than any kit
kit-fault-unknown-form = It is an age file of an unknown format
kit-fault-header-unreadable = Its header cannot be read
kit-fault-not-age = It is not an age file
kit-fault-for-keys = It is an age file for keys, not for a passphrase
kit-fault-too-much-work = Opening it would take longer than any kit of Selvage
kit-fault-header-altered = Its header was altered
kit-fault-cut-off = It ends too early
kit-fault-altered = It was altered, or ends too early
kit-fault-no-tar = There is no tar archive in it: { $said }
kit-fault-entry-too-large = { $name } in it is too large
kit-fault-entry-missing = There is no { $name } in it
kit-fault-other-env = .env is not the one that was put in
kit-fault-other-file = A file of the Compose project is not the one that was put in
kit-fault-other-facts = The facts are not those that were put in
kit-fault-other-sheet = The recovery sheet is not the one that was put in
