use std::io::IsTerminal;

use selvage_core::Secret;
use selvage_core::base::Problem;
use selvage_core::base::RequestError;
use selvage_core::deployment::FieldError;
use selvage_core::kit::{KitError, generate};
use selvage_core::vault::VaultError;

use super::deployment::next_line;
use super::print::{Print, err};
use super::secret_arguments::KitCommand;
use super::secrets::whole;
use super::{End, Failure};
use crate::state::Selvage;

/// Carries out `selvage kit`.
pub async fn run(selvage: &Selvage, command: KitCommand, print: Print) -> Result<End, Failure> {
    match command {
        KitCommand::Export { name, to, without_compose, passphrase_stdin, generate: made_up } => {
            let deployment = selvage.deployments.find(&name).await?;
            let passphrase = match (passphrase_stdin, made_up) {
                (true, _) => next_line()?,
                (_, true) => shown_words()?,
                _ => asked_twice()?,
            };
            let written = selvage.kits.write(&deployment, &whole(&to), passphrase, without_compose).await?;
            print.one("kit", &written, || {
                let files = match written.files.as_slice() {
                    [] => ", without a Compose file".to_owned(),
                    files => format!(", {}", files.join(", ")),
                };
                let missed =
                    written.missed.iter().map(|missed| format!("\nnot in it: {}: {}", missed.path, missed.why));
                format!(
                    "{}\n{}\nversion {} of .env{files}; opened again and compared{}",
                    written.kit,
                    written.sheet,
                    written.version,
                    missed.collect::<String>()
                )
            });
        }
        KitCommand::Import { file, name, passphrase_stdin } => {
            let passphrase = if passphrase_stdin { next_line()? } else { asked("Passphrase of the kit: ")? };
            let imported = selvage.kits.import(&whole(&file), passphrase, name.as_deref()).await?;
            print.one("imported", &imported, || {
                let added = if imported.added { "is added" } else { "was known" };
                format!("{} {added}; its .env is version {}", imported.deployment.name, imported.captured.version)
            });
        }
    }
    Ok(End::Done)
}

/// On the terminal itself, whatever standard output is.
fn shown_words() -> Result<Secret, Problem> {
    if !std::io::stderr().is_terminal() {
        return Err(VaultError::NoTerminal.into());
    }
    let words = generate();
    err(&format!("Passphrase of the kit; without it nobody opens it:\n\n    {}\n", words.expose()));
    Ok(words)
}

fn asked(prompt: &str) -> Result<Secret, Problem> {
    let typed = rpassword::prompt_password(prompt).map(Secret::new);
    typed.map_err(|error| field(format!("it cannot be asked for: {error}; use --passphrase-stdin")))
}

fn asked_twice() -> Result<Secret, Problem> {
    let first = asked("Passphrase for the kit: ")?;
    if first.expose().is_empty() {
        return Err(KitError::PassphraseWeak { advice: String::new() }.into());
    }
    let second = asked("The same again: ")?;
    if first.expose() == second.expose() { Ok(first) } else { Err(field("the two are not the same".into())) }
}

fn field(reason: String) -> Problem {
    RequestError::Fields { fields: vec![FieldError { field: "passphrase".into(), reason }] }.into()
}
