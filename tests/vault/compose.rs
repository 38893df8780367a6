use std::collections::BTreeMap;
use std::process::Command;

use selvage_core::weavestream::env_file::EnvFile;

/// What `docker-compose config` (v1) hands to a service that reads the file.
fn by_compose(text: &str) -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), "").unwrap();
    std::fs::write(folder.path().join("read.env"), text).unwrap();
    let compose = "version: '3'\nservices:\n  one:\n    image: one\n    env_file: read.env\n";
    std::fs::write(folder.path().join("compose.yml"), compose).unwrap();
    // v1 prints YAML alone, which the Python that it is made of reads.
    let line = "docker-compose -f compose.yml config | python3 -c 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))'";
    let output = Command::new("sh").args(["-c", line]).current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = output.stdout;
    let config: serde_json::Value = serde_json::from_slice(&output).unwrap();
    let environment = config["services"]["one"]["environment"].as_object().cloned().unwrap_or_default();
    // In what Compose prints `$` stands as `$$`.
    let text = |value: serde_json::Value| value.as_str().map(|text| text.replace("$$", "$")).unwrap_or_default();
    environment.into_iter().map(|(name, value)| (name, text(value))).collect()
}

fn by_us(text: &str) -> BTreeMap<String, String> {
    let file = EnvFile::parse(text.as_bytes().to_vec()).unwrap();
    let values = file.values().into_iter();
    values.map(|(name, value)| (name.to_owned(), value.expose().to_owned())).collect()
}

/// Files that both versions of Compose read alike.
const ALIKE: &[&str] = &[
    "A=1\nB=two words\nC=\n",
    "A=1\nA=2\n",
    "# remark\n\nA=1\n  B=2\n",
    "A=1\r\nB=2\r\n",
    "A=no newline",
    "export A=1\n",
    "A='single $B #x'\nB=\"double # quoted\"\n",
    "A=x # remark\nB=x#y\nC='x' # remark\n",
    "A = 1\nB= 2\n",
    "A=\"two\nlines\"\n",
    "A=a=b==\nB=postgres://u:p@h:5432/d?x=1&y=2\n",
    "A=\"it's\"\nB='say \"hi\"'\n",
    "A=\"back\\\\slash\"\nB='raw\\n'\n",
    "A=ümläut\nB=\"日本\"\n",
    "KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
];

pub fn agrees() {
    for text in ALIKE {
        assert_eq!(by_us(text), by_compose(text), "{text:?}");
    }
}
