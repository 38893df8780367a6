use chrono::{DateTime, Utc};

use crate::deployment::Deployment;
use crate::weavestream::dump_name::DumpName;

/// Names of one dump's files on this laptop. They carry the deployment's short
/// name: two hosts give dumps of the same second the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    stem: String,
    part: String,
}

impl Names {
    /// Of a dump that is brought here from the host.
    #[must_use]
    pub fn of(deployment: &Deployment, dump: &DumpName) -> Self {
        let stem = format!("weavestream-postgres-{}-{}", deployment.slug, dump.stamp());
        Self { part: part(&stem, deployment), stem }
    }

    /// Of a one-off dump that is made at `at`.
    #[must_use]
    pub fn one_off(deployment: &Deployment, at: DateTime<Utc>) -> Self {
        let kind = format!("weavestream-postgres-{}-manual", deployment.slug);
        Self { stem: format!("{kind}-{}", at.format("%Y-%m-%dT%H-%M-%SZ")), part: part(&kind, deployment) }
    }

    /// The file that is being written. Two laptops that share a folder may use the
    /// same short name, so it carries the deployment's id.
    #[must_use]
    pub fn part(&self) -> &str {
        &self.part
    }

    /// The dump when `nth` is 1; `-2`, `-3` and so on where that name is taken.
    #[must_use]
    pub fn dump(&self, nth: u32) -> String {
        format!("{}.dump", self.numbered(nth))
    }

    /// The manifest beside [`Self::dump`].
    #[must_use]
    pub fn manifest(&self, nth: u32) -> String {
        format!("{}.manifest.json", self.numbered(nth))
    }

    fn numbered(&self, nth: u32) -> String {
        if nth == 1 { self.stem.clone() } else { format!("{}-{nth}", self.stem) }
    }
}

fn part(stem: &str, deployment: &Deployment) -> String {
    let id = deployment.id.to_string();
    format!("{stem}.{}.part", id.get(..8).unwrap_or(&id))
}

/// Where a file is set aside: `<file>.<how>`, then `<file>.<how>-2` and so on;
/// `how` is `damaged`, `unverified` or `earlier`.
pub fn quarantine_names(file: &str, how: &str) -> impl Iterator<Item = String> {
    let plain = format!("{file}.{how}");
    (1_u32..).map(move |nth| if nth == 1 { plain.clone() } else { format!("{plain}-{nth}") })
}

/// The manifest beside the dump `file`.
#[must_use]
pub fn manifest_beside(file: &str) -> Option<String> {
    Some(format!("{}.manifest.json", file.strip_suffix(".dump")?))
}
