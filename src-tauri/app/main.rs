//! The Selvage binary.
fn main() {}
