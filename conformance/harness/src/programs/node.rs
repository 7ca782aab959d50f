//! Installs a package of the npm registry into the cache, once, for the file that it carries.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use released::sha256;

use super::Machine;
use super::build;
use super::table::NodePackage;
use crate::process::{self, ended};
use crate::watchdog::Watchdog;
use crate::{Failure, cannot_write, progress};

/// The files of the folder that pin the package and all that it depends on, by version and digest.
const PINS: [&str; 2] = ["package.json", "package-lock.json"];

/// The file of the package, and the version that is pinned.
pub fn file(
    machine: &Machine,
    watchdog: &Watchdog,
    package: NodePackage,
) -> Result<(PathBuf, String), Failure> {
    let source = machine.modules.join(package.folder);
    let mut pins = Vec::new();
    for name in PINS {
        let pin = source.join(name);
        let text = fs::read_to_string(&pin).map_err(|error| {
            Failure::new(format!("{} cannot be read: {error}; restore it from git", pin.display()))
        })?;
        pins.push((name, text));
    }
    let all: Vec<&str> = pins.iter().map(|(_, text)| text.as_str()).collect();
    let mut key = sha256(all.join(package.file).as_bytes());
    key.truncate(16);
    let name = Path::new(package.file).file_name().unwrap_or_default();
    let folder = build::kept(&machine.cache, package.folder, &key, |partial| {
        install(machine, watchdog, package, &pins, &partial.join(name))
    })?;
    Ok((
        folder.join(name),
        format!("of the package {} {}", package.folder, version(&pins, package)),
    ))
}

/// The version of the package in its `package.json`.
fn version(pins: &[(&str, String)], package: NodePackage) -> String {
    let mut texts = pins.iter().map(|(_, text)| text);
    let manifest = texts.find_map(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    let version =
        manifest.and_then(|own| own["dependencies"][package.folder].as_str().map(str::to_owned));
    version.unwrap_or_else(|| "of unknown version".to_owned())
}

/// Installs into a folder that goes, and keeps the one file.
fn install(
    machine: &Machine,
    watchdog: &Watchdog,
    package: NodePackage,
    pins: &[(&str, String)],
    kept: &Path,
) -> Result<(), Failure> {
    let name = package.folder;
    let npm = machine.on_path("npm").ok_or_else(|| {
        Failure::new(format!(
            "{name} has to be installed from the npm registry, and there is no `npm` on the PATH: install Node.js (the packages \
             nodejs and npm of Debian and Ubuntu, others on https://nodejs.org/en/download)"
        ))
    })?;
    progress(format_args!("{name}: npm ci"));
    let folder = watchdog.temporary_folder()?;
    for (pin, text) in pins {
        let file = folder.path().join(pin);
        fs::write(&file, text).map_err(|error| cannot_write(&file, &error))?;
    }
    let mut command = Command::new(npm);
    // Nothing of the packages is run: a browser reads the one file.
    command.current_dir(folder.path()).args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]);
    let output = process::run(watchdog, &mut command)?;
    let file = folder.path().join("node_modules").join(package.file);
    if !output.status.success() || !file.is_file() {
        return Err(Failure::new(format!(
            "{name} cannot be installed: npm {}; it needs the network, or a registry that `npm config` names",
            ended(output.status)
        ))
        .with_output(&String::from_utf8_lossy(&output.stderr)));
    }
    fs::copy(&file, kept).map(|_| ()).map_err(|error| {
        Failure::new(format!(
            "{} cannot be written: {error}; make room there or name another folder with XDG_CACHE_HOME",
            kept.display()
        ))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::Program;
    use super::super::tests::{MODULES, machine, programs};

    #[test]
    fn a_missing_npm_says_how_to_get_it() {
        let folder = tempfile::tempdir().unwrap();
        let failure = programs(machine(folder.path())).path(Program::MERMAID).unwrap_err();
        insta::assert_snapshot!(failure, @"mermaid has to be installed from the npm registry, and there is no `npm` on the PATH: install Node.js (the packages nodejs and npm of Debian and Ubuntu, others on https://nodejs.org/en/download)");
    }

    #[test]
    fn all_packages_are_locked_by_digest_and_name_no_registry() {
        let path = format!("{MODULES}/mermaid/package-lock.json");
        let lock: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let packages = lock["packages"].as_object().unwrap();
        assert!(packages.len() > 1);
        for (name, package) in packages.iter().filter(|(name, _)| !name.is_empty()) {
            let digest = package["integrity"].as_str().unwrap_or_default();
            assert!(digest.starts_with("sha512-"), "{name} has the digest {digest:?}");
            assert!(
                package["resolved"].is_null(),
                "{name} names the registry {}",
                package["resolved"]
            );
        }
    }
}
