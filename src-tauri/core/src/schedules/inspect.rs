use std::sync::Arc;

use futures::FutureExt;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::write::Schedules;
use crate::base::Problem;
use crate::base::RequestError;
use crate::deployment::Deployment;
use crate::link::Link;
use crate::ports::LockHolder;
use crate::time::When;
use crate::weavestream::run::{Run, RunId, RunStatus};

/// Whether anybody is at work on a run that has not ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunInspection {
    /// What follows from who holds the lock.
    pub state: RunActivity,
    /// Who holds the advisory lock of backups; none when nobody does.
    pub holder: Option<Holder>,
}

/// Whether a run is being worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RunActivity {
    /// It has ended by now.
    Ended,
    /// It waits for the worker.
    Waiting,
    /// The worker holds the lock since before it began.
    Working,
    /// Nobody holds the lock, or only a session that is younger than the run:
    /// whoever was at it is gone, and the row will say `running` for ever.
    Stuck,
    /// Somebody else than the worker holds the lock.
    HeldElsewhere,
}

/// Who holds the lock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Holder {
    /// The Compose service whose container it is; none for another address.
    pub service: Option<String>,
    /// Its address; none for a local socket in the postgres container.
    pub address: Option<String>,
    /// Its database user.
    pub user: String,
    /// What it calls itself; empty when it does not say.
    pub application: String,
    /// Its process on the server.
    pub pid: i32,
    /// When its session began.
    pub since: When,
    /// It holds the lock for nothing: no run is under way.
    pub idle: bool,
}

impl Schedules {
    /// Looks who is at work on a run. It changes nothing.
    pub async fn inspect(&self, deployment: &Deployment, run: RunId) -> Result<RunInspection, Problem> {
        let read = |link: Arc<Link>| {
            async move {
                let (row, holder) = tokio::join!(link.database.run(run), link.database.lock_holder());
                let row = row?.ok_or(RequestError::NoSuchRun { run: run.to_string() })?;
                let holder = holder?;
                let service = holder.as_ref().and_then(|holder| service(&link, holder));
                Ok((row, holder, service))
            }
            .boxed()
        };
        let (row, holder, service) = self.links.read(deployment, read).await?;
        let state = at_work(&row, holder.as_ref(), service.as_deref());
        let (now, zone) = (self.clock.now(), self.clock.zone());
        let holder = holder.map(|found| Holder {
            service,
            address: found.address,
            user: found.user,
            application: found.application,
            pid: found.pid,
            since: When::new(found.since, now, zone),
            idle: found.idle,
        });
        Ok(RunInspection { state, holder })
    }
}

fn at_work(run: &Run, holder: Option<&LockHolder>, service: Option<&str>) -> RunActivity {
    match (run.status, holder) {
        (RunStatus::Success | RunStatus::Failed | RunStatus::Skipped | RunStatus::Unreadable, _) => RunActivity::Ended,
        (RunStatus::Queued, _) => RunActivity::Waiting,
        (RunStatus::Running, None) => RunActivity::Stuck,
        (RunStatus::Running, Some(_)) if service != Some("worker") => RunActivity::HeldElsewhere,
        // The worker takes the lock first and says `running` after it (`docs/weavestream.md` section 4).
        (RunStatus::Running, Some(holder)) if run.started_at.is_some_and(|began| began < holder.since) => {
            RunActivity::Stuck
        }
        (RunStatus::Running, Some(_)) => RunActivity::Working,
    }
}

/// The service whose container has the address of the holder.
pub(crate) fn service(link: &Link, holder: &LockHolder) -> Option<String> {
    let address = holder.address.as_deref()?;
    let found = link.host().ok()?.facts.services.iter().find(|service| service.address.as_deref() == Some(address))?;
    Some(found.service.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(status: RunStatus) -> Run {
        let row = serde_json::json!({ "id": uuid::Uuid::nil(), "kind": "manual", "status": status,
            "started_at": "2026-10-22T07:00:00Z", "created_at": "2026-10-22T07:00:00Z" });
        serde_json::from_value(row).unwrap_or_else(|error| unreachable!("{error}"))
    }

    fn holder(since: &str) -> LockHolder {
        let since = since.parse().unwrap_or_default();
        LockHolder { pid: 7, user: "weavestream".into(), application: String::new(), address: None, since, idle: false }
    }

    #[test]
    fn who_holds_the_lock_tells_whether_a_run_is_stuck() {
        let (older, younger) = (holder("2026-10-22T06:59:59Z"), holder("2026-10-22T07:30:00Z"));
        let running = run(RunStatus::Running);
        assert_eq!(at_work(&running, None, None), RunActivity::Stuck);
        assert_eq!(at_work(&running, Some(&older), Some("worker")), RunActivity::Working);
        assert_eq!(at_work(&running, Some(&younger), Some("worker")), RunActivity::Stuck);
        assert_eq!(at_work(&running, Some(&older), Some("api")), RunActivity::HeldElsewhere);
        assert_eq!(at_work(&running, Some(&older), None), RunActivity::HeldElsewhere);
        assert_eq!(at_work(&run(RunStatus::Queued), None, None), RunActivity::Waiting);
        assert_eq!(at_work(&run(RunStatus::Success), Some(&older), Some("worker")), RunActivity::Ended);
    }
}
