//! Versions of Postgres, as its server and its tools tell them.

use serde::{Deserialize, Serialize};

/// A version as in `server_version_num`: 160004 is 16.4, 90624 is 9.6.24.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ServerVersion(pub u32);

impl ServerVersion {
    /// What is compatible within itself: 16, or 906 before version 10.
    #[must_use]
    pub fn major(self) -> u32 {
        if self.0 >= 100_000 { self.0 / 10_000 } else { self.0 / 100 }
    }

    /// Reads what `pg_dump --version` prints: `pg_dump (PostgreSQL) 16.4 (Debian 16.4-1)`.
    #[must_use]
    pub fn of_tool(said: &str) -> Option<Self> {
        let (_, rest) = said.split_once("(PostgreSQL)")?;
        let word = rest.split_whitespace().next()?;
        // Before a release: `18devel`, `17beta1`, `17rc1`.
        let plain = word.split(|c: char| c.is_ascii_alphabetic()).next()?;
        let parts: Vec<u32> = plain.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        match parts[..] {
            [major] if major >= 10 => Some(Self(major.checked_mul(10_000)?)),
            [major, minor] if major >= 10 => Some(Self(major.checked_mul(10_000)?.checked_add(minor)?)),
            [major, middle, minor] => {
                Some(Self(major.checked_mul(10_000)?.checked_add(middle.checked_mul(100)?)?.checked_add(minor)?))
            }
            _ => None,
        }
    }
}

impl std::fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(number) = self;
        if *number >= 100_000 {
            write!(f, "{}.{}", number / 10_000, number % 10_000)
        } else {
            write!(f, "{}.{}.{}", number / 10_000, number / 100 % 100, number % 100)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tools_print_is_read() {
        let cases = [
            ("pg_dump (PostgreSQL) 16.4 (Debian 16.4-1.pgdg120+1)\n", Some((160_004, 16, "16.4"))),
            ("pg_dump (PostgreSQL) 15.9", Some((150_009, 15, "15.9"))),
            ("pg_dump (PostgreSQL) 18devel", Some((180_000, 18, "18.0"))),
            ("pg_dump (PostgreSQL) 17rc1", Some((170_000, 17, "17.0"))),
            ("pg_dump (PostgreSQL) 9.6.24", Some((90_624, 906, "9.6.24"))),
            ("pg_dump (PostgreSQL) ", None),
            ("pg_dump (PostgreSQL) 4294967295.1", None),
            ("pg_dump (PostgreSQL) 1.2.3.4", None),
            ("Error: PostgreSQL version 16 is not installed", None),
            ("", None),
        ];
        for (said, expected) in cases {
            let read = ServerVersion::of_tool(said).map(|version| (version.0, version.major(), version.to_string()));
            assert_eq!(read, expected.map(|(n, major, text)| (n, major, text.to_owned())), "{said}");
        }
    }
}
