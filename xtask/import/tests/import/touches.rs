//! `docs/what-it-touches.md` says what the importers start and write: compared with a run of each where `rustfmt` is the only program.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::download::serve;
use crate::support::{crd, lock, sha256};

const PAGE: &str = "../../docs/what-it-touches.md";

/// The programs and the patterns of files of a row of the second table.
fn row(command: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let page = fs::read_to_string(PAGE).expect("the page");
    let (_, section) =
        page.split_once("## Programs that Cargo builds for them\n").expect("the heading");
    let begin = format!("| `{command}` |");
    let line = section.lines().find(|line| line.starts_with(&begin)).expect("a row");
    let cells: Vec<&str> = line.split('|').collect();
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    (quoted(cells[2]), quoted(cells[3]))
}

/// Whether a pattern ends in `/**` or `/*` above the path, or is the path.
fn covers(pattern: &str, path: &str) -> bool {
    if let Some(folder) = pattern.strip_suffix("**") {
        return path.starts_with(folder);
    }
    match pattern.strip_suffix('*') {
        Some(folder) => path.strip_prefix(folder).is_some_and(|name| !name.contains('/')),
        None => pattern == path,
    }
}

fn files(below: &str, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let path = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.file_type().expect("a kind").is_dir() {
            files(&format!("{path}/"), &entry.path(), found);
        } else {
            found.insert(path, fs::read(entry.path()).expect("a file"));
        }
    }
}

/// Runs `import` with these words in a workspace with one lock file, and compares.
fn judge(command: &str, words: &[&str], lock_file: &str, text: &str) {
    let folder = TempDir::new().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    for name in ["home", "tmp", "bin"] {
        fs::create_dir(path(name)).expect("a folder");
    }
    let workspace = path("workspace");
    let lock_file = workspace.join(lock_file);
    fs::create_dir_all(lock_file.parent().expect("a folder")).expect("a folder");
    fs::write(&lock_file, text).expect("a file");
    fs::write(workspace.join("Cargo.lock"), "").expect("a file");
    // That of the toolchain: the one of rustup needs the user's home.
    let cargo = std::env::var("CARGO").expect("Cargo runs tests");
    let rustfmt = Path::new(&cargo).with_file_name("rustfmt");
    let script = format!(
        "#!/bin/sh\necho rustfmt >> '{}'\nexec '{}' \"$@\"\n",
        path("calls").display(),
        rustfmt.display()
    );
    fs::write(path("bin/rustfmt"), script).expect("a file");
    fs::set_permissions(path("bin/rustfmt"), fs::Permissions::from_mode(0o755))
        .expect("an own file");
    let look = || {
        let mut found = BTreeMap::new();
        files("", &workspace, &mut found);
        files("~/", &path("home"), &mut found);
        files("TMPDIR/", &path("tmp"), &mut found);
        found
    };
    let before = look();
    for _ in 0..2 {
        let mut run = Command::new(env!("CARGO_BIN_EXE_import"));
        run.args(words).current_dir(&workspace).env_clear();
        run.env("CARGO_MANIFEST_DIR", &workspace).env("PATH", path("bin"));
        run.env("HOME", path("home")).env("TMPDIR", path("tmp"));
        let output = run.output().expect("the program starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let after = look();
    let changed: Vec<&String> = after
        .keys()
        .chain(before.keys())
        .filter(|path| before.get(*path) != after.get(*path))
        .collect();
    let (programs, patterns) = row(command);
    let calls = fs::read_to_string(path("calls")).expect("calls");
    assert_eq!(calls.lines().map(str::to_owned).collect::<BTreeSet<_>>(), programs);
    for path in &changed {
        assert!(patterns.iter().any(|pattern| covers(pattern, path)), "{command} writes {path}");
    }
    for pattern in &patterns {
        let is_used = changed.iter().any(|path| covers(pattern, path));
        assert!(is_used, "{command} does not write {pattern}");
    }
}

#[test]
fn an_import_of_crds_touches_what_its_row_says() {
    let definition = crd("Example", "{type: object, properties: {name: {type: string}}}");
    let url = format!("http://{}/v1.2.3/example.yaml", serve("200 OK", definition));
    let text = lock(&url, "the release before", "Example", "");
    let words = ["crd", "--repin"];
    judge("crd import --repin", &words, "manifests-lib/custom-resources/crds.toml", &text);
}

#[test]
fn an_import_of_charts_touches_what_its_row_says() {
    let url = format!("http://{}/v1.2.3/values.yaml", serve("200 OK", "a: 1\n".to_owned()));
    let before = sha256(b"the release before");
    let text = format!(
        "[[chart]]\nname = \"example\"\nrepository = \"https://example.org/charts\"\nversion = \"1.2.3\"\nvalues = {{ url = \"{url}\", sha256 = \"{before}\" }}\nkeep = ['a']\n"
    );
    let words = ["chart", "--repin"];
    judge("chart import --repin", &words, "manifests-lib/helm-values/charts.toml", &text);
}
