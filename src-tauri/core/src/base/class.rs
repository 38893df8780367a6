use serde::{Deserialize, Serialize};
use specta::Type;

/// How a problem ends what was asked for. Nobody compares messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// It was not begun: the request or the situation forbids it.
    Refused,
    /// It was begun, and could not be finished.
    Failed,
    /// It was finished, and what was examined is not sound.
    Unsound,
}
