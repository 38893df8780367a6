//! Asking the host's queue, and making it agree.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::base::{Class, Tellable, told_in_words};
use crate::ports::{Host, LinkError};
use crate::weavestream::compose::Project;
use crate::weavestream::queue::{Ask, Queue};

/// What is known of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "seen", rename_all = "snake_case")]
pub enum QueueSeen {
    /// It was read.
    Read(Queue),
    /// It could not be read.
    Unread {
        /// Why it failed, as the system or the host said it.
        reason: String,
    },
    /// The link ends at Postgres: the api registers the rows when it next starts
    /// (`docs/weavestream.md` section 3).
    OutOfReach,
}

impl QueueSeen {
    /// The queue, when it was read.
    #[must_use]
    pub fn read(&self) -> Option<&Queue> {
        match self {
            Self::Read(queue) => Some(queue),
            Self::Unread { .. } | Self::OutOfReach => None,
        }
    }
}

impl From<Result<Queue, QueueError>> for QueueSeen {
    fn from(asked: Result<Queue, QueueError>) -> Self {
        asked.map_or_else(|error| Self::Unread { reason: error.to_string() }, Self::Read)
    }
}

/// Why the queue could not be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum QueueError {
    /// Neither api nor worker could answer: stopped, without node, or Redis is down.
    QueueUnreachable {
        /// What the last container said.
        reason: String,
    },
    /// The host could not be asked.
    #[serde(untagged)]
    Link(LinkError),
}

told_in_words!(QueueError);

impl Tellable for QueueError {
    /// How this ends what was asked for.
    fn class(&self) -> Class {
        match self {
            Self::QueueUnreachable { .. } => Class::Failed,
            Self::Link(error) => error.class(),
        }
    }
}

impl From<LinkError> for QueueError {
    fn from(error: LinkError) -> Self {
        Self::Link(error)
    }
}

/// Does what is asked with the host's own `bullmq`, in api, else in worker, and
/// reads the queue back.
pub async fn ask(host: &dyn Host, project: &Project, what: &Ask<'_>) -> Result<Queue, QueueError> {
    let script = what.script();
    let mut reason = String::new();
    for service in ["api", "worker"] {
        let folder = format!("/app/apps/{service}");
        let command = project.exec_in(service, &folder, ["node", "-"]).stdin(script.clone());
        let output = host.run(&command).await?;
        match Queue::of_output(&output.stdout_text()) {
            Some(found) => return Ok(found),
            None => reason = output.error_summary(),
        }
    }
    Err(QueueError::QueueUnreachable { reason })
}
