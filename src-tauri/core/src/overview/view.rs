use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::checked::{Checked, Part, checked};
use super::next::{NextRun, QueueState, next};
use super::observe::Observation;
use super::strip::{SizeTrend, Strip, sizes, strip};
use super::verdict::{Verdict, last_failure, sound, verdict};
use crate::deployment::Deployment;
use crate::history::{RunRow, row};
use crate::library::LocalDump;
use crate::ports::LocalDumpState;
use crate::time::{When, dump_title, local, span};
use crate::vault::VaultStatus;
use crate::weavestream::run::{Run, RunStatus};

/// Everything the overview shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// The deployment that this is about.
    pub deployment: Deployment,
    /// How it stands, in words.
    pub verdict: Verdict,
    /// The dump that the primary button brings; none when there is none.
    pub latest: Option<RunRow>,
    /// What has been shown, and when.
    pub evidence: Vec<Evidence>,
    /// What needs a decision, worst first.
    pub attention: Vec<Attention>,
    /// When each enabled schedule fires next, as the queue says.
    pub next: Vec<NextRun>,
    /// The last thirty days.
    pub strip: Strip,
    /// Sizes of their dumps.
    pub sizes: Option<SizeTrend>,
    /// When the deployment was last seen.
    pub observed: Option<When>,
    /// What of it was checked, and whether that stands for now.
    pub checked: Checked,
    /// Weavestream's version there.
    pub version: Option<String>,
    /// `deploy@ws1.acme.example over SSH`
    pub reached: String,
    /// Why a new look failed just now; what is shown is then the last known state.
    pub trouble: Option<crate::base::Problem>,
}

/// One rung of the ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// Which piece of evidence this is.
    pub kind: EvidenceKind,
    /// When it was shown; none when it has not been.
    pub shown: Option<When>,
    /// Whether that stands for now. What is not current is shown as not checked.
    pub current: bool,
    /// `Dump of Wed 21 Oct, 09:00`
    pub what: String,
    /// Where the evidence is: a host, or this laptop.
    pub place: String,
}

/// The rungs, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// A dump exists on the host.
    Exists,
    /// A copy's checksum equals its manifest.
    Checksum,
    /// An off-host copy was read back.
    OffHost,
    /// It was restored in a drill.
    Drill,
    /// The app was proven with it.
    Proven,
}

/// One thing that needs a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Attention {
    /// It has failed or may lose data; else it only asks.
    pub grave: bool,
    /// One line.
    pub title: String,
    /// What it means.
    pub detail: String,
    /// What to press.
    pub action: Option<AttentionAction>,
    /// The schedule that it is about, for what is done with that one.
    pub schedule: Option<String>,
}

/// What an attention item offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum AttentionAction {
    /// Download the latest dump.
    Download,
    /// Show the run in the history.
    History,
    /// Show the schedules.
    Schedules,
    /// Make the queue agree with the database about `schedule`.
    Register,
    /// Test the connection.
    Connection,
    /// Show the secrets.
    Secrets,
    /// Capture the host's `.env`.
    Capture,
}

/// Builds the overview from what was seen and what lies on this laptop.
#[must_use]
pub fn overview(
    deployment: &Deployment,
    observation: Option<&Observation>,
    dumps: &[LocalDump],
    vault: &VaultStatus,
    trouble: Option<crate::base::Problem>,
    now: DateTime<Utc>,
    zone: Tz,
) -> Overview {
    let nothing = Vec::new();
    let recent = observation.map_or(&nothing, |s| &s.recent);
    let schedules = observation.map_or(&[][..], |s| &s.schedules);
    let latest = observation.and_then(|s| s.latest_good.as_ref());
    Overview {
        deployment: deployment.clone(),
        verdict: verdict(observation, dumps, vault, now, zone),
        latest: latest.map(|run| row(run, dumps, now, zone)),
        evidence: evidence(deployment, observation, dumps, now, zone),
        attention: observation.map(|observation| attention(observation, dumps, vault, now, zone)).unwrap_or_default(),
        next: observation.map(|observation| next(observation, now, zone)).unwrap_or_default(),
        strip: strip(recent, schedules, now, zone),
        sizes: sizes(recent, now, zone),
        observed: observation.map(|s| When::new(s.at, now, zone)),
        checked: checked(deployment, observation, now, zone),
        version: observation.and_then(|s| s.facts.as_ref()?.version().map(ToOwned::to_owned)),
        reached: reached(deployment, observation),
        trouble,
    }
}

fn reached(deployment: &Deployment, observation: Option<&Observation>) -> String {
    let direct = deployment.direct.as_ref().map(|direct| format!("{} over a direct link", direct.place()));
    match (&deployment.ssh, observation, direct) {
        (_, Some(Observation { facts: None, .. }), Some(direct)) | (None, _, Some(direct)) => direct,
        (Some(ssh), observation, _) => {
            let login = observation
                .and_then(|observation| Some(observation.facts.as_ref()?.login.as_str()))
                .or(ssh.target.user.as_deref());
            let login = login.map_or_else(String::new, |login| format!("{login}@"));
            format!("{login}{} over SSH", ssh.target.host)
        }
        (None, _, None) => String::new(),
    }
}

fn evidence(
    deployment: &Deployment,
    observation: Option<&Observation>,
    dumps: &[LocalDump],
    now: DateTime<Utc>,
    zone: Tz,
) -> Vec<Evidence> {
    let dump_of = |run: &Run| dump_title(&local(run.at(), now, zone));
    let none = |kind| Evidence { kind, shown: None, current: false, what: String::new(), place: String::new() };
    let exists = match observation.and_then(|s| Some((s, s.latest_good.as_ref()?))) {
        Some((observation, run)) => Evidence {
            kind: EvidenceKind::Exists,
            shown: Some(When::new(observation.at, now, zone)),
            current: observation.is_current(Part::Database, now),
            what: dump_of(run),
            place: deployment.host().to_owned(),
        },
        None => none(EvidenceKind::Exists),
    };
    let checked = sound(dumps).max_by_key(|record| record.checked_at);
    let checksum = checked.map_or_else(
        || none(EvidenceKind::Checksum),
        |copy| {
            let run = observation.and_then(|s| s.recent.iter().chain(&s.latest_good).find(|r| r.id == copy.run));
            let one_off = copy.made_at.map(|at| format!("One-off dump of {}", local(at, now, zone)));
            Evidence {
                kind: EvidenceKind::Checksum,
                shown: Some(When::new(copy.checked_at, now, zone)),
                // The file was looked at for this.
                current: true,
                what: one_off.or_else(|| run.map(dump_of)).unwrap_or_else(|| "An older dump".to_owned()),
                place: match copy.state {
                    LocalDumpState::Complete => "On this laptop, complete and readable".to_owned(),
                    _ => "On this laptop, SHA-256".to_owned(),
                },
            }
        },
    );
    vec![exists, checksum, none(EvidenceKind::OffHost), none(EvidenceKind::Drill), none(EvidenceKind::Proven)]
}

/// A schedule that does not fire as its row says.
fn of_schedule(next: &NextRun) -> Option<Attention> {
    let name = &next.schedule;
    let (grave, title, detail, action) = match &next.queue {
        QueueState::Unusable { reason } => {
            (true, format!("{name} can never fire"), reason.clone(), AttentionAction::Schedules)
        }
        QueueState::NotInQueue => (
            true,
            format!("{name} is in the database but not in the queue"),
            "It will not fire until it is registered.".into(),
            AttentionAction::Register,
        ),
        QueueState::InQueueOtherwise { .. } => (
            true,
            format!("{name} is in the queue with other times than in the database"),
            "It will fire at the wrong times until it is registered anew.".into(),
            AttentionAction::Register,
        ),
        QueueState::FiresTwice => (
            true,
            format!("{name} is in the queue twice"),
            "Each run is made twice, and one of them fails, until it is registered anew.".into(),
            AttentionAction::Register,
        ),
        QueueState::InQueueThoughDisabled => (
            false,
            format!("{name} is switched off and still in the queue"),
            "It will fire until it is removed from the queue.".into(),
            AttentionAction::Register,
        ),
        _ => return None,
    };
    Some(Attention { grave, title, detail, action: Some(action), schedule: Some(next.id.to_string()) })
}

/// Services that backups need and that did not run when they were last seen.
fn services_down(observation: &Observation, now: DateTime<Utc>, zone: Tz) -> Vec<Attention> {
    let Some(facts) = &observation.facts else { return Vec::new() };
    let before = observation.seen_at(Part::Host).filter(|_| !observation.is_current(Part::Host, now));
    let that_was = before.map(|at| format!(" That was {}.", local(at, now, zone))).unwrap_or_default();
    if let Some(said) = facts.compose_trouble.as_ref().filter(|_| facts.services.is_empty()) {
        let (title, detail) = ("Whether its services run is not known".to_owned(), format!("{said}.{that_was}"));
        return vec![Attention {
            grave: false,
            title,
            detail,
            action: Some(AttentionAction::Connection),
            schedule: None,
        }];
    }
    let down = ["postgres", "redis", "worker", "api"].into_iter().filter_map(|service| facts.running(service).err());
    down.map(|error| Attention {
        grave: before.is_none(),
        title: format!("The service {error}"),
        detail: format!("Backups need it.{that_was}"),
        action: Some(AttentionAction::Connection),
        schedule: None,
    })
    .collect()
}

fn attention(
    observation: &Observation,
    dumps: &[LocalDump],
    vault: &VaultStatus,
    now: DateTime<Utc>,
    zone: Tz,
) -> Vec<Attention> {
    let mut items = Vec::new();
    let mut say = |grave, title: String, detail: String, action| {
        items.push(Attention { grave, title, detail, action, schedule: None });
    };
    if let Some(since) = observation.not_checked_since(now) {
        let why = observation.unseen.last().map(|unseen| format!("{}.", unseen.problem));
        say(
            true,
            format!("Not checked since {}", local(since, now, zone)),
            why.unwrap_or_else(|| "Nobody has looked at it since.".to_owned()),
            Some(AttentionAction::Connection),
        );
    }
    if let Some(run) = last_failure(&observation.recent) {
        let why = run.error.clone().unwrap_or_else(|| "the worker gave no reason".into());
        say(true, format!("The run of {} failed", local(run.at(), now, zone)), why, Some(AttentionAction::History));
    }
    for run in observation.recent.iter().filter(|r| r.status == RunStatus::Running && now - r.at() > STUCK_AFTER) {
        say(
            true,
            format!("A run has been running since {}", local(run.at(), now, zone)),
            "A worker that was killed leaves its run like this for ever.".into(),
            Some(AttentionAction::History),
        );
    }
    items.extend(next(observation, now, zone).iter().filter_map(of_schedule));
    let mut say = |grave, title: String, detail: String, action| {
        items.push(Attention { grave, title, detail, action, schedule: None });
    };
    if !observation.schedules.iter().any(|s| s.enabled) {
        say(
            true,
            "No schedule is switched on".into(),
            "Weavestream makes no dumps by itself.".into(),
            Some(AttentionAction::Schedules),
        );
    }
    if let Some(latest) = &observation.latest_good
        && !has_sound(dumps, latest)
    {
        let have = sound(dumps).next().is_some();
        let detail =
            if have { "An older dump is verified on this laptop." } else { "No dump has been copied to this laptop." };
        say(
            false,
            format!("{} is on the host only", dump_title(&local(latest.at(), now, zone))),
            detail.into(),
            Some(AttentionAction::Download),
        );
    }
    if let Some(problem) = &observation.fallback_reason {
        say(
            true,
            "The host does not answer".into(),
            format!("What is shown comes directly from Postgres: {problem}."),
            Some(AttentionAction::Connection),
        );
    }
    items.extend(super::secrets::attention(&observation.env, vault, now));
    items.extend(services_down(observation, now, zone));
    let mut say = |grave, title: String, detail: String, action| {
        items.push(Attention { grave, title, detail, action, schedule: None });
    };
    let Some(facts) = &observation.facts else { return worst_first(items) };
    if facts.clock_skew.abs() > 30 {
        let apart = span(TimeDelta::seconds(facts.clock_skew.abs()));
        say(
            false,
            format!("The host's clock differs by {apart}"),
            "Ages and next runs may look wrong.".into(),
            Some(AttentionAction::Connection),
        );
    }
    worst_first(items)
}

fn worst_first(mut items: Vec<Attention>) -> Vec<Attention> {
    items.sort_by_key(|item| !item.grave);
    items
}

/// Dumps of hours exist; a day does not.
const STUCK_AFTER: TimeDelta = TimeDelta::hours(12);

/// The dump of `run`, or a one-off dump made after it, is on this laptop.
fn has_sound(dumps: &[LocalDump], run: &Run) -> bool {
    sound(dumps).any(|record| record.run == run.id || record.made_at.is_some_and(|at| at >= run.at()))
}
