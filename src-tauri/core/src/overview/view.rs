use serde::{Deserialize, Serialize};
use serde_json::json;
use specta::Type;

use super::strip::{SizeTrend, Strip, sizes, strip};
use crate::base::{Problem, phrase};
use crate::deployment::Deployment;
use crate::evidence::{Evidence, Verdict, evidence, verdict};
use crate::findings::{FindingRecord, FindingView, Sources, derive, views};
use crate::history::{RunRow, row};
use crate::library::LocalDump;
use crate::observation::{Checked, Observation, checked};
use crate::schedules::{NextRun, next};
use crate::time::{Moment, When};
use crate::vault::VaultStatus;

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
    /// What is wrong or asks for a decision, worst first.
    pub findings: Vec<FindingView>,
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
    pub trouble: Option<Problem>,
}

/// What the overview is built from: what was seen, and what lies on this laptop.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// What was last seen; none before the first check.
    pub observation: Option<&'a Observation>,
    /// Dumps on this laptop, each looked at now.
    pub dumps: &'a [LocalDump],
    /// What the vault has.
    pub vault: &'a VaultStatus,
    /// What is remembered of the findings.
    pub records: &'a [FindingRecord],
}

/// Builds the overview as it is shown at `moment`.
#[must_use]
pub fn overview(deployment: &Deployment, seen: &Seen<'_>, trouble: Option<Problem>, moment: &Moment) -> Overview {
    let Seen { observation, dumps, vault, records } = *seen;
    let Moment { now, zone } = *moment;
    let nothing = Vec::new();
    let recent = observation.map_or(&nothing, |s| &s.recent);
    let schedules = observation.map_or(&[][..], |s| &s.schedules);
    let summary = observation.map(|s| &s.summary);
    let latest = summary.and_then(|s| s.latest_good.as_ref());
    let findings = observation.map(|observation| derive(&Sources { observation, before: &[], dumps, vault, now }));
    Overview {
        deployment: deployment.clone(),
        verdict: verdict(summary, dumps, vault, moment),
        latest: latest.map(|run| row(run, dumps, now, zone)),
        evidence: evidence(deployment, summary, dumps, moment),
        findings: findings.map(|found| views(&found, records, moment)).unwrap_or_default(),
        next: observation.map(|observation| next(observation, now, zone)).unwrap_or_default(),
        strip: strip(recent, schedules, now, zone),
        sizes: sizes(recent, now, zone),
        observed: summary.map(|s| When::new(s.at, now, zone)),
        checked: checked(deployment, summary, now, zone),
        version: observation.and_then(|s| s.facts.as_ref()?.version().map(ToOwned::to_owned)),
        reached: reached(deployment, observation),
        trouble,
    }
}

fn reached(deployment: &Deployment, observation: Option<&Observation>) -> String {
    let direct =
        deployment.direct.as_ref().map(|direct| phrase("reached-direct", json!({ "place": direct.place() }), None));
    match (&deployment.ssh, observation, direct) {
        (_, Some(Observation { facts: None, .. }), Some(direct)) | (None, _, Some(direct)) => direct,
        (Some(ssh), observation, _) => {
            let login = observation
                .and_then(|observation| Some(observation.facts.as_ref()?.login.as_str()))
                .or(ssh.target.user.as_deref());
            phrase("reached-ssh", json!({ "login": login, "host": ssh.target.host }), None)
        }
        (None, _, None) => String::new(),
    }
}
