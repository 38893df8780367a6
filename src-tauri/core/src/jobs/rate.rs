use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::step::{Progress, Unit};

/// How often a number is taken.
const SAMPLE_EVERY: Duration = Duration::from_millis(200);
/// The time over which a speed is measured.
const WINDOW: Duration = Duration::from_secs(5);

/// Speed over the last few seconds, so that a stall shows as one.
#[derive(Default)]
pub struct Rate {
    samples: VecDeque<(Instant, u64)>,
    last: Option<u64>,
}

impl Rate {
    /// Whether it is another number than before.
    pub fn add(&mut self, now: Instant, done: u64) -> bool {
        let moved = self.last.replace(done) != Some(done);
        // A step that starts again from zero has a speed of its own.
        if self.samples.back().is_some_and(|(_, last)| *last > done) {
            self.samples.clear();
        }
        if self.samples.back().is_none_or(|(at, _)| now.duration_since(*at) >= SAMPLE_EVERY) {
            self.samples.push_back((now, done));
        }
        while self.samples.len() > 2 && self.samples.front().is_some_and(|(at, _)| now.duration_since(*at) > WINDOW) {
            self.samples.pop_front();
        }
        moved
    }

    /// How far that is.
    pub fn progress(&self, now: Instant, unit: Unit, done: u64, total: Option<u64>) -> Progress {
        let rate = self.per_second(now);
        let left = total.map(|total| float(total.saturating_sub(done)));
        Progress {
            unit,
            done: float(done),
            total: total.map(float),
            rate,
            seconds_left: rate.zip(left).map(|(rate, left)| left / rate),
            still_for: None,
        }
    }

    fn per_second(&self, now: Instant) -> Option<f64> {
        let ((first, from), (_, to)) = self.samples.front().zip(self.samples.back())?;
        let seconds = now.duration_since(*first).as_secs_f64();
        let moved = float(to.saturating_sub(*from));
        (seconds > 0.2 && moved > 0.0).then(|| moved / seconds)
    }
}

/// Numbers go to the front end as `f64`, exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "a file of 8 PiB is not expected")]
fn float(n: u64) -> f64 {
    n as f64
}
