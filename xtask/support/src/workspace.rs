//! Which checkout a program works on: decided when it runs, because a built program may be copied, shared between two
//! checkouts by one target folder, or outlive its own.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::{Failure, Result};

/// Set for the programs that a command starts, to the root of its own workspace: the sources of such a program may be elsewhere.
pub const WORKSPACE: &str = "MANIFESTS_WORKSPACE";

/// What `cargo run` sets to the folder of the package that it runs.
const PACKAGE: &str = "CARGO_MANIFEST_DIR";

/// Lies in the root of every workspace that was built.
const LOCK: &str = "Cargo.lock";

/// The root of the workspace that the command which started this program works on; without one, that of the workspace that Cargo
/// runs this program from, whatever the current folder is; without Cargo, the root of the one around the current folder.
///
/// # Errors
/// If there is none, such as when the checkout was moved or removed while the program runs: no other one takes its place.
pub fn workspace() -> Result<PathBuf> {
    let current = env::current_dir().map_err(|error| {
        Failure::new(format!(
            "the current folder cannot be read: {error}; change to a folder of the workspace, then run again"
        ))
    })?;
    root(named(|variable| env::var_os(variable)).as_ref(), &current)
}

/// A path in the workspace, relative to the current folder where possible.
///
/// # Errors
/// Those of [`workspace`].
pub fn in_workspace(path: &str) -> Result<PathBuf> {
    let absolute = workspace()?.join(path);
    let relative = env::current_dir()
        .ok()
        .and_then(|directory| absolute.strip_prefix(directory).map(Path::to_path_buf).ok());
    Ok(relative.unwrap_or(absolute))
}

/// A folder, and the variable that names it.
type Named = (&'static str, OsString);

/// The folder that the environment names: that of the command, if one has started this program.
fn named(read: impl Fn(&str) -> Option<OsString>) -> Option<Named> {
    [WORKSPACE, PACKAGE].into_iter().find_map(|variable| Some((variable, read(variable)?)))
}

fn root(named: Option<&Named>, current: &Path) -> Result<PathBuf> {
    let start = named.map_or(current, |(_, folder)| Path::new(folder));
    if let Some((variable, _)) = named.filter(|_| !start.is_dir()) {
        return Err(Failure::new(format!(
            "{}, which the variable {variable} names, is no folder: the checkout was moved or removed, or the variable is set by hand; \
             run `cargo xtask` again in the checkout that you mean",
            start.display()
        )));
    }
    let found = start.ancestors().find(|folder| folder.join(LOCK).is_file());
    found.map(Path::to_path_buf).ok_or_else(|| {
        Failure::new(format!(
            "no workspace: neither {} nor a folder above it has a {LOCK}; run `cargo xtask` in the checkout that you mean",
            start.display()
        ))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A folder of this test alone, with two checkouts in it.
    struct Checkouts(PathBuf);

    impl Checkouts {
        fn new(name: &str) -> Self {
            let folder = env::temp_dir().join(format!("workspace-{name}-{}", std::process::id()));
            for checkout in ["one", "two"] {
                let checkout = folder.join(checkout);
                fs::create_dir_all(checkout.join("xtask/src")).expect("a writable folder");
                fs::write(checkout.join(LOCK), "").expect("a writable folder");
            }
            Self(folder)
        }

        fn root(&self, package: Option<&str>, current: &str) -> Result<PathBuf> {
            let named = package.map(|package| (PACKAGE, self.0.join(package).into_os_string()));
            root(named.as_ref(), &self.0.join(current))
        }
    }

    impl Drop for Checkouts {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn cargo_says_which_checkout_it_is() {
        let checkouts = Checkouts::new("cargo");
        let root = checkouts.root(Some("one/xtask"), "two/xtask/src");
        assert_eq!(root, Ok(checkouts.0.join("one")));
    }

    #[test]
    fn a_command_says_it_before_cargo_does() {
        let both = |variable: &str| Some(OsString::from(variable));
        assert_eq!(named(both), Some((WORKSPACE, WORKSPACE.into())));
        let by_cargo = |variable: &str| (variable == PACKAGE).then(|| variable.into());
        assert_eq!(named(by_cargo), Some((PACKAGE, PACKAGE.into())));
    }

    #[test]
    fn without_cargo_it_is_the_one_around_the_current_folder() {
        let checkouts = Checkouts::new("current");
        assert_eq!(checkouts.root(None, "two/xtask/src"), Ok(checkouts.0.join("two")));
    }

    #[test]
    fn nothing_takes_the_place_of_a_checkout_that_is_gone() {
        let checkouts = Checkouts::new("gone");
        fs::remove_dir_all(checkouts.0.join("one")).expect("an own folder");
        let failure = checkouts.root(Some("one/xtask"), "two").expect_err("no folder").to_string();
        assert!(failure.contains("one/xtask") && failure.contains(PACKAGE), "{failure}");
    }

    #[test]
    fn a_folder_without_a_workspace_is_named() {
        let checkouts = Checkouts::new("none");
        let failure = checkouts.root(None, "").expect_err("no workspace").to_string();
        assert!(failure.starts_with("no workspace: neither "), "{failure}");
    }
}
