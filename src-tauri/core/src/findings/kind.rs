use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::base::Problem;
use crate::ports::Place;
use crate::weavestream::run::RunId;

/// What is wrong, with its facts. Its words are in `selvage-words`, under its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "the facts are named as the sentences name them")]
pub enum FindingKind {
    /// The host or its database was not checked, or the newest check failed.
    NotChecked { since: DateTime<Utc>, problem: Option<Problem> },
    /// Only the direct link answers.
    HostUnreachable { problem: Problem },
    /// A run failed.
    RunFailed { run: RunId, at: DateTime<Utc>, schedule: Option<String>, reason: Option<String>, superseded: bool },
    /// A run says that it is running, for longer than any dump takes.
    RunStuck { run: RunId, since: DateTime<Utc> },
    /// A schedule should have run and has not.
    RunOverdue { id: Uuid, schedule: String, due: DateTime<Utc>, last: Option<DateTime<Utc>> },
    /// Runs that were there are not there any more.
    RunsGone { newest: RunId, at: DateTime<Utc>, count: u32 },
    /// The queue would refuse the schedule.
    ScheduleUnusable { id: Uuid, schedule: String, reason: String },
    /// Enabled, and not in the queue.
    ScheduleNotQueued { id: Uuid, schedule: String },
    /// In the queue with other times.
    ScheduleQueuedOtherwise { id: Uuid, schedule: String },
    /// In the queue more than once.
    ScheduleQueuedTwice { id: Uuid, schedule: String },
    /// Disabled, and still in the queue.
    ScheduleQueuedThoughDisabled { id: Uuid, schedule: String },
    /// No schedule is enabled.
    NoScheduleEnabled,
    /// The newest good dump has not been downloaded.
    DumpOnHostOnly { run: RunId, at: DateTime<Utc>, older_here: bool },
    /// Nothing was captured into the vault yet.
    NoKeysSaved,
    /// A proof showed that keys of the newest version are not those of the data.
    KeyDoesNotDecrypt { version: u32, names: Vec<String> },
    /// The newest version lacks a key that every deployment needs.
    KeyUnset { version: u32, names: Vec<String> },
    /// An older version has a key that the newest has not. `list` is the name that takes previous keys.
    VersionLacksKey { version: u32, older: u32, name: String, kids: Vec<String>, list: Option<String> },
    /// The host no longer has a key that the newest version has.
    KeyLost { version: u32, name: String, kids: Vec<String>, kids_text: String, list: Option<String> },
    /// The host has a key that the newest version has not.
    KeyNotSaved { version: u32, name: String, kids: Vec<String> },
    /// The host's `.env` differs otherwise.
    EnvDiffers { version: u32, modified_at: DateTime<Utc>, names: Vec<String>, shortened: String },
    /// The host's `.env` cannot be read or compared.
    EnvUnreadable { problem: Problem },
    /// The newest version cannot be read from the keyring.
    VersionUnreadable { version: u32, problem: Problem },
    /// No emergency kit was written.
    NoKit,
    /// The kit has an older version than the vault.
    KitOutdated { kit: u32, version: u32, made_at: DateTime<Utc> },
    /// Compose could not be asked. `at` is when that was, unless it is so now.
    ServicesUnknown { reason: String, at: Option<DateTime<Utc>> },
    /// A service that backups need does not run.
    ServiceDown { service: String, state: String, at: Option<DateTime<Utc>> },
    /// The host's clock is wrong, or the laptop's. In seconds.
    ClockSkew { seconds: i64 },
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something failed, or data may be lost.
    Critical,
    /// It asks for a decision.
    Warning,
}

/// What can be done about a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Remedy {
    /// Download the latest dump.
    Download,
    /// Show a run in the history; none for the newest.
    History {
        /// Id of the run.
        run: Option<RunId>,
    },
    /// Open the schedules.
    Schedules,
    /// Make the queue agree with the database about a schedule.
    Register {
        /// Primary key of the schedule.
        #[specta(type = String)]
        schedule: Uuid,
    },
    /// Test the connection.
    Connection,
    /// Open the secrets.
    Secrets,
    /// Capture the host's `.env`.
    Capture,
}

/// Identifies a finding of one deployment: the same for as long as it is the same trouble.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FindingKey {
    /// Name of the kind, as in its JSON.
    pub kind: String,
    /// What it is about: a run, a schedule, a key; empty where there is only one.
    pub subject: String,
}

/// A finding about a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What is wrong.
    #[serde(flatten)]
    pub kind: FindingKind,
    /// When the facts were seen that show it.
    pub seen_at: DateTime<Utc>,
}

impl Finding {
    /// Its identity.
    #[must_use]
    pub fn key(&self) -> FindingKey {
        let kind = match serde_json::to_value(&self.kind) {
            Ok(value) => value.get("kind").and_then(|kind| kind.as_str()).unwrap_or_default().to_owned(),
            Err(_) => String::new(),
        };
        FindingKey { kind, subject: self.kind.subject() }
    }
}

impl FindingKind {
    fn subject(&self) -> String {
        match self {
            Self::RunFailed { run, .. } | Self::RunStuck { run, .. } | Self::DumpOnHostOnly { run, .. } => {
                run.to_string()
            }
            Self::RunsGone { newest, .. } => newest.to_string(),
            Self::RunOverdue { id, due, .. } => format!("{id} {}", due.timestamp()),
            Self::ScheduleUnusable { id, .. }
            | Self::ScheduleNotQueued { id, .. }
            | Self::ScheduleQueuedOtherwise { id, .. }
            | Self::ScheduleQueuedTwice { id, .. }
            | Self::ScheduleQueuedThoughDisabled { id, .. } => id.to_string(),
            Self::KeyDoesNotDecrypt { version, .. }
            | Self::KeyUnset { version, .. }
            | Self::EnvDiffers { version, .. }
            | Self::VersionUnreadable { version, .. }
            | Self::KitOutdated { version, .. } => version.to_string(),
            Self::VersionLacksKey { version, name, kids, .. }
            | Self::KeyLost { version, name, kids, .. }
            | Self::KeyNotSaved { version, name, kids } => format!("{version} {name} {}", kids.join(",")),
            Self::ServiceDown { service, .. } => service.clone(),
            Self::NotChecked { .. }
            | Self::HostUnreachable { .. }
            | Self::NoScheduleEnabled
            | Self::NoKeysSaved
            | Self::EnvUnreadable { .. }
            | Self::NoKit
            | Self::ServicesUnknown { .. }
            | Self::ClockSkew { .. } => String::new(),
        }
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            Self::ScheduleQueuedThoughDisabled { .. }
            | Self::DumpOnHostOnly { .. }
            | Self::EnvDiffers { .. }
            | Self::EnvUnreadable { .. }
            | Self::NoKit
            | Self::KitOutdated { .. }
            | Self::ServicesUnknown { .. }
            | Self::ServiceDown { at: Some(_), .. }
            | Self::ClockSkew { .. } => Severity::Warning,
            _ => Severity::Critical,
        }
    }

    /// What can be done about it.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::RunFailed { run, .. } | Self::RunStuck { run, .. } => Remedy::History { run: Some(*run) },
            Self::RunOverdue { .. } | Self::RunsGone { .. } => Remedy::History { run: None },
            Self::ScheduleUnusable { .. } | Self::NoScheduleEnabled => Remedy::Schedules,
            Self::ScheduleNotQueued { id, .. }
            | Self::ScheduleQueuedOtherwise { id, .. }
            | Self::ScheduleQueuedTwice { id, .. }
            | Self::ScheduleQueuedThoughDisabled { id, .. } => Remedy::Register { schedule: *id },
            Self::DumpOnHostOnly { .. } => Remedy::Download,
            Self::NoKeysSaved => Remedy::Capture,
            Self::NotChecked { .. }
            | Self::HostUnreachable { .. }
            | Self::ServicesUnknown { .. }
            | Self::ServiceDown { .. }
            | Self::ClockSkew { .. } => Remedy::Connection,
            _ => Remedy::Secrets,
        }
    }

    /// Whether the desktop tells it once, and what a click on that opens.
    #[must_use]
    pub fn notifies(&self) -> Option<Place> {
        match self {
            Self::RunFailed { run, .. } => Some(Place::History { run: Some(*run) }),
            Self::RunOverdue { .. } | Self::RunsGone { .. } => Some(Place::History { run: None }),
            Self::KeyLost { .. } | Self::KeyNotSaved { .. } => Some(Place::Secrets),
            _ => None,
        }
    }

    /// It happened, and nothing that is checked later shows it again.
    #[must_use]
    pub fn is_event(&self) -> bool {
        matches!(self, Self::RunsGone { .. })
    }

    /// It asks for nothing any more, because something newer took its place.
    #[must_use]
    pub fn is_superseded(&self) -> bool {
        matches!(self, Self::RunFailed { superseded: true, .. })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::time::Moment;

    /// Facts of every kind; of what may be missing both.
    fn samples() -> Vec<Value> {
        let (id, at) = (json!(Uuid::nil()), json!("2026-10-22T07:00:00Z"));
        let problem = json!({"code": "refused", "class": "failed", "host": "ws1", "port": 22});
        let schedule = |kind: &str| json!({"kind": kind, "id": id, "schedule": "Daily"});
        let key = |kind: &str, list: Value| {
            json!({"kind": kind, "version": 2, "older": 1, "name": "SMTP_SECRET_KEY", "kids": ["1", "2"],
                "kidsText": " (kid 1, 2)", "list": list})
        };
        let failed = |schedule: Value, reason: Value| json!({"kind": "run_failed", "run": id, "at": at, "schedule": schedule, "reason": reason, "superseded": false});
        let overdue =
            |last: Value| json!({"kind": "run_overdue", "id": id, "schedule": "Daily", "due": at, "last": last});
        let names = |kind: &str, names: Value| json!({"kind": kind, "version": 2, "names": names});
        let differs = |names: Value| json!({"kind": "env_differs", "version": 2, "modifiedAt": at, "names": names, "shortened": "A, B"});
        let down = |at: Value| json!({"kind": "service_down", "service": "redis", "state": "exited", "at": at});
        let unknown = |at: Value| json!({"kind": "services_unknown", "reason": "no answer", "at": at});
        vec![
            json!({"kind": "not_checked", "since": at, "problem": problem}),
            json!({"kind": "not_checked", "since": at, "problem": null}),
            json!({"kind": "host_unreachable", "problem": problem}),
            failed(json!("Daily"), json!("no space")),
            failed(Value::Null, Value::Null),
            json!({"kind": "run_stuck", "run": id, "since": at}),
            overdue(at.clone()),
            overdue(Value::Null),
            json!({"kind": "runs_gone", "newest": id, "at": at, "count": 1}),
            json!({"kind": "runs_gone", "newest": id, "at": at, "count": 3}),
            json!({"kind": "schedule_unusable", "id": id, "schedule": "Daily", "reason": "60 is no minute"}),
            schedule("schedule_not_queued"),
            schedule("schedule_queued_otherwise"),
            schedule("schedule_queued_twice"),
            schedule("schedule_queued_though_disabled"),
            json!({"kind": "no_schedule_enabled"}),
            json!({"kind": "dump_on_host_only", "run": id, "at": at, "olderHere": true}),
            json!({"kind": "dump_on_host_only", "run": id, "at": at, "olderHere": false}),
            json!({"kind": "no_keys_saved"}),
            names("key_does_not_decrypt", json!(["A"])),
            names("key_does_not_decrypt", json!(["A", "B"])),
            names("key_unset", json!(["A"])),
            key("version_lacks_key", json!("SMTP_PREVIOUS_KEYS")),
            key("version_lacks_key", Value::Null),
            key("key_lost", json!("SMTP_PREVIOUS_KEYS")),
            key("key_lost", Value::Null),
            key("key_not_saved", Value::Null),
            differs(json!([])),
            differs(json!(["A"])),
            differs(json!(["A", "B"])),
            json!({"kind": "env_unreadable", "problem": problem}),
            json!({"kind": "version_unreadable", "version": 2, "problem": problem}),
            json!({"kind": "no_kit"}),
            json!({"kind": "kit_outdated", "kit": 1, "version": 2, "madeAt": at}),
            unknown(at.clone()),
            unknown(Value::Null),
            down(at.clone()),
            down(Value::Null),
            json!({"kind": "clock_skew", "seconds": 75}),
        ]
    }

    #[test]
    fn every_kind_has_its_words_and_no_words_are_left_over() {
        let now = "2026-10-22T07:41:00Z".parse().unwrap_or_default();
        let moment = Moment { now, zone: chrono_tz::Europe::Berlin };
        let mut told = std::collections::BTreeSet::new();
        for sample in samples() {
            let kind: FindingKind =
                serde_json::from_value(sample.clone()).unwrap_or_else(|error| unreachable!("{sample}: {error}"));
            let Ok(Value::Object(mut facts)) = serde_json::to_value(&kind) else { unreachable!("{sample}") };
            let name = facts.remove("kind").unwrap_or_default();
            let id = format!("finding-{}", name.as_str().unwrap_or_default().replace('_', "-"));
            assert_eq!(selvage_words::faults(&id, &facts, Some(&moment)), Vec::<String>::new(), "{sample}");
            let words = crate::base::say_at("finding", "kind", &kind, &moment);
            assert!(!words.title.is_empty() && !words.title.ends_with('.') && !words.why.is_empty(), "{words:?}");
            assert!(!words.why.contains("..") && !words.why.contains("  "), "{words:?}");
            told.insert(id);
        }
        let sentences = include_str!("../../../words/en/findings.ftl");
        let known = sentences.lines().filter(|line| line.starts_with("finding-"));
        let known: std::collections::BTreeSet<String> =
            known.filter_map(|line| line.split(' ').next().map(ToOwned::to_owned)).collect();
        assert_eq!(told, known);
    }
}
