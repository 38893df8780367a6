//! Dumps, runs and schedules to test with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use selvage_core::deployment::{Deployment, DeploymentId, DirectLink, SshAuth, SshLink, SshTarget, Tls, TlsMode};
use selvage_core::library::{DumpRecord, LocalDumpState};
use selvage_core::vault::{EnvSource, EnvVersion, FingerprintKey, KitRecord, NameMark};
use selvage_core::weavestream::dump_name::{BACKUP_FOLDER_IN_CONTAINER, DumpName};
use selvage_core::weavestream::manifest::Sha256;
use selvage_core::weavestream::run::{Run, RunId, RunKind, RunStatus};
use selvage_core::weavestream::schedule::{Retention, Schedule};
use serde_json::{Value, json};
use sha2::Digest;
use uuid::Uuid;

/// A real `pg_dump` archive of two tables, by `PostgreSQL`'s own program.
const TINY_DUMP: &[u8] = include_bytes!("../fixtures/tiny.dump");

/// A moment to start from.
#[must_use]
pub fn now() -> DateTime<Utc> {
    "2026-10-22T07:41:00Z".parse().unwrap()
}

/// Where the last block of [`TINY_DUMP`] has its first chunk.
const LAST_CHUNK: usize = 2397;

/// A whole archive of `size` bytes, or a little more where that is too small: a
/// real one whose last table holds noise that `seed` decides, stored without
/// compression.
#[must_use]
pub fn dump(size: usize, seed: u64) -> Vec<u8> {
    const STORED_AT_MOST: usize = 65_535;
    // Length of the chunk, its zlib header and checksum, and the end of the block.
    let frame = LAST_CHUNK + 5 + 2 + 4 + 5;
    let room = size.saturating_sub(frame).max(6);
    let mut noise = vec![0; room - 5 * room.div_ceil(STORED_AT_MOST + 5)];
    StdRng::seed_from_u64(seed).fill_bytes(&mut noise);
    let mut zlib = vec![0x78, 0x01];
    let pieces = noise.chunks(STORED_AT_MOST);
    let last = pieces.len() - 1;
    for (nth, piece) in pieces.enumerate() {
        let length = u16::try_from(piece.len()).unwrap();
        zlib.push(u8::from(nth == last));
        zlib.extend(length.to_le_bytes());
        zlib.extend((!length).to_le_bytes());
        zlib.extend(piece);
    }
    let (a, b) = noise.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (a + b) % 65_521)
    });
    zlib.extend((b << 16 | a).to_be_bytes());
    let mut bytes = TINY_DUMP[..LAST_CHUNK].to_vec();
    bytes.push(0);
    bytes.extend(u32::try_from(zlib.len()).unwrap().to_le_bytes());
    bytes.extend(zlib);
    bytes.extend([0; 5]);
    bytes
}

/// The same archive without its last table's rows, ended where the block before
/// ends: its table of contents is whole.
#[must_use]
pub fn cut_between_tables(dump: &[u8]) -> Vec<u8> {
    dump[..LAST_CHUNK - 6].to_vec()
}

/// The digest of `bytes`.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Sha256 {
    Sha256::new(sha2::Sha256::digest(bytes).into())
}

/// The name that the worker gives at `at`.
#[must_use]
pub fn dump_name(at: DateTime<Utc>) -> DumpName {
    DumpName::parse(&format!("weavestream-postgres-{}.dump", at.format("%Y-%m-%dT%H-%M-%SZ"))).unwrap()
}

/// The manifest that the worker writes for `bytes`.
#[must_use]
pub fn manifest(name: &DumpName, bytes: &[u8]) -> Value {
    json!({
        "weavestreamVersion": "1.9.11", "prismaMigrationHash": format!("sha256:{}", "ab".repeat(32)),
        "passwordEncryptionKid": null, "databaseUrlHostname": "postgres", "generatedAt": "2026-10-22T07:00:02.000Z",
        "filename": name.as_str(), "sizeBytes": bytes.len(), "sha256": sha256(bytes).to_string(),
    })
}

/// A success at `at` whose dump is `bytes`.
#[must_use]
pub fn success(at: DateTime<Utc>, bytes: &[u8]) -> Run {
    let name = dump_name(at);
    Run {
        id: RunId(Uuid::new_v4()),
        schedule_id: None,
        schedule_name: None,
        kind: RunKind::Manual,
        status: RunStatus::Success,
        started_at: Some(at),
        finished_at: Some(at + TimeDelta::seconds(112)),
        created_at: at,
        size: Some(bytes.len() as u64),
        manifest: Some(manifest(&name, bytes)),
        dump_path: Some(format!("{BACKUP_FOLDER_IN_CONTAINER}/{name}")),
        error: None,
    }
}

/// Version `number` of a `.env`, as the index knows it.
#[must_use]
pub fn env_version(deployment: DeploymentId, number: u32) -> EnvVersion {
    let marks = FingerprintKey::random();
    EnvVersion {
        deployment,
        number,
        captured_at: now() + TimeDelta::minutes(number.into()),
        source: EnvSource::Host { path: "/opt/weavestream/.env".into(), sudo: false },
        note: String::new(),
        size: 3,
        complete: true,
        fingerprint: marks.of_file(b"A=1"),
        pieces: vec![marks.of_value("piece", "1")],
        names: vec![NameMark { name: "A".into(), fingerprint: Some(marks.of_value("A", "1")) }],
        changes: None,
        missing_keys: Vec::new(),
        proof: None,
    }
}

/// A kit that was written `minute` minutes after the beginning.
#[must_use]
pub fn kit(deployment: DeploymentId, path: &str, minute: i64) -> KitRecord {
    let made_at = now() + TimeDelta::minutes(minute);
    KitRecord { deployment, path: path.into(), made_at, version: 1, compose: true, sha256: sha256(b"kit") }
}

/// A key of 32 bytes that `seed` decides, as `.env` holds it.
#[must_use]
pub fn env_key(seed: u64) -> String {
    let mut bytes = [0; 32];
    StdRng::seed_from_u64(seed).fill_bytes(&mut bytes);
    STANDARD.encode(bytes)
}

/// A whole `.env` whose password key is `env_key(seed)` under kid `kid`, with `previous` keys before it.
#[must_use]
pub fn env_file(seed: u64, kid: &str, previous: &str) -> String {
    format!(
        "# Weavestream\nAPP_URL=https://acme.example\nAPI_URL=https://acme.example/api\nPOSTGRES_USER=weavestream\n\
         POSTGRES_PASSWORD=planted-in-postgres\nPOSTGRES_DB=weavestream\nREDIS_PASSWORD=planted-in-redis-too\n\
         PASSWORD_ENCRYPTION_KEY=REPLACEME\nPASSWORD_ENCRYPTION_KEY_KID={kid}\nPASSWORD_PREVIOUS_KEYS={previous}\n\
         MFA_ENCRYPTION_KEY={}\nINTEGRATION_SECRET_KEY={}\nSMTP_SECRET_KEY={}\nJWT_SIGNING_KEY={}\n\
         COOKIE_SIGNING_KEY={}\nCSRF_SIGNING_KEY={}\nPASSWORD_ENCRYPTION_KEY={}\n",
        env_key(901),
        env_key(902),
        env_key(903),
        env_key(904),
        env_key(905),
        env_key(906),
        env_key(seed),
    )
}

/// A deployment reached with a key file.
#[must_use]
pub fn deployment() -> Deployment {
    let auth = SshAuth::Key { file: "~/.ssh/id_ed25519".into() };
    let target = SshTarget { host: "ws1".into(), port: Some(22), user: Some("deploy".into()), auth, jump: None };
    let ssh = SshLink { target, folder: "/opt/weavestream".into() };
    Deployment::new("Acme", Some(ssh), None, &[]).unwrap()
}

/// A direct link to its Postgres.
#[must_use]
pub fn direct() -> DirectLink {
    let tls = Tls { mode: TlsMode::VerifyFull, ca: None, client: None };
    let (user, database) = ("weavestream".into(), "weavestream".into());
    DirectLink { host: "db1".into(), port: None, user, database, tls }
}

/// A daily schedule of this name.
#[must_use]
pub fn schedule(name: &str, enabled: bool) -> Schedule {
    Schedule {
        id: Uuid::new_v4(),
        name: name.into(),
        enabled,
        cron: "0 3 * * *".into(),
        timezone: None,
        retention: Retention::default(),
        notify_emails: vec!["ops@acme.example".into()],
        notify_on_success: false,
        last_run_at: None,
        updated_at: now(),
        unreadable: None,
    }
}

/// A past of `count` runs, newest first: every state and kind, two schedules,
/// pruned dumps, and a run without schedule. Always the same.
#[must_use]
pub fn past(count: usize, schedules: &[Schedule], until: DateTime<Utc>) -> Vec<Run> {
    (0..count)
        .map(|n| {
            let at = until - TimeDelta::hours(7 * i64::try_from(n).unwrap());
            let schedule = schedules.get(n % (schedules.len() + 1));
            let mut run = success(at, &dump(0, n as u64)[..100 + n]);
            run.id = RunId(Uuid::from_u128(0xfeed_0000 + n as u128));
            run.schedule_id = schedule.map(|s| s.id);
            run.schedule_name = schedule.map(|s| s.name.clone());
            run.kind = if n % 3 == 0 { RunKind::Manual } else { RunKind::Scheduled };
            run.status = match n % 11 {
                3 => RunStatus::Failed,
                5 => RunStatus::Skipped,
                7 => RunStatus::Running,
                9 => RunStatus::Queued,
                _ => RunStatus::Success,
            };
            if run.status == RunStatus::Success {
                if n % 4 == 2 {
                    run.dump_path = None;
                }
            } else {
                (run.size, run.manifest, run.dump_path, run.finished_at) = (None, None, None, None);
            }
            match run.status {
                RunStatus::Failed => run.error = Some("pg_dump: error: connection to server failed".into()),
                RunStatus::Skipped => run.error = Some("concurrent".into()),
                RunStatus::Queued => run.started_at = None,
                _ => {}
            }
            run
        })
        .collect()
}

/// The record of a verified dump at `path`.
#[must_use]
pub fn dump_record(deployment: DeploymentId, path: &str) -> DumpRecord {
    DumpRecord {
        deployment,
        run: RunId(Uuid::new_v4()),
        path: path.into(),
        size: (1 << 53) + 1,
        sha256: sha256(path.as_bytes()),
        state: LocalDumpState::Verified,
        checked_at: now(),
        entries: 125,
        run_at: None,
        made_at: None,
        modified: Some(now() - TimeDelta::nanoseconds(1)),
    }
}
