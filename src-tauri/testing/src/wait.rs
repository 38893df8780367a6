//! Waiting for something to be so.

use std::time::{Duration, Instant};

/// Long enough for a busy machine; reached only by a failure.
const WAIT_TIMEOUT: Duration = Duration::from_secs(90);

/// Asks `what` until it gives something.
pub fn until<T>(name: &str, mut what: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = what() {
            return found;
        }
        assert!(begun.elapsed() < WAIT_TIMEOUT, "never happened: {name}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Waits until `condition` holds.
pub fn until_true(name: &str, mut condition: impl FnMut() -> bool) {
    until(name, || condition().then_some(()));
}

/// Waits until what is asked of somebody else holds.
pub async fn until_answered(name: &str, condition: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !condition().await {
        assert!(begun.elapsed() < WAIT_TIMEOUT, "never happened: {name}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
