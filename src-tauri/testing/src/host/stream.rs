use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use selvage_core::ports::{ByteSource, Exit, LinkError};

use super::answer::Answered;
use super::faults::{Faults, StreamFault};

/// After so much silence a link gives up; with a paused clock it takes no time.
const IDLE_SECONDS: u32 = 30;

pub(super) struct FakeSource {
    rest: Bytes,
    given: u64,
    exit: Exit,
    faults: Vec<StreamFault>,
    shared: Faults,
    piece: usize,
}

impl FakeSource {
    pub(super) fn new(answered: Answered, faults: Vec<StreamFault>, shared: Faults, piece: usize) -> Self {
        let exit = Exit { status: answered.exit, stderr: answered.stderr };
        Self { rest: answered.stdout, given: 0, exit, faults, shared, piece }
    }

    /// Bytes until the next fault's place, and that fault.
    fn nearest(&self) -> Option<(u64, StreamFault)> {
        let at = |fault: &StreamFault| match fault {
            StreamFault::CutAt(n)
            | StreamFault::StallAt(n)
            | StreamFault::CorruptAt(n)
            | StreamFault::EndsAt(n)
            | StreamFault::KilledAt(n)
            | StreamFault::FailsAt(n) => n.checked_sub(self.given),
            StreamFault::CutAtExit | StreamFault::NotConnected => None,
        };
        self.faults.iter().filter_map(|fault| at(fault).map(|left| (left, *fault))).min_by_key(|(left, _)| *left)
    }

    fn end(&mut self, status: u32, stderr: &str) {
        self.rest = Bytes::new();
        self.exit = Exit { status, stderr: stderr.to_owned() };
    }
}

pub(super) fn lost(reason: &str) -> LinkError {
    LinkError::Lost { host: "ws1".into(), reason: reason.into() }
}

#[async_trait]
impl ByteSource for FakeSource {
    async fn next(&mut self) -> Result<Option<Bytes>, LinkError> {
        // Others get their turn, as they would while a real network is waited for.
        tokio::task::yield_now().await;
        let mut length = self.piece.min(self.rest.len());
        let mut corrupt = false;
        if let Some((left, fault)) = self.nearest() {
            if left == 0 {
                match fault {
                    StreamFault::CutAt(_) => return Err(lost("connection reset by peer")),
                    StreamFault::StallAt(_) => {
                        tokio::time::sleep(Duration::from_secs(IDLE_SECONDS.into())).await;
                        return Err(LinkError::Stalled { host: "ws1".into(), seconds: IDLE_SECONDS });
                    }
                    StreamFault::CorruptAt(_) => corrupt = true,
                    StreamFault::EndsAt(_) => self.end(0, ""),
                    StreamFault::KilledAt(_) => self.end(137, ""),
                    StreamFault::FailsAt(_) => self.end(1, "cat: read error: Input/output error\n"),
                    StreamFault::CutAtExit | StreamFault::NotConnected => {}
                }
                length = length.min(self.rest.len());
            } else {
                length = length.min(usize::try_from(left).unwrap_or(usize::MAX));
            }
        }
        if length == 0 {
            return Ok(None);
        }
        let mut piece = self.rest.split_to(length);
        self.given += length as u64;
        self.shared.handed_out(length);
        if corrupt {
            let mut bytes = BytesMut::from(piece.as_ref());
            bytes[0] ^= 0x10;
            piece = bytes.freeze();
        }
        Ok(Some(piece))
    }

    async fn exit(&mut self) -> Result<Exit, LinkError> {
        if self.faults.contains(&StreamFault::CutAtExit) {
            return Err(lost("connection reset by peer"));
        }
        Ok(self.exit.clone())
    }
}
