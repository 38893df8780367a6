use super::kind::FindingKind;
use crate::vault::{EnvStatus, EnvVersion, MissingKey, VaultStatus};

/// What is wrong with the keys: of the newest version by itself, of the host's `.env`
/// against it, of the emergency kit. What was seen against an older version is out of date.
pub(super) fn findings(env: &EnvStatus, vault: &VaultStatus) -> Vec<FindingKind> {
    let Some(newest) = &vault.newest else { return vec![FindingKind::NoKeysSaved] };
    let mut kinds = of_version(newest);
    kinds.extend(of_env(env, newest));
    kinds.extend(match &vault.kit {
        None => Some(FindingKind::NoKit),
        Some(kit) if vault.kit_is_old() => {
            Some(FindingKind::KitOutdated { kit: kit.version, version: newest.number, made_at: kit.made_at })
        }
        Some(_) => None,
    });
    kinds
}

fn of_version(newest: &EnvVersion) -> Vec<FindingKind> {
    let version = newest.number;
    let owned = |names: Vec<&str>| names.into_iter().map(ToOwned::to_owned).collect::<Vec<_>>();
    let (failing, unset) = (owned(newest.failing_keys()), owned(newest.unset_keys()));
    let mut kinds = Vec::new();
    if !failing.is_empty() {
        kinds.push(FindingKind::KeyDoesNotDecrypt { version, names: failing });
    }
    if !unset.is_empty() {
        kinds.push(FindingKind::KeyUnset { version, names: unset });
    }
    kinds.extend(newest.missing_keys().map(|left| FindingKind::VersionLacksKey {
        version,
        older: left.version,
        name: left.key.name.clone(),
        kids: left.key.kids.clone(),
        list: list_of(&left.key),
    }));
    kinds
}

fn of_env(env: &EnvStatus, newest: &EnvVersion) -> Vec<FindingKind> {
    match env {
        EnvStatus::Differs { version, modified_at, changes, missing, uncaptured, faults }
            if *version == newest.number =>
        {
            let lost = missing.iter().map(|key| FindingKind::KeyLost {
                version: *version,
                name: key.name.clone(),
                kids: key.kids.clone(),
                // The rows of MFA carry no kid.
                kids_text: match key.key_use.kid_name() {
                    Some(_) => format!(" (kid {})", key.kids.join(", ")),
                    None => String::new(),
                },
                list: list_of(key),
            });
            let not_saved = uncaptured.iter().map(|key| FindingKind::KeyNotSaved {
                version: *version,
                name: key.name.clone(),
                kids: key.kids.clone(),
            });
            let told: Vec<&str> = missing.iter().chain(uncaptured).map(|key| key.name.as_str()).collect();
            let names: Vec<String> =
                changes.names().filter(|name| !told.contains(name)).map(ToOwned::to_owned).collect();
            let mut kinds: Vec<_> = lost.chain(not_saved).collect();
            if !names.is_empty() || (told.is_empty() && !faults.is_empty()) {
                let shortened = shortened(&names);
                kinds.push(FindingKind::EnvDiffers { version: *version, modified_at: *modified_at, names, shortened });
            }
            kinds
        }
        EnvStatus::Unread { problem } => vec![FindingKind::EnvUnreadable { problem: (**problem).clone() }],
        EnvStatus::VaultUnread { problem, .. } => {
            vec![FindingKind::VersionUnreadable { version: newest.number, problem: (**problem).clone() }]
        }
        _ => Vec::new(),
    }
}

fn list_of(key: &MissingKey) -> Option<String> {
    key.key_use.previous_name().map(ToOwned::to_owned)
}

fn shortened(names: &[String]) -> String {
    match names {
        [a, b, c, rest @ ..] if !rest.is_empty() => format!("{a}, {b}, {c} and {} more", rest.len()),
        all => all.join(", "),
    }
}
