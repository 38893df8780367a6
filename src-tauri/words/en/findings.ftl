# Findings: what is wrong with a deployment. A title without a full stop, and what
# it means. Times are told in the reader's zone: $at, $at-ago, $at-span.

-cannot-decrypt = could not be decrypted any more

## What could not be checked

finding-not-checked = Not checked since { $since }
    .why = { $problem ->
        [none] Nothing has checked it since then.
       *[other] { $problem-line }
    }
finding-host-unreachable = The host does not answer
    .why = What is shown comes directly from Postgres. { $problem-line }
finding-services-unknown = It is not known whether the services are running
    .why = { $at ->
        [none] { $reason }
       *[other] { $reason } (checked { $at })
    }
finding-env-unreadable = The host’s .env cannot be compared with the vault
    .why = { $problem-line }
finding-version-unreadable = Version { $version } cannot be read from the keyring
    .why = { $problem-line }

## Runs

finding-run-failed = { $schedule ->
        [none] A run failed ({ $at })
       *[other] { $schedule } failed ({ $at })
    }
    .why = { $reason ->
        [none] The worker gave no reason.
       *[other] { $reason }
    }
finding-run-stuck = A run has been running since { $since }
    .why = A worker that was killed leaves its run in this state permanently.
finding-run-overdue = { $schedule } is overdue
    .why = { $last ->
        [none] It should have run { $due }, but no run has started. It has never run.
       *[other] It should have run { $due }, but no run has started. Its last run started { $last }.
    }
finding-runs-gone = { $count ->
        [one] The run of { $at } is gone
       *[other] { $count } runs are gone, the newest from { $at }
    }
    .why = Somebody deleted it from the database, or an older database was restored.

## Schedules

finding-schedule-unusable = { $schedule } can never run
    .why = { $reason }
finding-schedule-not-queued = { $schedule } is in the database but not in the queue
    .why = It will not run until it is registered.
finding-schedule-queued-otherwise = { $schedule } has different times in the queue than in the database
    .why = It will run at the wrong times until it is registered again.
finding-schedule-queued-twice = { $schedule } is in the queue twice
    .why = Each run comes twice, and one of the two fails, until it is registered again.
finding-schedule-queued-though-disabled = { $schedule } is disabled and still in the queue
    .why = It will run until it is removed from the queue.
finding-no-schedule-enabled = No schedule is enabled
    .why = Weavestream makes no dumps by itself.

## Dumps

finding-dump-on-host-only = { $at-title } is on the host only
    .why = { $olderHere ->
        [true] An older dump is verified on this laptop.
       *[other] No dump has been downloaded to this laptop.
    }

## Keys

finding-no-keys-saved = The keys in .env are not in the vault
    .why = Without them a dump can be restored, but saved passwords, MFA and integration secrets in it can never be decrypted.
finding-key-does-not-decrypt = { $names-count ->
        [one] { $names } of version { $version } does not decrypt stored data
       *[other] { $names } of version { $version } do not decrypt stored data
    }
    .why = An older version may have the missing key: test that one as well.
finding-key-unset = Version { $version } has no { $names }
    .why = What is encrypted with it { -cannot-decrypt }.
finding-version-lacks-key = Version { $version } lacks a key that version { $older } has: { $name } (kid { $kids })
    .why = { $list ->
        [none] Put that version back, or prove that nothing needs the key any more.
       *[other] Put it into { $list } on the host, and capture again; or prove that nothing needs it any more.
    }
finding-key-lost = { $name } was changed on the host, and the old key is gone there
    .why = { $list ->
        [none] What was encrypted with the old key{ $kidsText } cannot be decrypted there. Version { $version } in the vault still has the key; there is no list of previous keys for it.
       *[other] What was encrypted with the old key{ $kidsText } cannot be decrypted there. Version { $version } in the vault still has the key: put it into { $list } on the host.
    }
finding-key-not-saved = The host’s { $name } is not in the vault
    .why = The newest version there has a different one. If the host were lost now, what it encrypts { -cannot-decrypt }.
finding-env-differs = { $names-count ->
        [0] Compose cannot read part of the host’s .env
        [one] { $names } on the host differs from the vault
       *[other] { $names-count } names in the host’s .env differ from the vault
    }
    .why = { $names-count ->
        [0] The file was changed { $modifiedAt-ago }.
        [one] The file was changed { $modifiedAt-ago }.
       *[other] { $shortened }. The file was changed { $modifiedAt-ago }.
    }

## Emergency kits

finding-no-kit = No emergency kit has been written
    .why = The keys are in this laptop’s keyring only. If you also lose this laptop, the keys are gone.
finding-kit-outdated = The emergency kit has version { $kit }, the vault has version { $version }
    .why = The kit was written { $madeAt-ago }. Write a new one, and put it where the old one is.

## The host

finding-service-down = The service { $service } is { $state }
    .why = { $at ->
        [none] Backups need it.
       *[other] Backups need it. (checked { $at })
    }
finding-clock-skew = The host’s clock differs by { SPAN($seconds) }
    .why = Ages and next runs may be wrong.
