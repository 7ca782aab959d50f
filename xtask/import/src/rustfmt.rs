//! Formatting by rustfmt.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Output};

use crate::interruption::uninterrupted;
use crate::output::refuse_long_names;
use crate::scratch::Scratch;
use support::{Failure, Result};

/// The workspace's settings, which also apply to generated code.
const CONFIGURATION: &str = include_str!("../../../rustfmt.toml");

/// Formats the files of a crate, which are all reached from its `src/lib.rs`.
///
/// # Errors
/// If rustfmt cannot be started or does not accept the source, a name is longer than one of a file can be, or the temporary
/// folder cannot be written.
pub fn format(files: &mut [(String, String)]) -> Result<()> {
    refuse_long_names(files.iter().map(|(path, _)| path.as_str()))?;
    let unwritable = |error: io::Error| {
        Failure::new(format!(
            "the temporary folder for formatting is not usable: {error}; set TMPDIR to a usable one"
        ))
    };
    let scratch = Scratch::create(&std::env::temp_dir()).map_err(unwritable)?;
    uninterrupted(|| write(scratch.path(), files)).map_err(unwritable)?;
    run(&scratch.path().join("src/lib.rs"))?;
    for (path, text) in files.iter_mut() {
        *text = fs::read_to_string(scratch.path().join(&*path)).map_err(unwritable)?;
    }
    Ok(())
}

fn write(folder: &Path, files: &[(String, String)]) -> io::Result<()> {
    for (path, text) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)?;
    }
    fs::write(folder.join("rustfmt.toml"), CONFIGURATION)
}

fn run(root: &Path) -> Result<()> {
    let output = rustfmt(&[Path::new("--edition"), Path::new("2024"), root])?;
    if output.status.success() {
        return Ok(());
    }
    if output.status.code().is_none() {
        return Err(Failure::new(format!(
            "rustfmt was ended by a signal ({}); run again",
            output.status
        )));
    }
    // rustup puts a program of this name on the PATH also where the toolchain lacks it.
    let version = rustfmt(&[Path::new("--version")])?;
    if !version.status.success() {
        return Err(Failure::new(format!(
            "rustfmt is not installed: {}; install it with `rustup component add rustfmt`",
            reason(&version)
        )));
    }
    Err(Failure::new(format!(
        "rustfmt does not accept the generated source: {}; this is a bug of the generator, report it with the CRD or chart",
        reason(&output)
    )))
}

fn rustfmt(arguments: &[&Path]) -> Result<Output> {
    Command::new("rustfmt").args(arguments).output().map_err(|error| {
        Failure::new(format!(
            "rustfmt cannot be started: {error}; install it with `rustup component add rustfmt`"
        ))
    })
}

/// The first lines of what it says.
fn reason(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines().take(3).map(str::trim).collect::<Vec<_>>().join(" ")
}
