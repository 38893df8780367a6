use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::FaultKind;
use crate::Secret;

/// Replaces the escapes of a value between `"`. `\$` becomes `$$`, which stands for a `$`.
pub(super) fn escapes(text: &str) -> Secret {
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(next) = rest.chars().next() else {
            out.push('\\');
            break;
        };
        let simple = match next {
            'a' => "\u{7}",
            'b' => "\u{8}",
            'f' => "\u{c}",
            'n' => "\n",
            'r' => "\r",
            't' => "\t",
            'v' => "\u{b}",
            '"' => "\"",
            '\\' => "\\",
            '$' => "$$",
            '0' => {
                rest = octal(&mut out, rest);
                continue;
            }
            _ => {
                out.push('\\');
                continue;
            }
        };
        out.push_str(simple);
        rest = &rest[next.len_utf8()..];
    }
    out.push_str(rest);
    Secret::new(std::mem::take(&mut *out))
}

/// `\0` and three octal digits are a character; with fewer, or others, Compose
/// drops the `0` and leaves the rest as it stands. Gives what follows.
fn octal<'a>(out: &mut String, rest: &'a str) -> &'a str {
    let behind = &rest[1..];
    let digits = behind.bytes().take(3).take_while(u8::is_ascii_digit).count();
    let (digits, behind) = behind.split_at(digits);
    let code = u32::from_str_radix(digits, 8).ok().filter(|_| digits.len() == 3).and_then(|n| u8::try_from(n).ok());
    if let Some(code) = code {
        out.push(char::from(code));
    } else {
        out.push('\\');
        out.push_str(digits);
    }
    behind
}

/// A value of more bytes than this is no value of a person.
const VALUE_AT_MOST: usize = 1 << 20;
/// References may stand in each other's defaults; deeper than this is no file of a person.
const DEPTH_AT_MOST: u8 = 32;

/// Replaces `$NAME`, `${NAME}` and its forms with a default by what is `known`
/// so far, `$$` by `$`; says whether anything was. A `$` that begins none of
/// these stands for itself (since compose-go 2.0; docker/compose issue 12287).
pub(super) fn references(text: &str, known: &BTreeMap<String, Secret>) -> Result<(Secret, bool), FaultKind> {
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    let replaced = substitute(text, known, DEPTH_AT_MOST, &mut out)?;
    Ok((Secret::new(std::mem::take(&mut *out)), replaced))
}

fn substitute(
    text: &str,
    known: &BTreeMap<String, Secret>,
    depth: u8,
    out: &mut Zeroizing<String>,
) -> Result<bool, FaultKind> {
    let depth = depth.checked_sub(1).ok_or(FaultKind::BadReference)?;
    let mut replaced = false;
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        if out.len() > VALUE_AT_MOST {
            return Err(FaultKind::BadReference);
        }
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(behind) = rest.strip_prefix('$') {
            out.push('$');
            rest = behind;
            continue;
        }
        if let Some(inside) = rest.strip_prefix('{') {
            replaced = true;
            let end = closing(inside).ok_or(FaultKind::BadReference)?;
            braced(&inside[..end], known, depth, out)?;
            rest = &inside[end + 1..];
            continue;
        }
        let name = name(rest);
        if name.is_empty() {
            out.push('$');
            continue;
        }
        replaced = true;
        out.push_str(known.get(name).map_or("", Secret::expose));
        rest = &rest[name.len()..];
    }
    out.push_str(rest);
    Ok(replaced)
}

/// `NAME`, or `NAME` with `-`, `+`, `?` or the same behind `:`, and a text.
fn braced(
    inside: &str,
    known: &BTreeMap<String, Secret>,
    depth: u8,
    out: &mut Zeroizing<String>,
) -> Result<(), FaultKind> {
    let name = name(inside);
    let form = &inside[name.len()..];
    let value = known.get(name).map(Secret::expose);
    if name.is_empty() {
        return Err(FaultKind::BadReference);
    }
    if form.is_empty() {
        out.push_str(value.unwrap_or_default());
        return Ok(());
    }
    let (filled, form) = match form.strip_prefix(':') {
        Some(form) => (value.filter(|value| !value.is_empty()), form),
        None => (value, form),
    };
    let mut kind = form.chars();
    let mark = kind.next();
    let mut other = Zeroizing::new(String::new());
    substitute(kind.as_str(), known, depth, &mut other)?;
    match (mark, filled) {
        (Some('-'), None) | (Some('+'), Some(_)) => out.push_str(&other),
        (Some('-' | '?'), Some(value)) => out.push_str(value),
        (Some('?'), None) => return Err(FaultKind::RequiredMissing),
        (Some('+'), None) => {}
        _ => return Err(FaultKind::BadReference),
    }
    Ok(())
}

/// Where the brace closes that was opened before `inside`.
fn closing(inside: &str) -> Option<usize> {
    let mut open = 1_usize;
    let bytes = inside.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'}' => {
                open -= 1;
                if open == 0 {
                    return Some(at);
                }
            }
            b'$' if bytes.get(at + 1) == Some(&b'{') => {
                open += 1;
                at += 1;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn name(text: &str) -> &str {
    let begins = text.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic());
    let end = text.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    if begins { &text[..end] } else { "" }
}
