//! A keyring in memory that can be locked, denied, absent or silent.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use selvage_core::Secret;
use selvage_core::ports::{Keyring, KeyringError};

/// How the keyring answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// As it should.
    #[default]
    Open,
    /// It exists and is locked.
    Locked,
    /// The user says no.
    Denied,
    /// There is none.
    Absent,
    /// It never answers; the adapter gives up after its patience.
    Silent,
    /// It runs and has no default collection: nothing is in it, and nothing can be put there.
    Empty,
    /// It stores something else than what it was given.
    Forgetful,
}

/// The fake of [`Keyring`].
#[derive(Debug, Default)]
pub struct FakeKeyring {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    mood: Mood,
    entries: BTreeMap<String, Secret>,
    asked: Vec<String>,
    limit: Option<usize>,
    refusals: usize,
}

impl FakeKeyring {
    /// Answers like this from here on.
    pub fn set_mood(&self, mood: Mood) {
        self.state.lock().unwrap().mood = mood;
    }

    /// An entry holds at most so many characters from here on.
    pub fn set_limit(&self, characters: usize) {
        self.state.lock().unwrap().limit = Some(characters);
    }

    /// Somebody alters an entry, or removes it.
    pub fn meddle(&self, name: &str, text: Option<&str>) {
        let mut state = self.state.lock().unwrap();
        match text {
            Some(text) => state.entries.insert(name.to_owned(), Secret::new(text.to_owned())),
            None => state.entries.remove(name),
        };
    }

    /// What an entry holds.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.state.lock().unwrap().entries.get(name).map(|secret| secret.expose().to_owned())
    }

    /// Names of all entries.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.state.lock().unwrap().entries.keys().cloned().collect()
    }

    /// Names that were asked for with `get`, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap().asked.clone()
    }

    /// How often it said no.
    #[must_use]
    pub fn refusals(&self) -> usize {
        self.state.lock().unwrap().refusals
    }

    fn answer<T>(&self, work: impl FnOnce(&mut State) -> T) -> Result<T, KeyringError> {
        let mut state = self.state.lock().unwrap();
        if !matches!(state.mood, Mood::Open | Mood::Forgetful | Mood::Empty) {
            state.refusals += 1;
        }
        match state.mood {
            Mood::Open | Mood::Forgetful | Mood::Empty => Ok(work(&mut state)),
            Mood::Locked => Err(KeyringError::KeyringLocked),
            Mood::Denied => Err(KeyringError::KeyringDenied),
            Mood::Absent => Err(KeyringError::KeyringAbsent { reason: "no secret service".into() }),
            Mood::Silent => Err(KeyringError::KeyringTimedOut { seconds: 45 }),
        }
    }
}

#[async_trait]
impl Keyring for FakeKeyring {
    async fn get(&self, name: &str) -> Result<Option<Secret>, KeyringError> {
        self.answer(|state| {
            state.asked.push(name.to_owned());
            state.entries.get(name).filter(|_| state.mood != Mood::Empty).cloned()
        })
    }

    async fn set(&self, name: &str, secret: &Secret) -> Result<(), KeyringError> {
        if self.state.lock().unwrap().mood == Mood::Empty {
            return Err(KeyringError::KeyringNoCollection);
        }
        let kept = self.answer(|state| {
            let fits = state.limit.is_none_or(|limit| secret.expose().chars().count() <= limit);
            if state.mood == Mood::Open && fits {
                state.entries.insert(name.to_owned(), secret.clone());
            }
            state.entries.get(name).is_some_and(|kept| kept.expose() == secret.expose())
        })?;
        if kept {
            Ok(())
        } else {
            Err(KeyringError::KeyringUnreadable { reason: "what was stored does not read back".into() })
        }
    }

    async fn delete(&self, name: &str) -> Result<(), KeyringError> {
        self.answer(|state| {
            state.entries.remove(name);
        })
    }

    fn entry_limit(&self) -> Option<usize> {
        self.state.lock().unwrap().limit
    }
}
