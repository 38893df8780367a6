use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use super::control::Control;

/// Pieces under way at most: enough for a long fat line.
const UNDER_WAY: usize = 4096;

pub(super) fn connect(near: TcpStream, far: TcpStream, control: &Arc<Control>) {
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let number = control.register(&near, &far);
    pump(near.try_clone().unwrap(), far.try_clone().unwrap(), number, false, control);
    pump(far, near, number, true, control);
}

fn pump(mut from: TcpStream, mut to: TcpStream, number: u64, from_host: bool, control: &Arc<Control>) {
    let (put, take) = sync_channel::<(Instant, Vec<u8>)>(UNDER_WAY);
    let reading = Arc::clone(control);
    std::thread::spawn(move || {
        let mut buffer = vec![0; 32 * 1024];
        while let Ok(n @ 1..) = from.read(&mut buffer) {
            let due = Instant::now() + reading.with(|state| state.delay);
            if put.send((due, buffer[..n].to_vec())).is_err() {
                return;
            }
        }
    });
    let writing = Arc::clone(control);
    std::thread::spawn(move || {
        while let Ok((due, piece)) = take.recv() {
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let mut rest = &piece[..];
            while !rest.is_empty() {
                let Some(now) = writing.allowed(number, rest.len(), from_host) else { return };
                if to.write_all(&rest[..now]).is_err() {
                    return writing.forget(number);
                }
                if let (true, Some(rate)) = (from_host, writing.with(|state| state.rate)) {
                    #[expect(clippy::cast_precision_loss, reason = "sizes of pieces and rates of lines")]
                    std::thread::sleep(Duration::from_secs_f64(now as f64 / rate as f64));
                }
                rest = &rest[now..];
            }
        }
        writing.forget(number);
    });
}
