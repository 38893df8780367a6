//! The percent tokens and `${VARIABLES}` that `ssh -G` leaves in its answers
//! (`ssh_config(5)`, TOKENS).

use std::path::PathBuf;

use sha1::Digest as _;

use crate::config::Route;
use crate::settings::SshSettings;

/// What the tokens of one host stand for.
pub(crate) struct Tokens<'a> {
    pub settings: &'a SshSettings,
    /// The host as it was asked for.
    pub original: &'a str,
    pub route: &'a Route,
}

impl Tokens<'_> {
    /// A path, `~` included.
    pub(crate) fn path(&self, text: &str) -> PathBuf {
        self.settings.at_home(&self.expand(text, &[]))
    }

    /// `text` with its tokens replaced; `more` are those of this place alone.
    pub(crate) fn expand(&self, text: &str, more: &[(char, &str)]) -> String {
        let (mut out, mut rest) = (String::new(), text);
        while let Some(at) = rest.find(['%', '$']) {
            out.push_str(&rest[..at]);
            let tail = &rest[at..];
            let (value, used) = self.token(tail, more);
            out.push_str(&value);
            rest = &tail[used..];
        }
        out + rest
    }

    /// The value of the token that `tail` begins with, and its length. What is
    /// no token stays as it is.
    fn token(&self, tail: &str, more: &[(char, &str)]) -> (String, usize) {
        if let Some(name) = tail.strip_prefix("${").and_then(|rest| rest.split_once('}')).map(|(name, _)| name) {
            return (std::env::var(name).unwrap_or_default(), name.len() + 3);
        }
        let mut chars = tail.chars();
        let (mark, letter) = (chars.next(), chars.next());
        let Some(letter) = letter.filter(|_| mark == Some('%')) else {
            return (mark.into_iter().collect(), mark.map_or(0, char::len_utf8));
        };
        let value = more.iter().find(|(known, _)| *known == letter).map(|(_, value)| (*value).to_owned());
        match value.or_else(|| self.usual(letter)) {
            Some(value) => (value, 1 + letter.len_utf8()),
            None => ("%".to_owned(), 1),
        }
    }

    fn usual(&self, letter: char) -> Option<String> {
        let Route { host, port, user, jump, .. } = self.route;
        Some(match letter {
            '%' => "%".to_owned(),
            'd' => self.settings.home.as_ref().map(|home| home.display().to_string()).unwrap_or_default(),
            'h' => host.clone(),
            'n' => self.original.to_owned(),
            'p' => port.to_string(),
            'r' => user.clone(),
            'j' => jump.clone().unwrap_or_default(),
            'u' => local_user(),
            'i' => local_id(),
            'k' => self.route.host_key_alias.clone().unwrap_or_else(|| self.original.to_owned()),
            'l' => local_host(),
            'L' => local_host().split('.').next().unwrap_or_default().to_owned(),
            'C' => {
                let all = [&local_host(), host, &port.to_string(), user, jump.as_deref().unwrap_or_default()].concat();
                hex::encode(sha1::Sha1::digest(all.as_bytes()))
            }
            _ => return None,
        })
    }
}

/// The user of this laptop.
pub(crate) fn local_user() -> String {
    ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default()
}

fn local_host() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

#[cfg(unix)]
fn local_id() -> String {
    rustix::process::getuid().as_raw().to_string()
}

/// OpenSSH for Windows knows no numbers of users, and answers 0.
#[cfg(not(unix))]
fn local_id() -> String {
    "0".to_owned()
}
