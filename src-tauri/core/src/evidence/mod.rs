//! Evidence: what has been proved of a deployment's recovery, and the verdict that
//! follows. Both are derived here and nowhere else (`docs/evidence.md`).

mod ladder;
mod loss;
mod verdict;

pub use ladder::{Evidence, EvidenceKind, evidence, has_sound, sound};
pub use verdict::{Verdict, VerdictState, verdict};
