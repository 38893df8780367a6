use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use specta::Type;

use crate::base::phrase;
use crate::deployment::Deployment;
use crate::library::LocalDump;
use crate::library::{DumpRecord, LocalDumpState};
use crate::observation::{Part, Summary};
use crate::time::{Moment, When};
use crate::weavestream::run::Run;

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

/// Records of the dumps that lie here, sound as far as was shown.
pub fn sound(dumps: &[LocalDump]) -> impl Iterator<Item = &DumpRecord> {
    dumps.iter().filter(|dump| dump.is_sound()).map(|dump| &dump.record)
}

/// The dump of `run`, or a one-off dump made after it, is on this laptop.
#[must_use]
pub fn has_sound(dumps: &[LocalDump], run: &Run) -> bool {
    sound(dumps).any(|record| record.run == run.id || record.made_at.is_some_and(|at| at >= run.at()))
}

/// What has been shown of the newest dumps, weakest rung first.
#[must_use]
pub fn evidence(
    deployment: &Deployment,
    seen: Option<&Summary>,
    dumps: &[LocalDump],
    moment: &Moment,
) -> Vec<Evidence> {
    let when = |at| When::new(at, moment.now, moment.zone);
    let told = |id: &str, facts: Value| phrase(id, facts, Some(moment));
    let none = |kind| Evidence { kind, shown: None, current: false, what: String::new(), place: String::new() };
    let exists = seen.and_then(|seen| Some((seen, seen.latest_good.as_ref()?))).map_or_else(
        || none(EvidenceKind::Exists),
        |(seen, run)| Evidence {
            kind: EvidenceKind::Exists,
            shown: Some(when(seen.at)),
            current: seen.is_current(Part::Database, moment.now),
            what: told("evidence-of-run", json!({ "at": run.at() })),
            place: deployment.host().to_owned(),
        },
    );
    let checksum = sound(dumps).max_by_key(|record| record.checked_at).map_or_else(
        || none(EvidenceKind::Checksum),
        |record| {
            let of_run = record.run_at.map(|at| told("evidence-of-run", json!({ "at": at })));
            let one_off = record.made_at.map(|at| told("evidence-of-one-off", json!({ "at": at })));
            Evidence {
                kind: EvidenceKind::Checksum,
                shown: Some(when(record.checked_at)),
                // The file was looked at for this.
                current: true,
                what: one_off.or(of_run).unwrap_or_else(|| told("evidence-of-older", Value::Null)),
                place: match record.state {
                    LocalDumpState::Complete => told("evidence-complete-here", Value::Null),
                    _ => told("evidence-checksum-here", Value::Null),
                },
            }
        },
    );
    vec![exists, checksum, none(EvidenceKind::OffHost), none(EvidenceKind::Drill), none(EvidenceKind::Proven)]
}
