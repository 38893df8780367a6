use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Enough to recognise who answered.
const FIRST_WORDS: usize = 80;

/// What a connection runs over. It can be cut from outside, also while the SSH
/// session is busy reading from or writing to a peer that no longer answers,
/// and it remembers the first words that were heard.
pub(crate) struct Wire<S> {
    stream: S,
    heard: Arc<FirstWords>,
    listening: bool,
    // Reading and writing halves are woken apart.
    cut_reading: Pin<Box<WaitForCancellationFutureOwned>>,
    cut_writing: Pin<Box<WaitForCancellationFutureOwned>>,
}

/// The beginning of what the other side said.
#[derive(Debug, Default)]
pub(crate) struct FirstWords(Mutex<Vec<u8>>);

impl FirstWords {
    /// The first line, if anything was said at all.
    pub(crate) fn line(&self) -> Option<String> {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let line = bytes.split(|byte| *byte == b'\n').next().filter(|line| !line.is_empty())?;
        Some(String::from_utf8_lossy(line).trim_end().chars().filter(|c| !c.is_control()).collect())
    }

    /// Whether there are enough of them.
    fn add(&self, bytes: &[u8]) -> bool {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = FIRST_WORDS.saturating_sub(heard.len()).min(bytes.len());
        heard.extend_from_slice(&bytes[..room]);
        heard.len() >= FIRST_WORDS
    }
}

impl<S> Wire<S> {
    pub(crate) fn new(stream: S, heard: Arc<FirstWords>, cut: &CancellationToken) -> Self {
        Self {
            stream,
            heard,
            listening: true,
            cut_reading: Box::pin(cut.clone().cancelled_owned()),
            cut_writing: Box::pin(cut.clone().cancelled_owned()),
        }
    }
}

fn was_cut<T>() -> Poll<io::Result<T>> {
    Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionAborted, "closed on this side")))
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if read.is_pending() && self.cut_reading.as_mut().poll(cx).is_ready() {
            return was_cut();
        }
        if self.listening {
            self.listening = !self.heard.add(&buf.filled()[before..]);
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        if written.is_pending() && self.cut_writing.as_mut().poll(cx).is_ready() { was_cut() } else { written }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        if flushed.is_pending() && self.cut_writing.as_mut().poll(cx).is_ready() { was_cut() } else { flushed }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(cx);
        if shut.is_pending() && self.cut_writing.as_mut().poll(cx).is_ready() { was_cut() } else { shut }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    #[tokio::test]
    async fn a_cut_ends_a_read_and_a_write_that_wait() {
        let (near, _far) = tokio::io::duplex(16);
        let cut = CancellationToken::new();
        let (mut read, mut write) = tokio::io::split(Wire::new(near, Arc::default(), &cut));
        let reading = tokio::spawn(async move { read.read_u8().await.unwrap_err().kind() });
        let writing = tokio::spawn(async move { write.write_all(&[0; 64]).await.unwrap_err().kind() });
        tokio::task::yield_now().await;
        cut.cancel();
        assert_eq!(reading.await.unwrap(), io::ErrorKind::ConnectionAborted);
        assert_eq!(writing.await.unwrap(), io::ErrorKind::ConnectionAborted);
    }

    #[tokio::test]
    async fn the_first_line_is_remembered() {
        let (near, mut far) = tokio::io::duplex(256);
        let heard = Arc::new(FirstWords::default());
        let mut wire = Wire::new(near, Arc::clone(&heard), &CancellationToken::new());
        assert_eq!(heard.line(), None);
        far.write_all(&[b"HTTP/1.1 400 \x1b[31mBad\r\n".as_slice(), &[b'x'; 200]].concat()).await.unwrap();
        drop(far);
        wire.read_to_end(&mut Vec::new()).await.unwrap();
        assert_eq!(heard.line().unwrap(), "HTTP/1.1 400 [31mBad");
    }
}
