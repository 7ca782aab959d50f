//! A small workspace below a temporary folder.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use similar::TextDiff;
use tempfile::TempDir;

/// What a run left behind.
pub struct Outcome {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// A workspace with two services, two tools and two environments.
pub struct Scratch {
    folder: TempDir,
}

impl Scratch {
    pub fn new() -> Self {
        let scratch = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        for (path, text) in files(&fixtures) {
            scratch.write(&path, &text);
        }
        let rustfmt = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rustfmt.toml");
        scratch.write("rustfmt.toml", &fs::read_to_string(rustfmt).expect("a file"));
        scratch.write("Cargo.lock", "");
        scratch
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    pub fn write(&self, below: &str, text: &str) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// Replaces a text that is in a file once.
    pub fn edit(&self, below: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(below)).expect("a file");
        assert_eq!(text.matches(from).count(), 1, "{from}");
        self.write(below, &text.replace(from, to));
    }

    /// Every file, by its path.
    pub fn files(&self) -> BTreeMap<String, String> {
        files(self.folder.path())
    }

    pub fn run(&self, arguments: &[&str]) -> Outcome {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scaffold"));
        command.args(arguments);
        self.outcome(command)
    }

    /// The program where no file may have more than this number of KiB, as on a disk that takes no more.
    pub fn run_with_room(&self, kibibytes: u8, arguments: &[&str]) -> Outcome {
        let mut command = Command::new("bash");
        let script = format!("trap '' XFSZ; ulimit -f {kibibytes}; exec \"$@\"");
        command.args(["-c", &script, "bash", env!("CARGO_BIN_EXE_scaffold")]).args(arguments);
        self.outcome(command)
    }

    /// The program with a script in place of Cargo.
    pub fn run_with_cargo(&self, script: &str, arguments: &[&str]) -> Outcome {
        let cargo = self.path("cargo");
        fs::write(&cargo, format!("#!/bin/sh\n{script}\n")).expect("a file");
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("an own file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_scaffold"));
        command.args(arguments).env("CARGO", &cargo);
        let outcome = self.outcome(command);
        fs::remove_file(cargo).expect("an own file");
        outcome
    }

    fn outcome(&self, mut command: Command) -> Outcome {
        // As `cargo run` sets it.
        command.env("CARGO_MANIFEST_DIR", self.path("services"));
        let output = command.output().expect("the program starts");
        Outcome {
            code: output.status.code().expect("the program ends by itself"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// What a run that ends well changes, as a unified diff.
    pub fn diff_of(&self, arguments: &[&str]) -> String {
        let before = self.files();
        let outcome = self.run(arguments);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        let mut diff = String::new();
        for (path, new) in self.files() {
            let old = before.get(&path).map_or("", String::as_str);
            let changes = TextDiff::from_lines(old, &new);
            let from = if old.is_empty() { "/dev/null" } else { &path };
            let _ =
                write!(diff, "{}", changes.unified_diff().context_radius(1).header(from, &path));
        }
        diff
    }
}

/// The text files below a folder, without those behind symbolic links.
pub fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let entry = entry.expect("an entry");
            let (path, kind) = (entry.path(), entry.file_type().expect("an entry"));
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                let below = path.strip_prefix(folder).expect("below").display().to_string();
                found.insert(below, fs::read_to_string(path).expect("UTF-8"));
            }
        }
    }
    found
}
