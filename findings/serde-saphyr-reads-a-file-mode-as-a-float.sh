#!/usr/bin/env bash
# serde-saphyr 2.2.0 (crates.io), reading plain scalars of a Compose file into
# serde_json::Value.
#
# YAML 1.2 knows `0440` as the integer 440, YAML 1.1 as 288 (octal); one would guess
# either. It becomes the float 440.0, so that asking the value for an integer gives
# nothing. `yes` and `off` become booleans, as in YAML 1.1, although `0o14` is read as
# in 1.2.
#
# Whoever reads the `mode:` of a config or secret with it has to ask for text.
set -euo pipefail
command -v cargo >/dev/null || { echo "this needs cargo" >&2; exit 2; }
cd "$(mktemp -d)"
mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "probe"
version = "0.0.0"
edition = "2021"
[dependencies]
serde-saphyr = "=2.2.0"
serde_json = "=1.0.154"
TOML
cat >src/main.rs <<'RUST'
fn main() {
    let text = "mode: 0440\nlong: 0o440\nyes: yes\noff: off\nquoted: '0440'\n";
    let value: serde_json::Value = serde_saphyr::from_str(text).unwrap();
    println!("{value} {:?} {:?}", value["mode"].as_u64(), value["long"].as_u64());
    // The same text, asked for as text, is what was written.
    let text: std::collections::BTreeMap<String, String> = serde_saphyr::from_str("mode: 0440\n").unwrap();
    println!("{}", text["mode"]);
}
RUST
seen=$(cargo run --quiet 2>/dev/null)
printf '%s\n' "$seen"
expected='{"long":288,"mode":440.0,"off":false,"quoted":"0440","yes":true} None Some(288)
0440'
[ "$seen" = "$expected" ] || { echo "it does something else now" >&2; exit 1; }
echo "serde-saphyr 2.2.0 made 0440 the float 440.0"
