//! Proof that keys open what is encrypted: one row of each kid and column is
//! decrypted, and what was inside is forgotten at once.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::FutureExt;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::Vault;
use super::on_host::read_env;
use super::version::EnvChange;
use crate::base::Problem;
use crate::deployment::Deployment;
use crate::link::Link;
use crate::weavestream::env_file::EnvFile;
use crate::weavestream::env_names::{KeyUse, redacted_kid};
use crate::weavestream::envelope::Envelope;
use crate::weavestream::key_set::{KeySet, KeyTrouble};
use crate::weavestream::sealed::{NotSampled, Sealed, SealedColumn, SealedSamples};

/// What was proved, by key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeyProof {
    /// When, by the laptop's clock.
    #[specta(type = String)]
    pub at: DateTime<Utc>,
    /// Over the direct link.
    pub direct: bool,
    /// One for each key of stored data.
    pub keys: Vec<ProvedKey>,
    /// `table.column` of encrypted columns that this Selvage does not know. Nothing
    /// was tried on them.
    #[serde(default)]
    pub not_tested: Vec<String>,
}

impl KeyProof {
    /// Every key opens all that was tried with it, something was tried, and no
    /// encrypted column was left out.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let fits = |key: &ProvedKey| matches!(key.outcome, Outcome::Proves | Outcome::NothingToTest);
        self.not_tested.is_empty()
            && self.keys.iter().all(fits)
            && self.keys.iter().any(|key| key.outcome == Outcome::Proves)
    }
}

impl KeyProof {
    /// Whether its key of this use opens everything that is encrypted with one of
    /// that use, as far as the schema is known.
    #[must_use]
    pub fn opens_all_of(&self, of: KeyUse) -> bool {
        let fits = |key: &ProvedKey| matches!(key.outcome, Outcome::Proves | Outcome::NothingToTest);
        self.not_tested.is_empty() && self.keys.iter().any(|key| key.key_use == of && fits(key))
    }
}

/// What came of one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProvedKey {
    /// What it is for.
    pub key_use: KeyUse,
    /// Its name in `.env`.
    pub name: String,
    /// The worst of what was found.
    pub outcome: Outcome,
    /// By kid as it stands in the rows, in the order they were met.
    pub kids: Vec<ProvedKid>,
    /// Values that are no envelope at all: no key can open those.
    pub malformed: u32,
    /// Columns that the role may not read.
    pub unread: Vec<String>,
    /// Entries of its list of previous keys for which Weavestream refuses the `.env`.
    #[serde(default)]
    pub faults: Vec<ListFault>,
}

/// An entry of a list of previous keys that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ListFault {
    /// Key id (`kid`).
    pub kid: String,
    /// What is wrong with it.
    pub trouble: KeyTrouble,
}

/// What came of one kid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProvedKid {
    /// The kid; none for MFA secrets, which carry none.
    pub kid: Option<String>,
    /// What is wrong with the key of this kid; none when it is usable. `Missing`
    /// for a kid that the file does not name.
    pub trouble: Option<KeyTrouble>,
    /// Values that were tried.
    pub tried: u32,
    /// Those that it opened.
    pub opened: u32,
    /// Rows that carry this kid.
    #[specta(type = f64)]
    pub rows: u64,
}

/// What was found for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It opens a value of every kid that is in use.
    Proves,
    /// Nothing is encrypted with it.
    NothingToTest,
    /// The role may not read what it would be tried on.
    NotAllowed,
    /// The tables that it would be tried on are not there: no Weavestream, or another schema.
    NoTables,
    /// Values are damaged; the others it opens.
    Malformed,
    /// Rows carry a kid that the file does not know.
    UnknownKid,
    /// The file's key is no key.
    KeyUnusable,
    /// It does not open a value: it is another key.
    DoesNotDecrypt,
}

/// Which `.env` is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "which", rename_all = "snake_case")]
pub enum ProofSource {
    /// A version of the vault; none for the newest.
    Version {
        /// Number of the version.
        version: Option<u32>,
    },
    /// The one on the host.
    Host,
}

impl Outcome {
    /// Something that is stored stays shut.
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(self, Self::UnknownKid | Self::KeyUnusable | Self::DoesNotDecrypt)
    }
}

impl Vault {
    /// Tries the keys of a `.env` on the database of `deployment`. What a version
    /// proved is kept with it.
    pub async fn prove(&self, deployment: &Deployment, tried: ProofSource) -> Result<KeyProof, Problem> {
        let read = |link: Arc<Link>| {
            async move {
                let sealed = link.database.sealed().await?;
                let file = match tried {
                    ProofSource::Host => Some(read_env(&link.host()?.folder()).await?.file),
                    ProofSource::Version { .. } => None,
                };
                Ok((sealed, file, link.host().is_err()))
            }
            .boxed()
        };
        // Before the line is used: a version that is not there needs no host.
        let version = match tried {
            ProofSource::Version { version } => Some(self.version(deployment.id, version).await?),
            ProofSource::Host => None,
        };
        let held = match &version {
            Some(version) => Some(self.open(version).await?),
            None => None,
        };
        let (sealed, on_host, direct) = self.links.read(deployment, read).await?;
        let Some(file) = held.or(on_host) else { unreachable!("one of the two was read") };
        let keys = try_keys(&file, &sealed.samples);
        let proof = KeyProof { at: self.clock.now(), direct, keys, not_tested: sealed.unknown };
        if let Some(version) = version {
            let change = EnvChange::Proof(proof.clone());
            self.store.change_env_version(deployment.id, version.number, &change).await?;
        }
        Ok(proof)
    }
}

/// Tries every key of stored data in `file` on what was sampled.
#[must_use]
pub fn try_keys(file: &EnvFile, samples: &[SealedSamples]) -> Vec<ProvedKey> {
    KeyUse::OF_DATA.into_iter().map(|of| try_key(&KeySet::read(file, of), samples)).collect()
}

fn try_key(keys: &KeySet, samples: &[SealedSamples]) -> ProvedKey {
    let mut proved = ProvedKey {
        key_use: keys.key_use,
        name: keys.key_use.name().to_owned(),
        outcome: Outcome::NothingToTest,
        kids: Vec::new(),
        malformed: 0,
        unread: Vec::new(),
        faults: keys.faults().map(|(kid, trouble)| ListFault { kid: redacted_kid(kid), trouble }).collect(),
    };
    let mut nowhere = true;
    for column in samples.iter().filter(|column| column.column.key() == keys.key_use) {
        nowhere &= column.found == Err(NotSampled::Missing);
        match &column.found {
            Ok(found) => found.iter().for_each(|sealed| proved.try_one(keys, column.column, sealed)),
            Err(NotSampled::Missing) => {}
            Err(NotSampled::Forbidden) => {
                let (table, name) = column.column.name();
                proved.unread.push(format!("{table}.{name}"));
            }
        }
    }
    proved.outcome = proved.judge(nowhere);
    proved
}

impl ProvedKey {
    fn try_one(&mut self, keys: &KeySet, column: SealedColumn, sealed: &Sealed) {
        let envelope = match column {
            SealedColumn::Mfa => Envelope::parse_without_kid(&sealed.text),
            _ => Envelope::parse(&sealed.text),
        };
        let Ok(envelope) = envelope else {
            self.malformed = self.malformed.saturating_add(u32::try_from(sealed.rows).unwrap_or(u32::MAX));
            return;
        };
        let key = match &envelope.kid {
            Some(kid) => keys.get(kid).cloned().unwrap_or(Err(KeyTrouble::Missing)),
            None => keys.active.clone(),
        };
        let opened = key.as_ref().is_ok_and(|key| envelope.opens_with(key, &sealed.row));
        let told = envelope.kid.as_deref().map(redacted_kid);
        let at = self.kids.iter().position(|known| known.kid == told);
        let at = at.unwrap_or_else(|| {
            self.kids.push(ProvedKid { kid: told, trouble: key.err(), tried: 0, opened: 0, rows: 0 });
            self.kids.len() - 1
        });
        let kid = &mut self.kids[at];
        kid.tried += 1;
        kid.opened += u32::from(opened);
        kid.rows += sealed.rows;
    }

    /// `nowhere`: none of its columns is there.
    fn judge(&self, nowhere: bool) -> Outcome {
        let any = |wrong: fn(&ProvedKid) -> bool| self.kids.iter().any(wrong);
        if any(|kid| kid.trouble.is_none() && kid.opened == 0) {
            Outcome::DoesNotDecrypt
        } else if !self.faults.is_empty()
            || any(|kid| kid.trouble.is_some() && (kid.kid.is_none() || kid.trouble != Some(KeyTrouble::Missing)))
        {
            Outcome::KeyUnusable
        } else if any(|kid| kid.trouble.is_some()) {
            Outcome::UnknownKid
        } else if self.malformed > 0 || any(|kid| kid.opened < kid.tried) {
            Outcome::Malformed
        } else if !self.unread.is_empty() {
            Outcome::NotAllowed
        } else if nowhere {
            Outcome::NoTables
        } else if self.kids.is_empty() {
            Outcome::NothingToTest
        } else {
            Outcome::Proves
        }
    }
}
