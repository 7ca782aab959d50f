//! Formatting by rustfmt.

use std::fs;
use std::path::Path;
use std::process::Command;

use support::{Failure, Result};

/// The workspace's settings, which also apply to generated code.
const CONFIGURATION: &str = include_str!("../../../rustfmt.toml");

/// Formats the files of a crate, which are all reached from its `src/lib.rs`.
///
/// # Errors
/// If rustfmt cannot be started or does not accept the source, or the temporary folder cannot be written.
pub fn format(files: &mut [(String, String)]) -> Result<()> {
    let unwritable = |error: std::io::Error| {
        Failure::new(format!(
            "the temporary folder for formatting is not usable: {error}; set TMPDIR to a usable one"
        ))
    };
    let folder = tempfile::tempdir().map_err(unwritable)?;
    for (path, text) in files.iter() {
        let path = folder.path().join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(unwritable)?;
        }
        fs::write(path, text).map_err(unwritable)?;
    }
    fs::write(folder.path().join("rustfmt.toml"), CONFIGURATION).map_err(unwritable)?;
    run(&folder.path().join("src/lib.rs"))?;
    for (path, text) in files.iter_mut() {
        *text = fs::read_to_string(folder.path().join(&*path)).map_err(unwritable)?;
    }
    Ok(())
}

fn run(root: &Path) -> Result<()> {
    let output = Command::new("rustfmt").args(["--edition", "2024"]).arg(root).output().map_err(
        |error| {
            Failure::new(format!(
                "rustfmt cannot be started: {error}; install it with `rustup component add rustfmt`"
            ))
        },
    )?;
    if output.status.success() {
        return Ok(());
    }
    let reason = String::from_utf8_lossy(&output.stderr);
    let reason: Vec<&str> = reason.lines().take(3).map(str::trim).collect();
    Err(Failure::new(format!(
        "rustfmt does not accept the generated source: {}; this is a bug of the generator, report it with the CRD or chart",
        reason.join(" ")
    )))
}
