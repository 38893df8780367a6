//! Where the window was, how large, and how large what is in it.

use serde::{Deserialize, Serialize};
use tauri::{PhysicalPosition, PhysicalSize, WebviewWindow};

/// Kept in the settings as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Placement {
    /// Left edge, in pixels of the desktop.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Inside the frame.
    pub width: u32,
    /// Inside the frame.
    pub height: u32,
    /// It filled the screen.
    pub maximized: bool,
}

/// The rectangle of a screen, in the desktop's pixels.
type Screen = (i32, i32, u32, u32);

/// So much of the window's upper edge must be on some screen, in pixels, or nobody could take hold of it.
const HOLD: i32 = 80;

impl Placement {
    /// Of a window as it stands; none while it cannot be told.
    #[must_use]
    pub fn of(window: &WebviewWindow, before: Option<Self>) -> Option<Self> {
        if window.is_minimized().unwrap_or(false) {
            return None;
        }
        let (at, size) = (window.outer_position().ok()?, window.inner_size().ok()?);
        let maximized = window.is_maximized().ok()?;
        let now = Self { x: at.x, y: at.y, width: size.width, height: size.height, maximized };
        // What a maximized window goes back to stays known.
        Some(before.filter(|_| maximized).map_or(now, |before| Self { maximized, ..before }))
    }

    /// Gives it to a window, unless its screen is gone.
    pub fn apply(self, window: &WebviewWindow) {
        let screens = window.available_monitors().unwrap_or_default();
        let screens: Vec<Screen> = screens
            .iter()
            .map(|screen| (screen.position().x, screen.position().y, screen.size().width, screen.size().height))
            .collect();
        let _ = window.set_size(PhysicalSize::new(self.width, self.height));
        if self.can_be_held(&screens) {
            let _ = window.set_position(PhysicalPosition::new(self.x, self.y));
        }
        if self.maximized {
            let _ = window.maximize();
        }
    }

    fn can_be_held(self, screens: &[Screen]) -> bool {
        let right = self.x.saturating_add_unsigned(self.width);
        screens.iter().any(|(x, y, width, height)| {
            let across = right.min(x.saturating_add_unsigned(*width)) - self.x.max(*x);
            across >= HOLD && self.y >= *y && self.y + HOLD / 2 <= y.saturating_add_unsigned(*height)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_whose_screen_is_gone_is_not_put_there() {
        let at = |x, y| Placement { x, y, width: 1280, height: 800, maximized: false };
        let (one, two) = ((0, 0, 1920, 1080), (1920, -200, 2560, 1440));
        assert!(at(100, 100).can_be_held(&[one]));
        assert!(at(-1200, 0).can_be_held(&[one]) && !at(-1220, 0).can_be_held(&[one]));
        assert!(at(2000, -100).can_be_held(&[one, two]) && !at(2000, -100).can_be_held(&[one]));
        assert!(!at(0, 1070).can_be_held(&[one]) && !at(0, -20).can_be_held(&[one]));
        assert!(!at(0, 0).can_be_held(&[]));
    }
}
