//! Several parts of a story on one costly host: one that fails does not hide
//! the others.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// Collects what failed; tells it all at [`Sections::end`].
#[derive(Debug, Default)]
pub struct Sections {
    done: usize,
    failed: Vec<String>,
}

impl Sections {
    /// Carries out one part; with `SELVAGE_PART`, only when its name holds that.
    pub fn section(&mut self, name: &str, work: impl FnOnce()) {
        if std::env::var("SELVAGE_PART").is_ok_and(|wanted| !name.contains(&wanted)) {
            return;
        }
        let begun = Instant::now();
        let ended = catch_unwind(AssertUnwindSafe(work));
        self.done += 1;
        let told = if ended.is_ok() { "ok" } else { "FAILED" };
        println!("{told:<7} {name} ({:.1} s)", begun.elapsed().as_secs_f64());
        if ended.is_err() {
            self.failed.push(name.to_owned());
        }
    }

    /// Fails when a part failed, or when none was carried out.
    pub fn end(self) {
        assert!(self.done > 0, "no part was carried out");
        println!("{} parts, {} failed", self.done, self.failed.len());
        assert!(self.failed.is_empty(), "failed: {}", self.failed.join("; "));
    }
}

/// A number of the environment, such as how many cases there are, or `default`.
#[must_use]
pub fn from_env(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}
