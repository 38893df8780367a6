use std::ops::Range;

use zeroize::Zeroizing;

use super::{FaultKind, Written};
use crate::Secret;

/// A statement as it stands, nothing replaced yet.
pub(super) struct Statement {
    /// Empty where the text has none.
    pub name: String,
    /// Where it begins.
    pub at: usize,
    pub how: Written,
    /// Where its value stands.
    pub span: Range<usize>,
    /// The value without quotes.
    pub text: Secret,
}

const BOM: &[u8] = "\u{feff}".as_bytes();

/// Every statement in order. After one that cannot be read, goes on with the next line.
pub(super) fn statements(bytes: &[u8]) -> impl Iterator<Item = Result<Statement, (usize, FaultKind)>> + '_ {
    let mut at = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    std::iter::from_fn(move || {
        at = start(bytes, at)?;
        let begin = at;
        Some(match statement(bytes, begin) {
            Ok((statement, next)) => {
                at = next;
                Ok(statement)
            }
            Err(kind) => {
                at = line_end(bytes, begin);
                Err((begin, kind))
            }
        })
    })
}

/// The next place that is neither white space nor in a comment; none at the end.
fn start(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at = skip(bytes, at, char::is_whitespace);
        match bytes.get(at)? {
            b'#' => at = line_end(bytes, at),
            _ => return Some(at),
        }
    }
}

fn statement(bytes: &[u8], at: usize) -> Result<(Statement, usize), FaultKind> {
    let from = after_export(bytes, at);
    let (end, mark) = name_end(bytes, from)?;
    let name = bytes.get(from..end).unwrap_or_default();
    let name = String::from_utf8_lossy(name).trim_end().to_owned();
    match mark {
        Some(_) if name.contains(' ') => Err(FaultKind::SpaceInName),
        Some(b'\n') => {
            let behind = from + name.len();
            let bare = Statement { name, at, how: Written::Bare, span: behind..behind, text: text(&[]) };
            Ok((bare, end + 1))
        }
        // Compose takes a last line without a newline as the value of no name.
        None if from == bytes.len() => Err(FaultKind::NoName),
        None => {
            let behind = from..bytes.len();
            Ok((Statement { name: String::new(), at, how: Written::Bare, span: behind, text: text(&[]) }, bytes.len()))
        }
        Some(_) => value(bytes, at, name, skip(bytes, end + 1, is_blank)),
    }
}

/// Behind `export` and at least one white space.
fn after_export(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    match rest.strip_prefix(b"export") {
        Some(behind) if behind.first().is_some_and(|byte| b"\t\n\x0c\r ".contains(byte)) => {
            skip(bytes, at + "export".len(), is_blank)
        }
        _ => at,
    }
}

/// Where the name ends and what ends it; none at the end of the file.
fn name_end(bytes: &[u8], mut at: usize) -> Result<(usize, Option<u8>), FaultKind> {
    while let Some((c, size)) = first(bytes, at) {
        match c {
            '=' | ':' | '\n' => return Ok((at, bytes.get(at).copied())),
            '_' | '.' | '-' | '[' | ']' => {}
            c if is_blank(c) || c.is_alphabetic() || c.is_numeric() => {}
            _ => return Err(FaultKind::BadName),
        }
        at += size;
    }
    Ok((at, None))
}

fn value(bytes: &[u8], at: usize, name: String, from: usize) -> Result<(Statement, usize), FaultKind> {
    if let Some(quote @ (b'\'' | b'"')) = bytes.get(from).copied() {
        let (text, end) = quoted(bytes, from, quote).ok_or(FaultKind::Unterminated)?;
        let how = if quote == b'"' { Written::Double } else { Written::Single };
        return Ok((Statement { name, at, how, span: from..end, text }, end));
    }
    let end = line_end(bytes, from);
    let line = bytes.get(from..end).unwrap_or_default();
    let comment = line.windows(2).position(|pair| pair == b" #");
    let kept = trimmed(line.get(..comment.unwrap_or(line.len())).unwrap_or_default());
    let span = from..from + kept.len();
    Ok((Statement { name, at, how: Written::Plain, span, text: text(kept) }, (end + 1).min(bytes.len())))
}

/// What stands between the quote at `from` and the next one that is not escaped,
/// and the place behind that. The quote's own escape goes; every other stays.
fn quoted(bytes: &[u8], from: usize, quote: u8) -> Option<(Secret, usize)> {
    let mut kept = Zeroizing::new(Vec::new());
    let mut escaped = false;
    for (at, byte) in bytes.iter().copied().enumerate().skip(from + 1) {
        if escaped {
            escaped = false;
            if byte != quote {
                kept.push(b'\\');
            }
            kept.push(byte);
        } else if byte == b'\\' {
            escaped = true;
        } else if byte == quote {
            return Some((text(&kept), at + 1));
        } else {
            kept.push(byte);
        }
    }
    None
}

/// Bytes that are no UTF-8 are replaced, as Compose does.
fn text(bytes: &[u8]) -> Secret {
    Secret::new(String::from_utf8_lossy(bytes).into_owned())
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    let mut end = bytes.len();
    while let Some(c) = last(bytes.get(..end).unwrap_or_default()).filter(|c| c.is_whitespace()) {
        end -= c.len_utf8();
    }
    bytes.get(..end).unwrap_or_default()
}

fn skip(bytes: &[u8], mut at: usize, what: impl Fn(char) -> bool) -> usize {
    while let Some((_, size)) = first(bytes, at).filter(|(c, _)| what(*c)) {
        at += size;
    }
    at
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |n| at + n)
}

/// The character at `at` with its length; one byte that is no UTF-8 counts as U+FFFD.
fn first(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let rest = bytes.get(at..)?;
    let chunk = rest.get(..rest.len().min(4))?.utf8_chunks().next()?;
    Some(chunk.valid().chars().next().map_or((char::REPLACEMENT_CHARACTER, 1), |c| (c, c.len_utf8())))
}

fn last(bytes: &[u8]) -> Option<char> {
    let tail = (1..=bytes.len().min(4)).find_map(|n| std::str::from_utf8(bytes.get(bytes.len() - n..)?).ok());
    tail.and_then(|text| text.chars().next())
}

/// White space within a line.
fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}
