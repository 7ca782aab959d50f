//! The environments of this checkout, as the commands see them.

use std::process::{Command, Output};

fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .output()
        .expect("the program that was just built")
}

#[test]
fn the_snapshots_are_what_is_rendered() {
    let output = xtask(&["render", "--check"]);
    assert!(
        output.status.success(),
        "the snapshots differ from what the code renders:\n{}{}\nread the difference; if it is what you want: cargo xtask render",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// `cluster up` asks first whether the nodes of each group hold the pods of the platform.
#[test]
fn every_cluster_has_room() {
    for entry in environments::ALL {
        let output = xtask(&["cluster", "up", entry.name, "--dry-run"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
