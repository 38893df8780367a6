//! Desktop notifications.

use std::sync::Arc;

#[cfg(any(target_os = "linux", target_os = "freebsd"))]
use notify_rust::Urgency;
use selvage_core::ports::{Notice, Notifier, Opening};

use crate::visible::visible;

/// Says whether the window is in front; then it shows the ends of jobs itself.
pub type InFront = Arc<dyn Fn() -> bool + Send + Sync>;
/// Brings the window to the front, at a place in it.
pub type Open = Arc<dyn Fn(Opening) + Send + Sync>;

/// The desktop's notifications.
pub struct Desktop {
    in_front: InFront,
    open: Open,
}

impl Desktop {
    /// Notifications that stay silent about jobs while `in_front`; a click on one leads to its place.
    #[must_use]
    pub fn new(in_front: InFront, open: Open) -> Self {
        Self { in_front, open }
    }
}

impl Notifier for Desktop {
    fn show(&self, notice: &Notice) {
        if notice.opens.is_none() && (self.in_front)() {
            return;
        }
        let notice = notice.clone();
        let opens = notice.opens.map(|place| (place, Arc::clone(&self.open)));
        // The desktop may take its time, or not be there.
        std::thread::spawn(move || {
            let shown = notification(&notice, markup_is_read());
            match opens {
                None => {
                    if let Err(error) = shown.show() {
                        tracing::info!(%error, "a notification could not be shown");
                    }
                }
                Some((place, open)) => show_and_wait(shown, place, &open),
            }
        });
    }
}

/// What the desktop is asked to show. Whatever of it is a host's own word, as a run's error, is
/// shown as the text that it is, also where the desktop reads bodies as `markup`.
#[cfg_attr(
    not(any(target_os = "linux", target_os = "freebsd")),
    allow(unused_variables, reason = "only freedesktop desktops read markup")
)]
fn notification(notice: &Notice, markup: bool) -> notify_rust::Notification {
    let mut shown = notify_rust::Notification::new();
    shown.appname("Selvage").summary(&visible(&notice.title)).body(&visible(&notice.body)).icon("selvage");
    #[cfg(any(target_os = "linux", target_os = "freebsd"))]
    {
        // The name of the desktop entry that Tauri's bundles install: the product's.
        shown.hint(notify_rust::Hint::DesktopEntry("Selvage".into()));
        // What went wrong stays until it was seen; the end of a job may go.
        shown.urgency(if notice.opens.is_some() { Urgency::Critical } else { Urgency::Normal });
        if markup {
            shown.body(&gtk::glib::markup_escape_text(&visible(&notice.body)));
        }
    }
    shown
}

/// Whether the desktop reads bodies as markup, by its own word (`body-markup` of the Desktop
/// Notifications Specification).
#[cfg(any(target_os = "linux", target_os = "freebsd"))]
fn markup_is_read() -> bool {
    notify_rust::get_capabilities().is_ok_and(|all| all.iter().any(|one| one == "body-markup"))
}

#[cfg(not(any(target_os = "linux", target_os = "freebsd")))]
fn markup_is_read() -> bool {
    false
}

/// Waits until it is clicked or gone.
#[cfg(any(target_os = "linux", target_os = "freebsd"))]
fn show_and_wait(mut shown: notify_rust::Notification, place: Opening, open: &Open) {
    // What happens at a click on the notification itself is called `default`.
    match shown.action("default", "Show").show() {
        Ok(handle) => handle.wait_for_action(|action| {
            if action == "default" {
                open(place);
            }
        }),
        Err(error) => tracing::info!(%error, "a notification could not be shown"),
    }
}

/// These desktops bring the app to the front at a click, and tell nobody.
#[cfg(not(any(target_os = "linux", target_os = "freebsd")))]
fn show_and_wait(shown: notify_rust::Notification, _place: Opening, _open: &Open) {
    if let Err(error) = shown.show() {
        tracing::info!(%error, "a notification could not be shown");
    }
}

/// Headless: the end of what was asked for is printed, and nothing else is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Notifier for Silent {
    fn show(&self, _notice: &Notice) {}

    fn delivers(&self) -> bool {
        false
    }
}

#[cfg(all(test, any(target_os = "linux", target_os = "freebsd")))]
mod tests {
    use notify_rust::Hint;
    use selvage_core::deployment::DeploymentId;
    use selvage_core::ports::Place;

    use super::*;

    #[test]
    fn a_hosts_word_is_text_and_what_went_wrong_stays() {
        let said = "<b>47</b> & <a href=\"x\">l</a>\u{1b}[31m";
        let opens = Opening { deployment: DeploymentId::random(), place: Place::Secrets };
        let wrong = Notice { title: "a <i>".into(), body: said.into(), opens: Some(opens) };
        let shown = notification(&wrong, true);
        assert_eq!(shown.summary, "a <i>");
        assert_eq!(shown.body, "&lt;b&gt;47&lt;/b&gt; &amp; &lt;a href=&quot;x&quot;&gt;l&lt;/a&gt;\\u{1b}[31m");
        assert!(shown.hints.contains(&Hint::Urgency(Urgency::Critical)), "{:?}", shown.hints);
        assert!(shown.hints.contains(&Hint::DesktopEntry("Selvage".into())), "{:?}", shown.hints);
        let ended = Notice { opens: None, ..wrong };
        let shown = notification(&ended, false);
        assert_eq!(shown.body, "<b>47</b> & <a href=\"x\">l</a>\\u{1b}[31m");
        assert!(shown.hints.contains(&Hint::Urgency(Urgency::Normal)), "{:?}", shown.hints);
    }
}
