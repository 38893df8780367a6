use std::net::{Shutdown, TcpStream};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// What is done to connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// They are closed.
    Cut,
    /// Nothing passes any more, and nobody is told.
    Stall,
}

#[derive(Default)]
pub(super) struct State {
    pub delay: Duration,
    pub rate: Option<u64>,
    pub armed: Option<(u64, Act)>,
    pub refusing: bool,
    pub ended: bool,
    pub passed: u64,
    pub taken: u64,
    /// Connections up to this one are stalled.
    stalled: u64,
    open: Vec<(u64, TcpStream, TcpStream)>,
}

#[derive(Default)]
pub(super) struct Control {
    state: Mutex<State>,
    changed: Condvar,
}

impl State {
    pub(super) fn act(&mut self, act: Act) {
        match act {
            Act::Stall => self.stalled = self.taken,
            Act::Cut => {
                self.stalled = 0;
                for (_, near, far) in self.open.drain(..) {
                    let _ = near.shutdown(Shutdown::Both);
                    let _ = far.shutdown(Shutdown::Both);
                }
            }
        }
    }
}

impl Control {
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        let done = work(&mut self.state());
        self.changed.notify_all();
        done
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(super) fn register(&self, near: &TcpStream, far: &TcpStream) -> u64 {
        self.with(|state| {
            state.taken += 1;
            state.open.push((state.taken, near.try_clone().unwrap(), far.try_clone().unwrap()));
            state.taken
        })
    }

    pub(super) fn forget(&self, number: u64) {
        self.with(|state| {
            state.open.retain(|(n, near, far)| {
                if *n == number {
                    let _ = near.shutdown(Shutdown::Both);
                    let _ = far.shutdown(Shutdown::Both);
                }
                *n != number
            });
        });
    }

    /// How many of `wanted` bytes may pass on connection `number` now. Waits
    /// while it is stalled. None when it is closed.
    pub(super) fn allowed(&self, number: u64, wanted: usize, from_host: bool) -> Option<usize> {
        let mut state = self.state();
        loop {
            if !state.open.iter().any(|(n, ..)| *n == number) {
                return None;
            }
            if number > state.stalled {
                break;
            }
            state = self.changed.wait(state).unwrap();
        }
        if !from_host {
            return Some(wanted);
        }
        let Some((at, act)) = state.armed else {
            state.passed += wanted as u64;
            return Some(wanted);
        };
        let left = usize::try_from(at.saturating_sub(state.passed)).unwrap();
        if left > 0 {
            let now = wanted.min(left);
            state.passed += now as u64;
            return Some(now);
        }
        state.armed = None;
        state.act(act);
        drop(state);
        self.changed.notify_all();
        self.allowed(number, wanted, from_host)
    }
}
