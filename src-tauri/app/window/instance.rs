//! One window for one data folder: a second one brings the first to the front.
//! The command line is not concerned.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use uuid::Uuid;

/// Held while the window is open.
const LOCK: &str = "window.lock";
/// How the window that holds it is asked to come to the front: its port on the
/// loopback, and a word that only who reads this file knows.
const CALL: &str = "window.call";
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);
/// Within that time.
const CALLS: u32 = 10;

/// Whether this is the one window.
#[derive(Debug)]
pub enum Claim {
    /// It is, as long as this is kept.
    Ours(Instance),
    /// Another one is open, and was asked to come to the front.
    Shown,
    /// Another one is open, and did not answer.
    Silent,
}

/// The right to be the one window.
#[derive(Debug)]
pub struct Instance {
    lock: File,
    calls: Receiver<()>,
}

/// Claims `data` for the window of this process, or calls the one that has it.
pub fn claim(data: &Path) -> std::io::Result<Claim> {
    std::fs::create_dir_all(data)?;
    let lock = private(&data.join(LOCK))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(std::fs::TryLockError::WouldBlock) => {
            // One that opens at the same moment is about to write how it is called.
            for _ in 0..CALLS {
                if call(data).is_ok() {
                    return Ok(Claim::Shown);
                }
                std::thread::sleep(ANSWER_TIMEOUT / CALLS);
            }
            return Ok(Claim::Silent);
        }
        Err(std::fs::TryLockError::Error(error)) => return Err(error),
    }
    let (tell, calls) = channel();
    // A window that cannot be called is still the only one.
    if let Err(error) = listen(data, tell) {
        tracing::warn!(%error, "a second window will not be able to call this one");
    }
    Ok(Claim::Ours(Instance { lock, calls }))
}

impl Instance {
    /// Calls `show` whenever somebody opened a second window. The right lasts as long as what is given back is kept.
    pub fn on_call(self, show: impl Fn() + Send + 'static) -> File {
        let Self { lock, calls } = self;
        std::thread::spawn(move || {
            while calls.recv().is_ok() {
                show();
            }
        });
        lock
    }
}

fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).read(true).write(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn listen(data: &Path, tell: Sender<()>) -> std::io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let word = Uuid::new_v4().to_string();
    let mut file = private(&data.join(CALL))?;
    file.set_len(0)?;
    write!(file, "{} {word}", listener.local_addr()?.port())?;
    file.sync_all()?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if said(&stream).is_some_and(|line| line.trim() == word) {
                let _ = (&stream).write_all(b"shown\n");
                if tell.send(()).is_err() {
                    break;
                }
            }
        }
    });
    Ok(())
}

/// One short line; nobody else's port is waited for.
fn said(stream: &TcpStream) -> Option<String> {
    stream.set_read_timeout(Some(ANSWER_TIMEOUT)).ok()?;
    let mut line = String::new();
    BufReader::new(std::io::Read::take(stream, 64)).read_line(&mut line).ok()?;
    Some(line)
}

fn call(data: &Path) -> std::io::Result<()> {
    let silent = || std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
    let text = std::fs::read_to_string(data.join(CALL))?;
    let (port, word) = text.split_once(' ').ok_or_else(silent)?;
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, port.parse().map_err(|_| silent())?));
    let mut stream = TcpStream::connect_timeout(&at, ANSWER_TIMEOUT)?;
    stream.write_all(format!("{word}\n").as_bytes())?;
    if said(&stream).is_some_and(|line| line.trim() == "shown") { Ok(()) } else { Err(silent()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn the_second_calls_the_first_and_the_next_after_it_is_the_first_again() {
        let data = tempfile::tempdir().unwrap();
        let Claim::Ours(first) = claim(data.path()).unwrap() else { panic!("nobody else is there") };
        let (tell, told) = channel();
        let lock = first.on_call(move || tell.send(()).unwrap());
        for _ in 0..2 {
            assert!(matches!(claim(data.path()).unwrap(), Claim::Shown));
            told.recv_timeout(ANSWER_TIMEOUT).unwrap();
        }
        // Who does not know the word shows nothing.
        let text = std::fs::read_to_string(data.path().join(CALL)).unwrap();
        let port: u16 = text.split(' ').next().unwrap().parse().unwrap();
        let mut stranger = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        stranger.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        assert!(told.recv_timeout(Duration::from_millis(300)).is_err());
        drop(lock);
        assert!(matches!(claim(data.path()).unwrap(), Claim::Ours(_)));
    }

    #[test]
    fn two_in_one_second_are_one_window() {
        let data = tempfile::tempdir().unwrap();
        // What an earlier one left behind leads nowhere.
        std::fs::write(data.path().join(CALL), "1 left").unwrap();
        let lock = private(&data.path().join(LOCK)).unwrap();
        lock.lock().unwrap();
        let folder = data.path().to_owned();
        let second = std::thread::spawn(move || claim(&folder).unwrap());
        std::thread::sleep(Duration::from_millis(400));
        let (tell, told) = channel();
        listen(data.path(), tell).unwrap();
        assert!(matches!(second.join().unwrap(), Claim::Shown));
        told.recv_timeout(ANSWER_TIMEOUT).unwrap();
    }

    #[test]
    fn a_first_that_cannot_be_called_is_told() {
        let data = tempfile::tempdir().unwrap();
        let Claim::Ours(_first) = claim(data.path()).unwrap() else { panic!("nobody else is there") };
        std::fs::write(data.path().join(CALL), "nonsense").unwrap();
        assert!(matches!(claim(data.path()).unwrap(), Claim::Silent));
    }
}
