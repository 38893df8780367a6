use serde_json::Value;
use uuid::Uuid;

use crate::base::{Problem, reason};
use crate::download::error::DownloadError;
use crate::link::HostLink;
use crate::ports::{ByteSource, LinkError};
use crate::probe::ReadWay;
use crate::shell::Command;
use crate::weavestream::dump_name::DumpName;
use crate::weavestream::manifest::Sha256;

/// A dump on the host, with a way in which it can be read.
pub struct DumpSource<'a> {
    at: &'a HostLink,
    way: ReadWay,
    dump: DumpName,
    /// By which its streams are known among the host's processes.
    tag: String,
}

/// What lies on the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnHost {
    /// Bytes of the dump.
    pub size: u64,
    /// Text of the sidecar, when it is there and readable.
    pub manifest: Option<String>,
}

// Says `file <bytes>`, `unreadable`, `gone` or, when the folder itself cannot be
// looked into, `unseen`.
const LOOK: &str = r#"if [ -e "$1" ]; then
  if [ -f "$1" ] && [ -r "$1" ]; then printf 'file '; wc -c < "$1"; else echo unreadable; fi
elif [ -r "${1%/*}" ] && [ -x "${1%/*}" ]; then echo gone
else echo unseen; fi"#;

/// Manifests are a few hundred bytes; more than this is none.
const MANIFEST_AT_MOST: &str = "65536";

impl<'a> DumpSource<'a> {
    /// The first way that can read `dump`, with what it found.
    pub async fn find(at: &'a HostLink, dump: &DumpName) -> Result<(Self, OnHost), Problem> {
        let mut tried = Vec::new();
        let mut gone = false;
        for way in at.facts.read_ways() {
            let tag = format!("selvage read {}", Uuid::new_v4());
            let source = Self { at, way, dump: dump.clone(), tag };
            let Some(look) = source.on_dump(&["sh", "-c", LOOK, "look"]) else { continue };
            let output = at.host.run(&look).await?;
            let said = output.stdout_text();
            match said.trim().split_once(' ') {
                Some(("file", size)) if output.exit == 0 => {
                    if let Ok(size) = size.trim().parse() {
                        let manifest = source.manifest().await?;
                        return Ok((source, OnHost { size, manifest }));
                    }
                }
                _ => {}
            }
            gone |= said.trim() == "gone";
            tried.push(format!(
                "{}: {}",
                source.way.words(),
                if said.trim().is_empty() { output.error_summary() } else { said.trim().to_owned() }
            ));
        }
        let file = dump.to_string();
        Err(if gone {
            DownloadError::DumpGone { file }
        } else {
            DownloadError::NotReadable { file, tried: tried.join("; ") }
        }
        .into())
    }

    /// How it is read.
    #[must_use]
    pub fn way(&self) -> &ReadWay {
        &self.way
    }

    /// Streams the dump from byte `from`.
    pub async fn stream(&self, from: u64) -> Result<Box<dyn ByteSource>, LinkError> {
        // `tail` counts from one; both GNU's and busybox's know this form.
        let from = format!("+{}", from + 1);
        let read: &[&str] = if from == "+1" { &["cat"] } else { &["tail", "-c", &from] };
        let command = match self.way {
            ReadWay::Direct | ReadWay::Sudo => self.on_dump(read),
            ReadWay::Container { .. } => self.on_dump(&[&["sh", "-c", r#"exec "$@""#, &self.tag], read].concat()),
        };
        let command = command
            .ok_or_else(|| LinkError::Lost { host: String::new(), reason: reason("no-backup-folder", Value::Null) })?;
        self.at.host.stream(&command).await
    }

    /// Ends streams that broke and may still hang on the host, where they would do harm.
    pub async fn end_streams(&self) -> Result<(), LinkError> {
        match self.way {
            ReadWay::Direct | ReadWay::Sudo => Ok(()),
            ReadWay::Container { .. } => self.at.end_processes(&self.tag).await,
        }
    }

    /// The digest as the host itself computes it, when it can.
    pub async fn sha256_on_host(&self) -> Option<Sha256> {
        let output = self.at.host.run(&self.on_dump(&["sha256sum"])?).await.ok()?;
        let text = output.stdout_text();
        Sha256::parse(text.trim_start_matches('\\').split_whitespace().next()?)
    }

    async fn manifest(&self) -> Result<Option<String>, LinkError> {
        let Some(command) = self.command(&["head", "-c", MANIFEST_AT_MOST], &self.dump.manifest()) else {
            return Ok(None);
        };
        let output = self.at.host.run(&command).await?;
        Ok((output.exit == 0).then(|| output.stdout_text()))
    }

    fn on_dump(&self, before: &[&str]) -> Option<Command> {
        self.command(before, self.dump.as_str())
    }

    fn command(&self, before: &[&str], name: &str) -> Option<Command> {
        let before = before.iter().map(|s| (*s).to_owned());
        Some(match &self.way {
            ReadWay::Direct => Command::new(before).arg(self.host_path(name)?),
            ReadWay::Sudo => Command::new(["sudo", "-n"]).args(before).arg(self.host_path(name)?),
            ReadWay::Container { service } => {
                let path = format!("{}/{name}", crate::weavestream::dump_name::BACKUP_FOLDER_IN_CONTAINER);
                self.at.project.exec(service, before).arg(path)
            }
        })
    }

    fn host_path(&self, name: &str) -> Option<String> {
        Some(format!("{}/{name}", self.at.facts.backup_folder.as_deref()?))
    }
}
