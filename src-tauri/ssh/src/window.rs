//! How much of a command's output may be on its way unread.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// OpenSSH's own window, with which every channel begins.
pub(crate) const LEAST: u32 = 2 * 1024 * 1024;
const MOST: u32 = 64 * 1024 * 1024;
/// Faster than any line that a dump will come over, in bytes a second.
const FASTEST: f64 = 640e6;

/// The window of a connection, by its round trip: the ceiling of a distant
/// host's speed is the one divided by the other. More than that is no gain: an
/// OpenSSH server reads ahead as much as the window allows, into one buffer that
/// it copies whenever it grows, and is half as fast with 64 MiB as with 2.
#[derive(Debug)]
pub(crate) struct Window {
    /// The shortest that was seen, in microseconds.
    round_trip: AtomicU64,
}

impl Default for Window {
    fn default() -> Self {
        Self { round_trip: AtomicU64::new(u64::MAX) }
    }
}

impl Window {
    /// The host answered a question after so long.
    pub(crate) fn answered_after(&self, time: Duration) {
        self.round_trip.fetch_min(u64::try_from(time.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Bytes.
    pub(crate) fn size(&self) -> u32 {
        let micros = self.round_trip.load(Ordering::Relaxed);
        if micros == u64::MAX {
            return LEAST;
        }
        let needed = Duration::from_micros(micros).as_secs_f64() * FASTEST;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within LEAST and MOST")]
        let needed = needed.clamp(f64::from(LEAST), f64::from(MOST)) as u32;
        needed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_has_a_large_window() {
        let window = Window::default();
        assert_eq!(window.size(), LEAST);
        window.answered_after(Duration::from_millis(110));
        assert_eq!(window.size(), MOST);
        window.answered_after(Duration::from_millis(10));
        assert_eq!(window.size(), 6_400_000);
        window.answered_after(Duration::from_micros(300));
        assert_eq!(window.size(), LEAST);
    }
}
