use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::future::join_all;
use selvage_core::ports::PgDump;
use selvage_core::weavestream::server_version::ServerVersion;

use super::quiet;

/// A program that is asked for its version answers at once.
const PROGRAM_TIMEOUT: Duration = Duration::from_secs(10);

/// Where installers put `pg_dump`. A `*` stands for one folder, such as a version's.
#[cfg(target_os = "linux")]
const USUAL: &[&str] =
    &["/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/postgresql*/bin", "/usr/local/pgsql/bin"];
#[cfg(target_os = "macos")]
const USUAL: &[&str] = &[
    "/opt/homebrew/opt/libpq*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/libpq*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/Library/PostgreSQL/*/bin",
    "/Applications/pgAdmin 4.app/Contents/SharedSupport",
];
#[cfg(windows)]
const USUAL: &[&str] = &[
    "C:/Program Files/PostgreSQL/*/bin",
    "C:/Program Files/PostgreSQL/*/pgAdmin 4/runtime",
    "C:/Program Files/pgAdmin 4/runtime",
];
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
const USUAL: &[&str] = &["/usr/local/bin"];

/// Every `pg_dump` on `PATH` and in the usual places that tells its version.
pub async fn find() -> Vec<PgDump> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(USUAL.iter().flat_map(|pattern| folders_of(pattern)));
    let mut seen = HashSet::new();
    let programs = folders.into_iter().map(|folder| folder.join(format!("pg_dump{}", std::env::consts::EXE_SUFFIX)));
    let programs = programs.filter(|program| program.canonicalize().is_ok_and(|real| seen.insert(real)));
    join_all(programs.map(ask)).await.into_iter().flatten().collect()
}

async fn ask(path: PathBuf) -> Option<PgDump> {
    let mut command = quiet(&path);
    let answer = tokio::time::timeout(PROGRAM_TIMEOUT, command.arg("--version").output()).await.ok()?.ok()?;
    let version = ServerVersion::of_tool(&String::from_utf8_lossy(&answer.stdout))?;
    Some(PgDump { path, version })
}

/// The folders that `pattern` stands for.
fn folders_of(pattern: &str) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for part in Path::new(pattern) {
        let part = part.to_string_lossy();
        let Some((before, after)) = part.split_once('*') else {
            for folder in &mut found {
                folder.push(part.as_ref());
            }
            continue;
        };
        let fits =
            |name: &str| name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after);
        let below = |folder: &PathBuf| std::fs::read_dir(folder).into_iter().flatten().flatten().collect::<Vec<_>>();
        let entries = found.iter().flat_map(below);
        found = entries.filter(|entry| fits(&entry.file_name().to_string_lossy())).map(|entry| entry.path()).collect();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_folder() {
        let here = env!("CARGO_MANIFEST_DIR");
        let found = folders_of(&format!("{here}/s*/pg_*"));
        assert_eq!(found, [Path::new(here).join("src/pg_dump")]);
        assert_eq!(folders_of("/no such place/*/bin"), Vec::<PathBuf>::new());
    }
}
