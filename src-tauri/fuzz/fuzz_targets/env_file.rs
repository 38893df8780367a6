#![no_main]
//! Any bytes: kept as they are, and what an edit writes is read back.

use libfuzzer_sys::fuzz_target;
use selvage_core::Secret;
use selvage_core::weavestream::env_file::EnvFile;
use selvage_core::weavestream::env_names::KeyUse;
use selvage_core::weavestream::key_set::KeySet;

fuzz_target!(|input: (String, &[u8])| {
    let (value, bytes) = input;
    let Ok(file) = EnvFile::parse(bytes.to_vec()) else { return };
    assert_eq!(file.bytes(), bytes, "a byte is lost");
    for of in KeyUse::OF_DATA {
        let keys = KeySet::read(&file, of);
        assert!(keys.lost_since(&keys).is_empty(), "a set lacks keys of its own");
    }
    // What Compose cannot read may swallow what stands behind it.
    if !file.faults().is_empty() {
        return;
    }
    let names: Vec<String> = file.names().into_iter().map(ToOwned::to_owned).collect();
    for name in names.iter().map(String::as_str).chain(["SELVAGE_NEW"]) {
        let Some(edited) = file.with(name, &Secret::new(value.clone())) else { continue };
        let read = EnvFile::parse(edited.bytes().to_vec()).expect("an edit is a file");
        assert_eq!(read.get(name).map(Secret::expose), Some(value.as_str()), "an edit of {name} is not read back");
    }
});
