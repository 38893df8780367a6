//! The overview: how a deployment stands, how that is known, since when, and what
//! to press if it is not recoverable.

mod strip;
mod view;

pub use strip::{Cell, CellState, SizeTrend, Strip, StripRow};
pub use view::{Overview, Seen, overview};
