use async_trait::async_trait;
use bytes::Bytes;
use selvage_core::ports::{ByteSink, LinkError, Output};
use selvage_core::shell::Command;

use super::fake::FakeHost;

/// Takes what it is given, and has the host answer at the end. Commands that read
/// nothing have ended when the second piece comes.
pub(super) struct FakeSink {
    host: FakeHost,
    command: Command,
    given: Vec<u8>,
}

impl FakeSink {
    pub(super) fn new(host: FakeHost, command: Command) -> Self {
        let given = command.input().map(|text| text.expose().as_bytes().to_vec()).unwrap_or_default();
        Self { host, command, given }
    }

    fn reads_nothing(&self) -> bool {
        matches!(self.command.argv(), [program] if program == "false" || program == "true")
    }
}

#[async_trait]
impl ByteSink for FakeSink {
    async fn write(&mut self, piece: Bytes) -> Result<bool, LinkError> {
        // Others get their turn, as they would while a real network is waited for.
        tokio::task::yield_now().await;
        let ended = self.reads_nothing() && !self.given.is_empty();
        self.given.extend_from_slice(&piece);
        Ok(!ended)
    }

    async fn finish(self: Box<Self>) -> Result<Output, LinkError> {
        self.host.faults.run_ends()?;
        Ok(self.host.answer(&self.command, &self.given))
    }
}
