use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use selvage_core::ports::LinkError;
use tokio::sync::watch;

use super::state::HostState;

/// What befalls one stream, at a byte of that stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamFault {
    /// The connection breaks.
    CutAt(u64),
    /// Nothing comes any more, until the link gives up.
    StallAt(u64),
    /// One bit is another.
    CorruptAt(u64),
    /// The command ends well, too early.
    EndsAt(u64),
    /// The command is killed.
    KilledAt(u64),
    /// The command fails with words.
    FailsAt(u64),
    /// The connection breaks after the last byte, before the exit status.
    CutAtExit,
    /// The connection is not made.
    NotConnected,
}

type Change = Box<dyn FnOnce(&mut HostState) + Send>;

/// The faults of one host, and what was streamed so far. Clones share them.
#[derive(Clone)]
pub struct Faults {
    planned: Arc<Mutex<Planned>>,
    delivered: watch::Sender<u64>,
}

#[derive(Default)]
struct Planned {
    streams: BTreeMap<usize, Vec<StreamFault>>,
    changes: BTreeMap<usize, Vec<Change>>,
    runs: BTreeMap<usize, LinkError>,
    lost: Vec<(String, bool)>,
    commands: Vec<String>,
    started: Vec<String>,
    piece: usize,
    down: bool,
}

impl Default for Faults {
    fn default() -> Self {
        let planned = Planned { piece: 4096, ..Planned::default() };
        Self { planned: Arc::new(Mutex::new(planned)), delivered: watch::channel(0).0 }
    }
}

impl Faults {
    /// Befalls the `nth` stream from now, counted from 0.
    pub fn on_stream(&self, nth: usize, fault: StreamFault) {
        let mut planned = self.planned.lock().unwrap();
        let nth = planned.started.len() + nth;
        planned.streams.entry(nth).or_default().push(fault);
    }

    /// Changes the host just before the `nth` stream from now begins.
    pub fn change_before(&self, nth: usize, change: impl FnOnce(&mut HostState) + Send + 'static) {
        let mut planned = self.planned.lock().unwrap();
        let nth = planned.started.len() + nth;
        planned.changes.entry(nth).or_default().push(Box::new(change));
    }

    /// Fails the `nth` collected command from now, counted from 0.
    pub fn on_run(&self, nth: usize, error: LinkError) {
        let mut planned = self.planned.lock().unwrap();
        let nth = planned.commands.len() + nth;
        planned.runs.insert(nth, error);
    }

    /// No command gets through any more, or all of them again.
    pub fn set_down(&self, down: bool) {
        self.planned.lock().unwrap().down = down;
    }

    /// The line breaks before the next command that holds `word` is begun.
    pub fn break_before(&self, word: &str) {
        self.planned.lock().unwrap().lost.push((word.to_owned(), false));
    }

    /// The line breaks when that command is done, before its answer is here.
    pub fn break_after(&self, word: &str) {
        self.planned.lock().unwrap().lost.push((word.to_owned(), true));
    }

    /// Forgets every fault that has not come yet.
    pub fn clear(&self) {
        let mut planned = self.planned.lock().unwrap();
        planned.streams.clear();
        planned.changes.clear();
        planned.runs.clear();
    }

    /// Streams come in pieces of so many bytes.
    pub fn set_piece(&self, bytes: usize) {
        self.planned.lock().unwrap().piece = bytes;
    }

    /// The lines of every stream that was started.
    #[must_use]
    pub fn streams(&self) -> Vec<String> {
        self.planned.lock().unwrap().started.clone()
    }

    /// The lines of every command that was collected.
    #[must_use]
    pub fn commands(&self) -> Vec<String> {
        self.planned.lock().unwrap().commands.clone()
    }

    /// Bytes handed out by all streams so far; changes can be waited for.
    #[must_use]
    pub fn delivered(&self) -> watch::Receiver<u64> {
        self.delivered.subscribe()
    }

    pub(super) fn run_begins(&self, line: String) -> Result<(), LinkError> {
        let mut planned = self.planned.lock().unwrap();
        let nth = planned.commands.len();
        planned.commands.push(line);
        if planned.down {
            return Err(LinkError::Lost { host: "ws1".into(), reason: "the host is down".into() });
        }
        planned.runs.remove(&nth).map_or(Ok(()), Err)?;
        drop(planned);
        self.breaks(false)
    }

    /// The command that began last has ended.
    pub(super) fn run_ends(&self) -> Result<(), LinkError> {
        self.breaks(true)
    }

    fn breaks(&self, after: bool) -> Result<(), LinkError> {
        let mut planned = self.planned.lock().unwrap();
        let line = planned.commands.last().cloned().unwrap_or_default();
        let at = planned.lost.iter().position(|(word, when)| *when == after && line.contains(word));
        match at {
            Some(at) => {
                planned.lost.remove(at);
                Err(LinkError::Lost { host: "ws1".into(), reason: "the line broke".into() })
            }
            None => Ok(()),
        }
    }

    pub(super) fn stream_begins(&self, line: String) -> (Vec<StreamFault>, Vec<Change>, usize) {
        let mut planned = self.planned.lock().unwrap();
        let nth = planned.started.len();
        planned.started.push(line);
        let faults = planned.streams.remove(&nth).unwrap_or_default();
        (faults, planned.changes.remove(&nth).unwrap_or_default(), planned.piece)
    }

    pub(super) fn handed_out(&self, bytes: usize) {
        self.delivered.send_modify(|all| *all += bytes as u64);
    }
}
