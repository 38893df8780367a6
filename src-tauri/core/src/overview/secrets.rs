use chrono::{DateTime, Utc};

use super::view::{Attention, AttentionAction};
use crate::time::relative;
use crate::vault::{EnvStatus, EnvVersion, VaultStatus};
use crate::watch::lost_key_words;

/// What needs a decision about `.env`. What was seen of an
/// older version than the vault's newest is out of date.
pub(super) fn attention(env: &EnvStatus, vault: &VaultStatus, now: DateTime<Utc>) -> Vec<Attention> {
    let Some(newest) = &vault.newest else {
        let detail = "Without its keys a dump opens, and saved passwords, MFA and integrations in it stay shut.";
        let missing = item(true, "The keys of .env are not in the vault".into(), detail.into());
        return vec![Attention { action: Some(AttentionAction::Capture), ..missing }];
    };
    let mut items = of_version(newest);
    items.extend(of_env(env, newest, now));
    match &vault.kit {
        None => items.push(item(
            false,
            "No emergency kit has been written".into(),
            "The keys are in this laptop's keyring alone: with the laptop lost as well, nothing opens.".into(),
        )),
        Some(kit) if vault.kit_is_old() => items.push(item(
            false,
            format!("The emergency kit is of version {}, the vault holds version {}", kit.version, newest.number),
            format!(
                "It was written {}. Write a new one, and put it where the old one is.",
                relative(kit.made_at - now)
            ),
        )),
        Some(_) => {}
    }
    items
}

/// What is wrong with the newest version by itself.
fn of_version(newest: &EnvVersion) -> Vec<Attention> {
    let number = newest.number;
    let mut items = Vec::new();
    if !newest.failing_keys().is_empty() {
        let names = newest.failing_keys().join(" and ");
        let detail = "An older version may have the key that is missing: prove that one as well.";
        items.push(item(true, format!("{names} of version {number} does not open what is stored"), detail.into()));
    }
    if !newest.unset_keys().is_empty() {
        let title = format!("Version {number} has no {}", shortened(&newest.unset_keys()));
        items.push(item(true, title, "What is encrypted with it would stay shut.".into()));
    }
    for left in newest.missing_keys() {
        let (name, kids) = (&left.key.name, left.key.kids.join(", "));
        let title = format!("Version {number} lacks a key that version {} has: {name} (kid {kids})", left.version);
        let detail = match left.key.key_use.previous_name() {
            Some(list) => {
                format!("Put it into {list} on the host, and capture again; or prove that nothing needs it any more.")
            }
            None => "Put that version back, or prove that nothing needs the key any more.".to_owned(),
        };
        items.push(item(true, title, detail));
    }
    items
}

fn lines(count: usize) -> String {
    if count == 1 { "a line".to_owned() } else { format!("{count} lines") }
}

/// The host's file against the newest version.
fn of_env(env: &EnvStatus, newest: &EnvVersion, now: DateTime<Utc>) -> Vec<Attention> {
    match env {
        EnvStatus::Differs { version, modified_at, changes, missing, uncaptured, faults }
            if *version == newest.number =>
        {
            let mut items: Vec<_> = missing
                .iter()
                .map(|key| {
                    let title = format!("{} was changed on the host, and the old key is gone there", key.name);
                    item(true, title, lost_key_words(key, *version))
                })
                .collect();
            let names: Vec<&str> = changes.names().collect();
            let title = match names.as_slice() {
                [] => format!("Compose cannot read {} of the host's .env", lines(faults.len())),
                [one] => format!("{one} on the host is not as in the vault"),
                more => format!("{} names of .env on the host are not as in the vault", more.len()),
            };
            let when = relative(*modified_at - now);
            let listed = if names.len() > 1 { format!("{}. ", shortened(&names)) } else { String::new() };
            items.push(item(!uncaptured.is_empty(), title, format!("{listed}The file was written {when}.")));
            items
        }
        EnvStatus::Unread { problem } => {
            vec![item(false, "The host's .env cannot be compared with the vault".into(), format!("{problem}."))]
        }
        EnvStatus::VaultUnread { problem, .. } => {
            vec![item(
                true,
                format!("Version {} cannot be read from the keyring", newest.number),
                format!("{problem}."),
            )]
        }
        _ => Vec::new(),
    }
}

fn shortened(names: &[&str]) -> String {
    match names {
        [a, b, c, rest @ ..] if !rest.is_empty() => format!("{a}, {b}, {c} and {} more", rest.len()),
        all => all.join(", "),
    }
}

fn item(grave: bool, title: String, detail: String) -> Attention {
    Attention { grave, title, detail, action: Some(AttentionAction::Secrets), schedule: None }
}
