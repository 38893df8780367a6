use super::{EnvFile, Written};
use crate::Secret;

impl EnvFile {
    /// The file with `name` set to `value`: where it stands when it is there,
    /// else on a line of its own at the end. Every other byte stays. None when
    /// `name` is no name, or `value` holds a NUL.
    #[must_use]
    pub fn with(&self, name: &str, value: &Secret) -> Option<Self> {
        let value = value.expose();
        let plain_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || name == "export" || !name.chars().all(plain_name) || value.contains('\0') {
            return None;
        }
        let bytes = self.bytes();
        let mut edited = Vec::with_capacity(bytes.len() + name.len() + value.len() + 8);
        if let Some(entry) = self.entries.iter().rev().find(|entry| entry.name == name) {
            edited.extend_from_slice(bytes.get(..entry.span.start)?);
            let mark = if entry.how == Written::Bare { "=" } else { "" };
            edited.extend_from_slice(mark.as_bytes());
            let plain = matches!(entry.how, Written::Plain | Written::Bare);
            edited.extend_from_slice(written(value, plain).expose().as_bytes());
            edited.extend_from_slice(bytes.get(entry.span.end..)?);
        } else {
            let newline = if bytes.windows(2).any(|pair| pair == b"\r\n") { "\r\n" } else { "\n" };
            edited.extend_from_slice(bytes);
            if !bytes.is_empty() && !bytes.ends_with(b"\n") {
                edited.extend_from_slice(newline.as_bytes());
            }
            edited.extend_from_slice(name.as_bytes());
            edited.push(b'=');
            edited.extend_from_slice(written(value, true).expose().as_bytes());
            edited.extend_from_slice(newline.as_bytes());
        }
        Some(Self::read(edited.into()))
    }
}

/// `value` so that Compose reads it back: as it is where that is enough and
/// `plain` allows it (nothing at all would take a remark behind it for the value), between `'` where nothing in it needs an escape, else between `"`.
fn written(value: &str, plain: bool) -> Secret {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "+/=_-.,:@%~".contains(c);
    Secret::new(if plain && !value.is_empty() && value.chars().all(harmless) {
        value.to_owned()
    } else if !value.contains(['\'', '\\']) {
        format!("'{value}'")
    } else {
        let mut text = String::with_capacity(value.len() + 8);
        text.push('"');
        for c in value.chars() {
            if matches!(c, '\\' | '"' | '$') {
                text.push('\\');
            }
            text.push(c);
        }
        text.push('"');
        text
    })
}
