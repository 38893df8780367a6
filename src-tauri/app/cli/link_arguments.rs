use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use selvage_core::deployment::{ClientCertificate, DirectLink, SshAuth, SshLink, SshTarget, Tls, TlsMode};

/// How a deployment is reached: over SSH, directly to Postgres, or both.
#[derive(Args, Debug)]
pub struct LinkArguments {
    /// Over SSH
    #[command(flatten)]
    pub over_ssh: SshArguments,
    /// Direct link to Postgres
    #[command(flatten)]
    pub direct: PostgresArguments,
}

/// The link to the Docker host.
#[derive(Args, Debug)]
pub struct SshArguments {
    /// Host name, address or alias of the SSH configuration
    #[arg(long, value_name = "[USER@]HOST[:PORT]", value_parser = Destination::from_str, required_unless_present = "postgres")]
    pub ssh: Option<Destination>,
    /// Private key file; its passphrase, if any, is read from standard input with --secret-stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["agent", "password"], requires = "ssh")]
    pub key: Option<PathBuf>,
    /// Only keys of the SSH agent
    #[arg(long, conflicts_with = "password", requires = "ssh")]
    pub agent: bool,
    /// A password, read from standard input with --secret-stdin, or from a folder with --secrets-from
    #[arg(long, requires = "ssh")]
    pub password: bool,
    /// Read the password or passphrase as the first line of standard input; it is kept in the OS keyring
    #[arg(long)]
    pub secret_stdin: bool,
    /// Jump hosts, as in ssh -J
    #[arg(long, value_name = "USER@HOST:PORT", requires = "ssh")]
    pub jump: Option<String>,
    /// Folder with compose.yml on the host
    #[arg(long, default_value = "/opt/weavestream")]
    pub dir: String,
    /// Trust host keys with these fingerprints if they are unknown; can be repeated, for jump hosts
    #[arg(long, value_name = "SHA256:...")]
    pub accept_host_key: Vec<String>,
}

/// The direct link to Postgres.
#[derive(Args, Debug)]
pub struct PostgresArguments {
    /// Direct link to Postgres
    #[arg(long, value_name = "[USER@]HOST[:PORT][/DATABASE]", value_parser = Server::from_str)]
    pub postgres: Option<Server>,
    /// Whether and how the connection is encrypted
    #[arg(long, value_name = "MODE", default_value = "verify-full", requires = "postgres")]
    pub sslmode: ModeArgument,
    /// Certificates to trust, in PEM format; without it those that this laptop trusts
    #[arg(long, value_name = "FILE", requires = "postgres")]
    pub sslrootcert: Option<PathBuf>,
    /// Client certificate, in PEM format
    #[arg(long, value_name = "FILE", requires_all = ["sslkey", "postgres"])]
    pub sslcert: Option<PathBuf>,
    /// Its private key, in PEM format
    #[arg(long, value_name = "FILE", requires_all = ["sslcert", "postgres"])]
    pub sslkey: Option<PathBuf>,
    /// Read the role's password as the next line of standard input; it is kept in the OS keyring
    #[arg(long, requires = "postgres")]
    pub postgres_password_stdin: bool,
}

/// `sslmode`, as libpq names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ModeArgument {
    /// Not encrypted
    Disable,
    /// Encrypted if the server offers it
    Prefer,
    /// Encrypted; any certificate is accepted
    Require,
    /// The certificate comes from a trusted authority
    VerifyCa,
    /// It also names the host
    VerifyFull,
}

/// `user@host:port`; an IPv6 address stands in brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    user: Option<String>,
    host: String,
    port: Option<u16>,
}

impl FromStr for Destination {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (user, rest) = match text.rsplit_once('@') {
            Some((user, rest)) => (Some(user.to_owned()), rest),
            None => (None, text),
        };
        let (host, port) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, port)) => (host, port.strip_prefix(':')),
            None => match rest.split_once(':') {
                // More than one colon is an address without brackets.
                Some((_, port)) if port.contains(':') => (rest, None),
                Some((host, port)) => (host, Some(port)),
                None => (rest, None),
            },
        };
        let port = port.map(|port| port.parse().map_err(|_| format!("{port:?} is not a port"))).transpose()?;
        if host.is_empty() {
            return Err("the host is missing".to_owned());
        }
        Ok(Self { user, host: host.to_owned(), port })
    }
}

/// `user@host:port/database`; an IPv6 address stands in brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    at: Destination,
    database: Option<String>,
}

/// As the guide's Compose file calls role and database.
const USUAL_NAME: &str = "weavestream";

impl FromStr for Server {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.split_once("://").map_or(text, |(_, rest)| rest);
        let (at, database) = match text.split_once('/') {
            Some((at, database)) => (at, Some(database.to_owned()).filter(|name| !name.is_empty())),
            None => (text, None),
        };
        if database.as_ref().is_some_and(|name| name.contains('?')) {
            return Err("what stands after ? in an address is not read; use --sslmode and its like".to_owned());
        }
        let at = Destination::from_str(at)?;
        if at.user.as_ref().is_some_and(|user| user.contains(':')) {
            return Err("a password here could be seen by others; use --postgres-password-stdin".to_owned());
        }
        Ok(Self { at, database })
    }
}

impl LinkArguments {
    /// What stands where it is of no use, with what was meant.
    #[must_use]
    pub fn misplaced(&self) -> Option<&'static str> {
        if !self.over_ssh.secret_stdin || self.over_ssh.ssh.is_some() {
            return None;
        }
        Some(if self.direct.postgres.is_some() {
            "--secret-stdin reads the secret of an SSH login, and there is no --ssh; the password of the role is read with --postgres-password-stdin"
        } else {
            "--secret-stdin reads the secret of an SSH login, and there is no --ssh"
        })
    }
}

impl SshArguments {
    /// The link, when one is asked for.
    #[must_use]
    pub fn link(&self) -> Option<SshLink> {
        let auth = match (&self.key, self.agent, self.password) {
            (Some(file), _, _) => SshAuth::Key { file: shown(file) },
            (_, true, _) => SshAuth::Agent,
            (_, _, true) => SshAuth::Password,
            _ => SshAuth::Automatic,
        };
        let Destination { user, host, port } = self.ssh.clone()?;
        let target = SshTarget { host, port, user, auth, jump: self.jump.clone() };
        Some(SshLink { target, folder: self.dir.clone() })
    }
}

impl PostgresArguments {
    /// The link, when one is asked for.
    #[must_use]
    pub fn link(&self) -> Option<DirectLink> {
        let Server { at: Destination { user, host, port }, database } = self.postgres.clone()?;
        let mode = match self.sslmode {
            ModeArgument::Disable => TlsMode::Disable,
            ModeArgument::Prefer => TlsMode::Prefer,
            ModeArgument::Require => TlsMode::Require,
            ModeArgument::VerifyCa => TlsMode::VerifyCa,
            ModeArgument::VerifyFull => TlsMode::VerifyFull,
        };
        let client = self.sslcert.as_deref().zip(self.sslkey.as_deref());
        let client =
            client.map(|(certificate, key)| ClientCertificate { certificate: shown(certificate), key: shown(key) });
        let tls = Tls { mode, ca: self.sslrootcert.as_deref().map(shown), client };
        let user = user.unwrap_or_else(|| USUAL_NAME.to_owned());
        Some(DirectLink { host, port, user, database: database.unwrap_or_else(|| USUAL_NAME.to_owned()), tls })
    }
}

fn shown(file: &std::path::Path) -> String {
    file.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_of_every_form() {
        let read = |text: &str| text.parse::<Destination>().map(|d| (d.user.unwrap_or_default(), d.host, d.port));
        assert_eq!(read("deploy@ws1:2222"), Ok(("deploy".into(), "ws1".into(), Some(2222))));
        assert_eq!(read("ws1"), Ok((String::new(), "ws1".into(), None)));
        assert_eq!(read("a@b@[::1]:22"), Ok(("a@b".into(), "::1".into(), Some(22))));
        assert_eq!(read("fe80::1"), Ok((String::new(), "fe80::1".into(), None)));
        assert!(read("ws1:many").is_err());
        assert!(read("deploy@").is_err());
    }

    #[test]
    fn servers_of_every_form() {
        let read = |text: &str| {
            text.parse::<Server>()
                .map(|s| (s.at.user, s.at.host, s.at.port, s.database))
                .map_err(|error| error.contains("password"))
        };
        let (user, database) = (Some("ws".to_owned()), Some("weave".to_owned()));
        assert_eq!(read("ws@db:6432/weave"), Ok((user.clone(), "db".into(), Some(6432), database.clone())));
        assert_eq!(read("postgresql://ws@[::1]/weave"), Ok((user, "::1".into(), None, database)));
        assert_eq!(read("db"), Ok((None, "db".into(), None, None)));
        assert_eq!(read("ws:s3cret@db/weave"), Err(true));
        assert_eq!(read("ws@/weave"), Err(false));
        // Less protection than was asked for would be the worst way to read it.
        assert_eq!(read("ws@db/weave?sslmode=verify-full"), Err(false));
    }
}
