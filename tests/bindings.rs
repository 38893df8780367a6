//! The generated TypeScript is the one in the repository.

use std::path::Path;

/// Writes the bindings when `SELVAGE_WRITE_BINDINGS` is set; otherwise fails
/// when they are stale.
#[test]
fn bindings_are_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/ipc/bindings.ts");
    let fresh = tempfile::NamedTempFile::new().expect("a temporary file");
    selvage_app::ipc::commands()
        .export(specta_typescript::Typescript::default(), fresh.path())
        .expect("the commands export");
    let text = std::fs::read_to_string(fresh.path()).expect("the export is text");
    if std::env::var_os("SELVAGE_WRITE_BINDINGS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("the folder");
        std::fs::write(&path, &text).expect("the bindings are written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "ui/src/ipc/bindings.ts is stale: run `make bindings`");
}

/// A problem is known by its code alone: what is stored, and what a script reads.
#[test]
fn no_two_problems_have_the_same_code() {
    let text = include_str!("../ui/src/ipc/bindings.ts");
    let codes: Vec<_> = text.split("code: \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let twice: Vec<_> = codes.iter().filter(|code| codes.iter().filter(|other| other == code).count() > 1).collect();
    assert!(codes.len() > 80, "{} codes", codes.len());
    assert!(twice.is_empty(), "{twice:?}");
}
