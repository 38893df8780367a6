//! What a list of many deployments costs, beside the same of an earlier build.

use std::path::Path;
use std::process::Command;

use super::{median, run};

const DEPLOYMENTS: &str = "200";
const RUNS: &str = "1500";

/// `SELVAGE_BASE` names the earlier binary. What both list was written by the earlier one, so that
/// the newer one has carried it over.
pub fn compare(binary: &str, rounds: usize) {
    let Ok(base) = std::env::var("SELVAGE_BASE") else {
        println!("\nA list of {DEPLOYMENTS} deployments: SELVAGE_BASE names no earlier build to compare with");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (theirs, ours) = (folder.path().join("theirs"), folder.path().join("ours"));
    list(&base, &theirs);
    let filler = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/many_deployments.py");
    run(Command::new("python3").arg(filler).arg(&theirs).args([DEPLOYMENTS, RUNS]));
    run(Command::new("cp").arg("-r").arg(&theirs).arg(&ours));
    list(binary, &ours);
    let both = (0..rounds.max(5)).map(|_| (user_seconds(binary, &ours), user_seconds(&base, &theirs)));
    let (our_times, their_times): (Vec<f64>, Vec<f64>) = both.unzip();
    let ratios: Vec<f64> = our_times.iter().zip(&their_times).map(|(ours, theirs)| ours / theirs).collect();
    println!(
        "\nA list of {DEPLOYMENTS} deployments of {RUNS} runs: {:.3} s of user time, {:.3} of the earlier build's {:.3} s",
        median(&our_times),
        median(&ratios),
        median(&their_times)
    );
}

fn list(binary: &str, data: &Path) {
    run(Command::new(binary).arg("--data-dir").arg(data).args(["deployment", "list"]));
}

/// As the shell accounts for its children.
fn user_seconds(binary: &str, data: &Path) -> f64 {
    let script = r#"TIMEFORMAT=%U; time "$1" --data-dir "$2" deployment list >/dev/null"#;
    let output = Command::new("bash").args(["-c", script, "bash", binary]).arg(data).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stderr).trim().parse().unwrap()
}
