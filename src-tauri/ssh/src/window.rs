//! How much of a command's output may be on its way unread.

use std::time::Duration;

/// OpenSSH's own window.
const LEAST: u32 = 2 * 1024 * 1024;
/// Fills any line; for a host whose distance is not known.
pub(crate) const MOST: u32 = 64 * 1024 * 1024;
/// Faster than any line that a dump will come over, in bytes a second.
const FASTEST: f64 = 640e6;

/// The window that fills a line with this round trip, in bytes: the ceiling of
/// a distant host's speed is the one divided by the other. More is no gain: an
/// OpenSSH server reads ahead as much as the window allows, into one buffer that
/// it copies whenever it grows, and is half as fast with 64 MiB as with 2.
pub(crate) fn filling(round_trip: Duration) -> u32 {
    let needed = round_trip.as_secs_f64() * FASTEST;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within LEAST and MOST")]
    let needed = needed.clamp(f64::from(LEAST), f64::from(MOST)) as u32;
    needed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_has_a_large_window() {
        assert_eq!(filling(Duration::from_millis(110)), MOST);
        assert_eq!(filling(Duration::from_millis(10)), 6_400_000);
        assert_eq!(filling(Duration::from_micros(300)), LEAST);
    }
}
