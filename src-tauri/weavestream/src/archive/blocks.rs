//! The data of an archive, block after block.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek};
use std::rc::Rc;

use flate2::{Decompress, FlushDecompress, Status};
use pgdumpx::Compression;

use super::ArchiveError;

/// The rows of one table, or what else is one stream.
const DATA: u8 = 1;
/// Large objects: each with its own number and stream, ended by the number 0.
const LARGE_OBJECTS: u8 = 3;

/// How often progress is told.
const TELL_EVERY: u64 = 1 << 20;

/// Reads all blocks from where `file` stands. False when `go_on` stopped it.
pub(super) fn read_all<R: Read + Seek>(
    mut file: R,
    integer_size: u8,
    compression: Compression,
    mut awaited: BTreeMap<i32, String>,
    go_on: impl FnMut(u64) -> bool,
) -> Result<bool, ArchiveError> {
    let done = file.stream_position().map_err(|error| failed("it", &error))?;
    let stopped = Rc::new(Cell::new(false));
    let file = Counted { file, done, told: done, go_on, stopped: Rc::clone(&stopped) };
    let read = Blocks { file, integer_size, compression }.all(&mut awaited);
    // Stopping comes up as an error of reading, through every decoder.
    if stopped.get() { Ok(false) } else { read.map(|()| true) }
}

struct Blocks<R> {
    file: R,
    integer_size: u8,
    compression: Compression,
}

impl<R: Read> Blocks<R> {
    fn all(&mut self, awaited: &mut BTreeMap<i32, String>) -> Result<(), ArchiveError> {
        while let Some(kind) = self.kind()? {
            let id = self.integer().map_err(|error| failed("a block of data", &error))?;
            let Some(label) = awaited.remove(&id) else {
                return Err(reason(format!("data behind its end, or data of no entry: {kind}, {id}")));
            };
            let read = match kind {
                DATA => self.stream(),
                LARGE_OBJECTS => self.large_objects(),
                other => return Err(reason(format!("data of an unknown kind: {other}"))),
            };
            read.map_err(|error| failed(&label, &error))?;
        }
        match awaited.first_key_value() {
            None => Ok(()),
            Some((_, first)) => Err(reason(format!("it ends before {first} ({} entries are missing)", awaited.len()))),
        }
    }

    /// The kind of the next block; none at the end of the file.
    fn kind(&mut self) -> Result<Option<u8>, ArchiveError> {
        let mut kind = [0];
        match self.file.read_exact(&mut kind) {
            Ok(()) => Ok(Some(kind[0])),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(failed("a block of data", &error)),
        }
    }

    fn large_objects(&mut self) -> io::Result<()> {
        while self.integer()? != 0 {
            self.stream()?;
        }
        Ok(())
    }

    /// A sign, then the magnitude, least byte first.
    fn integer(&mut self) -> io::Result<i32> {
        read_integer(&mut self.file, self.integer_size)
    }

    /// One stream to its end, decompressed.
    fn stream(&mut self) -> io::Result<()> {
        let chunks = Chunks { file: &mut self.file, integer_size: self.integer_size, left: 0, ended: false };
        let mut chunks = BufReader::with_capacity(64 * 1024, chunks);
        // An empty stream may have no byte of the compression either.
        if !chunks.fill_buf()?.is_empty() {
            match self.compression {
                Compression::None => drain(&mut chunks)?,
                Compression::Gzip => inflate(&mut chunks)?,
                Compression::Lz4 => drain(&mut lz4_flex::frame::FrameDecoder::new(&mut chunks))?,
                Compression::Zstd => {
                    let decoder = ruzstd::decoding::StreamingDecoder::new(&mut chunks);
                    drain(&mut decoder.map_err(|error| io::Error::new(ErrorKind::InvalidData, error.to_string()))?)?;
                }
                _ => return Err(io::Error::new(ErrorKind::Unsupported, "an unknown compression")),
            }
        }
        if chunks.fill_buf()?.is_empty() {
            return Ok(());
        }
        Err(io::Error::new(ErrorKind::InvalidData, "bytes behind the end of the compressed data"))
    }
}

fn read_integer(file: &mut impl Read, size: u8) -> io::Result<i32> {
    // Of the sizes that the table of contents was accepted with, 1 to 4.
    let mut bytes = [0; 5];
    let bytes = bytes.get_mut(..=usize::from(size)).ok_or(ErrorKind::InvalidData)?;
    file.read_exact(bytes)?;
    let magnitude = bytes[1..].iter().rev().fold(0_i64, |all, byte| all << 8 | i64::from(*byte));
    let signed = if bytes[0] == 0 { magnitude } else { -magnitude };
    i32::try_from(signed).map_err(|_| ErrorKind::InvalidData.into())
}

/// Decompresses to the end and through the checksum. The readers of `flate2` take
/// the end of their input for the end of the data.
fn inflate(from: &mut impl BufRead) -> io::Result<()> {
    let mut inflater = Decompress::new(true);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let input = from.fill_buf()?;
        let at_end = input.is_empty();
        let (read, written) = (inflater.total_in(), inflater.total_out());
        let status = inflater.decompress(input, &mut buffer, FlushDecompress::None)?;
        let consumed = inflater.total_in() - read;
        from.consume(usize::try_from(consumed).unwrap_or(0));
        match status {
            Status::StreamEnd => return Ok(()),
            _ if at_end && consumed == 0 && inflater.total_out() == written => {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            Status::Ok | Status::BufError => {}
        }
    }
}

fn drain(from: &mut impl Read) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// One stream in its chunks: a length and so many bytes, ended by the length 0.
struct Chunks<R> {
    file: R,
    integer_size: u8,
    left: usize,
    ended: bool,
}

impl<R: Read> Read for Chunks<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !self.ended {
            self.left = usize::try_from(read_integer(&mut self.file, self.integer_size)?)
                .map_err(|_| io::Error::new(ErrorKind::InvalidData, "a negative length"))?;
            self.ended = self.left == 0;
        }
        let wanted = buffer.len().min(self.left);
        if wanted == 0 {
            return Ok(0);
        }
        let read = self.file.read(&mut buffer[..wanted])?;
        if read == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.left -= read;
        Ok(read)
    }
}

/// Tells how far it is, and stops when it is told to.
struct Counted<R, F> {
    file: R,
    done: u64,
    told: u64,
    go_on: F,
    stopped: Rc<Cell<bool>>,
}

impl<R: Read, F: FnMut(u64) -> bool> Read for Counted<R, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.done - self.told >= TELL_EVERY {
            self.told = self.done;
            if !(self.go_on)(self.done) {
                self.stopped.set(true);
                return Err(io::Error::other("stopped"));
            }
        }
        let read = self.file.read(buffer)?;
        self.done += read as u64;
        Ok(read)
    }
}

fn failed(what: &str, error: &io::Error) -> ArchiveError {
    reason(match error.kind() {
        ErrorKind::UnexpectedEof => format!("it ends in the middle of {what}"),
        _ => format!("{what} cannot be read: {error}"),
    })
}

fn reason(reason: String) -> ArchiveError {
    ArchiveError { reason }
}
