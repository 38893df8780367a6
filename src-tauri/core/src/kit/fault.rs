use serde::Serialize;

use crate::base::say;

/// Why a file is no kit, or not the one that was written. Its words are in
/// `selvage-words`, under `kit-fault-`.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum KitFault {
    /// It is larger than any kit.
    TooLarge,
    /// It is an `age` file of a form that is not known.
    UnknownForm,
    /// It is an `age` file whose header cannot be read.
    HeaderUnreadable,
    /// It is no `age` file.
    NotAge,
    /// It is an `age` file for keys.
    ForKeys,
    /// Opening it would take longer than any kit of Selvage.
    TooMuchWork,
    /// Its header was altered.
    HeaderAltered,
    /// It ends too early.
    CutOff,
    /// What is in it was altered, or ends too early.
    Altered,
    /// There is no tar in it.
    NoTar {
        /// What the reader of tars said.
        said: String,
    },
    /// Something in it is too large.
    EntryTooLarge {
        /// Its name.
        name: String,
    },
    /// Something that belongs in it is not there.
    EntryMissing {
        /// Its name.
        name: String,
    },
    /// `.env` is not the one that was put in.
    OtherEnv,
    /// A file of the Compose project is not the one that was put in.
    OtherFile,
    /// The facts are not those that were put in.
    OtherFacts,
    /// The recovery sheet is not the one that was put in.
    OtherSheet,
}

impl KitFault {
    /// In a sentence without a full stop.
    #[must_use]
    pub fn words(&self) -> String {
        say("kit-fault", "fault", self).title
    }
}
