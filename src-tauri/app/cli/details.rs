//! What `--help` says of each command beside its arguments: what it does and refuses,
//! and its JSON. `docs/cli.md` is made from the same.

pub const ADD: &str = "\
With one link or both. Over SSH it signs in once, looks at Docker and the folder, and adds the deployment. Without --key, --agent or \
--password the agent and the keys of the SSH configuration are tried. An unknown host key is refused (3) unless its fingerprint is given \
with --accept-host-key; repeat that for jump hosts. A changed or revoked key is always refused.\n\n\
Over a direct link the TLS mode is verify-full unless another is given, and what the system trusts is trusted, or what is in \
--sslrootcert (a CA's certificate, or the server's own). Role and database are `weavestream` unless given. A certificate that is not \
right is refused with tls_wrong_name, tls_out_of_date, tls_untrusted, tls_not_offered or password_in_the_clear (3), and nothing is added.\n\n\
Secrets are read from standard input, a line each, and kept in the OS keyring only.\n\n\
JSON: {\"deployment\": {\"id\", \"name\", \"slug\", \"ssh\": {\"target\", \"folder\"} | null, \"direct\": {\"host\", \"port\", \"user\", \"database\", \"tls\"} | null}}";

pub const LINK: &str = "\
A password or passphrase that is not given stays in the keyring, unless the link leads to another login, host or key file: then the \
old one is removed.\n\n\
JSON: as of `selvage deployment add`";

pub const LIST: &str = "\
JSON: {\"deployments\": [{\"deployment\": {...}, \"verdict\": {\"state\", \"title\", \"body\"}}]}";

pub const REMOVE: &str = "\
While its vault has versions it is refused with vault_not_empty (3), unless --with-secrets removes them from the keyring as well.\n\n\
JSON: {\"removed\": {...}}";

pub const PROBE: &str = "\
Every link is tested as a checklist. When a line is `bad`, its problem follows as the error, with its exit code.\n\n\
JSON: {\"checks\": [{\"item\", \"state\": \"ok|warn|bad|not_tested\", \"title\", \"detail\", \"problem\"}]}";

pub const SCHEDULES: &str = "\
queue.state is in_queue, not_in_queue, in_queue_otherwise (with other times than in the database), disabled, in_queue_though_disabled, \
fires_twice (registered as an older Weavestream does, and again), unusable (the queue refuses its cron expression or time zone: it never \
runs), unknown (the queue could not be read), not_checked (the newest check failed), or out_of_reach over a direct link to Postgres: a \
change takes effect when the API next starts, and `here` is the next time by the database.\n\n\
JSON: {\"schedules\": [{\"id\", \"name\", \"enabled\", \"next\": {\"cron\", \"zone\", \"there\", \"here\", \"queue\": {\"state\"}}, \"retention\", \
\"notifyEmails\", \"notifyOnSuccess\", \"lastRun\"}]}";

pub const SCHEDULE_ADD: &str = "\
Writes the schedule, and registers it in the queue with the host's own bullmq. Once the row is written the command ends with 0, also when \
the queue could not be told: queue.state is then `unknown` with its reason, and `selvage schedule repair` registers it. Fields that cannot \
be used: 3, {\"code\": \"fields\", \"fields\": [{\"field\", \"reason\"}]}.\n\n\
JSON: {\"schedule\": {...}} as of `selvage schedules`; next.queue is what the queue said after it was told";

pub const SCHEDULE_CHANGE: &str = "\
Refused with schedule_moved when somebody changed the schedule between reading and writing.\n\n\
JSON: {\"schedule\": {...}}";

pub const SCHEDULE_REMOVE: &str = "\
Refused with schedule_moved when somebody changed the schedule between reading and writing.\n\n\
JSON: {\"removed\": {\"id\", \"queueTrouble\": why the queue could not be told, or null}}";

pub const REPAIR: &str = "\
A schedule that can never run is not registered: schedule_unusable (3). Over a direct link: needs_host (3).\n\n\
JSON: {\"schedule\": {...}}";

pub const RETENTION: &str = "\
Also tells how many dumps there will be at the end of each of the next 12 months.\n\n\
JSON: {\"retention\": {\"dumps\", \"bytes\", \"columns\", \"deleted\": [{\"run\", \"when\", \"copied\"}], \"ahead\": [{\"month\", \"year\", \"dumps\", \
\"bytes\"}]}}";

pub const PREVIEW: &str = "\
The times are those of one iterator of the npm package cron-parser 4.9, which the host uses.\n\n\
JSON: {\"next\": [UTC times]}; with --batch an answer each line: {\"next\": [...]} or {\"error\": \"...\"}";

pub const RUN_NOW: &str = "\
Also of a schedule that is disabled. With --wait a run that failed ends with 1 and run_failed, one that found the lock held with 1 and \
run_skipped. Over a direct link: needs_host (3).\n\n\
JSON: {\"run\": {\"id\", \"ended\"}}";

pub const RUNS: &str = "\
JSON: {\"runs\": [{\"id\", \"when\": {\"utc\", \"local\", \"relative\"}, \"schedule\", \"kind\", \"status\", \"duration\", \"size\", \"version\", \"error\", \
\"file\", \"onHost\", \"copy\", \"manifest\", \"manifestProblem\"}]}";

pub const INSPECT: &str = "\
state is waiting, working, stuck, held_elsewhere or ended; holder is who holds the advisory lock of backups, and its `idle` says that no \
run is in progress, so that the session holds it for nothing.\n\n\
JSON: {\"inspection\": {\"state\", \"holder\"}}";

pub const DOWNLOAD: &str = "\
The dump comes into DIR, which is created when its parent exists, as weavestream-postgres-<short name>-<time>.dump, and is verified. What an \
earlier attempt left there is resumed. No file is replaced: where the name is taken the next free one of -2, -3 is used, and `path` tells \
which. While another Selvage of this laptop downloads the same dump into the same folder it is refused with already_running (3), of another \
laptop with library_busy (3). A dump that differs from its manifest is kept as <name>.damaged, one without a usable manifest as \
<name>.unverified; both end with 4. Over a direct link: needs_host (3).\n\n\
JSON: {\"copy\": {\"deployment\", \"run\", \"path\", \"size\", \"sha256\", \"state\": \"verified\", \"checked_at\", \"entries\", \"run_at\", \"made_at\", \
\"modified\"}}";

pub const COPIES: &str = "\
Each is looked at now (size and time; nothing is read). No host is asked. state is verified (its checksum matches the manifest), complete (a \
one-off dump that was read to its end), damaged, unverified, gone (the file is not there), changed (another size or time than when it was \
read) or unreachable (the disk does not answer).\n\n\
JSON: {\"copies\": [{\"path\", \"size\", \"state\", ...}]}, as of `selvage download`";

pub const DUMP: &str = "\
pg_dump runs in the postgres container; what it writes comes into DIR as weavestream-postgres-<short name>-manual-<time>.dump, with a \
manifest in the worker's form, and is read to its end. It takes the worker's own lock: while a backup is running it is refused with \
backup_under_way (3; lock_held_idle when a session holds the lock and no run is in progress), waits with --wait, or runs at the same time \
with --without-lock. A dump cannot be resumed: after a cut nothing of it is kept.\n\n\
Over a direct link the laptop's own pg_dump is used, found on PATH and in the usual places; pg_dump_missing and pg_dump_too_old (3) when \
there is none of the server's version or newer.\n\n\
JSON: {\"copy\": {...}} with the state `complete`: complete and readable, with no manifest of the host to compare it with";

pub const CAPTURE: &str = "\
`new` is false when a version is the very same file already. `missingKeys` is the alarm: keys of stored data that older versions have and \
this one lacks. What is no .env is refused: env_empty, env_binary, env_too_large, host_env_missing, host_env_dangling, host_env_no_file, \
host_folder_missing (3); host_env_unreadable, host_env_moving (1). A keyring that does not answer: keyring_absent, keyring_locked, \
keyring_no_collection (then `selvage secrets make-keyring` has the desktop create one), keyring_denied, keyring_timed_out, \
keyring_unreadable (1); nothing is saved elsewhere then.\n\n\
JSON: {\"captured\": {\"version\", \"new\", \"missingKeys\": [{\"key\", \"version\"}]}}";

pub const VERSIONS: &str = "\
JSON: {\"versions\": [{\"number\", \"captured\", \"source\", \"note\", \"changes\": {\"added\", \"changed\", \"removed\"} | null, \"proven\"}]}";

pub const NAMES: &str = "\
Values are never shown, settings excepted. A version whose entries were removed or altered: entry_missing, entry_altered (4).\n\n\
JSON: {\"names\": [{\"name\", \"group\", \"value\": {\"is\"}, \"kids\", \"bytes\", \"remarks\", \"host\", \"proof\"}]}";

pub const DIFF: &str = "\
`missing` is the alarm: keys that the host does not have any more. Ends with 0 when no value differs, otherwise with 4.\n\n\
JSON: {\"host\": {\"env\": \"same|layout|differs|nothing_captured\", \"version\", \"changes\", \"missing\": [{\"keyUse\", \"name\", \"kids\"}], \
\"uncaptured\"}}";

pub const PROVE: &str = "\
outcome is proves, nothing_to_test, not_allowed, malformed, no_tables, unknown_kid, key_unusable or does_not_decrypt. notTested names \
encrypted columns that this Selvage does not know. Ends with 4 unless each key proves or has nothing to test, and nothing was left out.\n\n\
JSON: {\"proof\": {\"at\", \"direct\", \"keys\": [{\"keyUse\", \"name\", \"outcome\", \"kids\": [{\"kid\", \"tested\", \"opened\", \"rows\", \"trouble\"}], \
\"malformed\", \"unread\", \"faults\": [{\"kid\", \"trouble\"}]}], \"notTested\": [\"table.column\"]}}";

pub const PUT: &str = "\
When the host has keys of stored data that the version lacks it is refused with put_back_loses (3), unless --accept-loss is given. \
Containers read the file when they are recreated.\n\n\
JSON: {\"plan\": {...}}, or with --yes {\"done\": {\"path\", \"kept\", \"owner\", \"mode\", \"sudo\"}}";

pub const REVEAL: &str = "\
Refused with no_terminal (3) where standard output is no terminal. That it was shown is written to the activity.";

pub const EXPORT: &str = "\
The kit contains every file of the Compose project: what Compose takes in the folder, what the containers were made from, and what these \
include, extend or mount. A file that could not be had is named. The kit is read again and compared before it counts. A passphrase that \
would be guessed: passphrase_weak (3).\n\n\
JSON: {\"kit\": {\"kit\", \"sheet\", \"version\", \"compose\", \"files\": [NAME], \"missed\": [{\"path\", \"role\", \"why\": {\"why\"}}]}}";

pub const IMPORT: &str = "\
passphrase_wrong_for_kit, no_kit, kit_too_new (3), kit_damaged (4).\n\n\
JSON: {\"imported\": {\"deployment\", \"added\", \"captured\"}}";

pub const JOBS: &str = "\
result is what the job made, such as {\"made\": \"dump\", \"dump\": {...}}; recovery is what can be done about a job that was interrupted: \
`resume`, `clean_up` or null.\n\n\
JSON: {\"jobs\": [{\"id\", \"deployment\", \"kind\", \"startedAt\", \"endedAt\", \"step\": {\"step\", \"words\", \"progress\"} | null, \"cancelling\", \"end\", \
\"result\", \"recovery\", \"words\"}]}";

pub const RESUME: &str = "\
A download continues in the folder where its part is; a run that was followed is followed again, and none is started.\n\n\
JSON: {\"copy\": {...} | null}, as of `selvage download`; null after a run";

pub const CLEAN_UP: &str = "\
JSON: {\"log\": [{\"at\", \"text\"}]}";

pub const ACTIVITY: &str = "\
Newest first. No entry can be removed.\n\n\
JSON: {\"activity\": [{\"id\", \"at\", \"deployment\", \"kind\", \"words\"}]}";
