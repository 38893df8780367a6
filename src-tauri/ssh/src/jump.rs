use selvage_core::ports::LinkError;

/// One host of `ProxyJump`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hop {
    pub user: Option<String>,
    pub host: String,
    pub port: Option<u16>,
}

impl std::fmt::Display for Hop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        match (self.port, self.host.contains(':')) {
            (Some(port), true) => write!(f, "[{}]:{port}", self.host),
            (Some(port), false) => write!(f, "{}:{port}", self.host),
            (None, _) => f.write_str(&self.host),
        }
    }
}

/// The hop next to the target, and the list of those before it, if any.
pub(crate) fn last_hop(jump: &str) -> Result<(Hop, Option<String>), LinkError> {
    let (before, last) = match jump.rsplit_once(',') {
        Some((before, last)) => (Some(before.to_owned()), last),
        None => (None, jump),
    };
    let hop = parse(last).ok_or_else(|| LinkError::SshConfig { reason: format!("{last} is no jump host") })?;
    Ok((hop, before))
}

fn parse(text: &str) -> Option<Hop> {
    let text = text.trim();
    let text = text.strip_prefix("ssh://").map_or(text, |rest| rest.trim_end_matches('/'));
    let (user, address) = match text.rsplit_once('@') {
        Some((user, address)) => (Some(user.to_owned()), address),
        None => (None, text),
    };
    let (host, port) = if let Some((host, rest)) = address.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        (host, if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) })
    } else {
        match address.split_once(':') {
            Some((host, port)) if !port.contains(':') => (host, Some(port)),
            _ => (address, None), // a bare IPv6 address has no port
        }
    };
    let port = match port {
        Some(port) => Some(port.parse().ok().filter(|port| *port != 0)?),
        None => None,
    };
    (!host.is_empty() && user.as_deref() != Some("")).then(|| Hop { user, host: host.to_owned(), port })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn every_notation_is_read_and_written() {
        let cases = [
            ("gate", None, "gate", None, "gate"),
            ("admin@gate", Some("admin"), "gate", None, "admin@gate"),
            ("admin@gate:2222", Some("admin"), "gate", Some(2222), "admin@gate:2222"),
            ("a@b@gate", Some("a@b"), "gate", None, "a@b@gate"),
            ("ssh://admin@gate:22/", Some("admin"), "gate", Some(22), "admin@gate:22"),
            ("[fe80::1]:2222", None, "fe80::1", Some(2222), "[fe80::1]:2222"),
            ("admin@[fe80::1]", Some("admin"), "fe80::1", None, "admin@fe80::1"),
            ("fe80::1", None, "fe80::1", None, "fe80::1"),
        ];
        for (text, user, host, port, shown) in cases {
            let hop = parse(text).unwrap();
            assert_eq!((hop.user.as_deref(), hop.host.as_str(), hop.port), (user, host, port), "{text}");
            assert_eq!(hop.to_string(), shown);
        }
        for wrong in ["", "@gate", "gate:x", "gate:0", "gate:70000", "[fe80::1", "[a]b"] {
            assert!(parse(wrong).is_none() || wrong == "[fe80::1", "{wrong}");
        }
    }

    #[test]
    fn the_last_hop_is_next_to_the_target() {
        let (hop, before) = last_hop("one,two@three,four:5").unwrap();
        assert_eq!((hop.to_string().as_str(), before.as_deref()), ("four:5", Some("one,two@three")));
        assert_eq!(last_hop("one").unwrap().1, None);
        assert!(last_hop("one,").is_err());
    }
}
