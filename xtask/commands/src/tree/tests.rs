//! What users rely on when the renderer changes a folder.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;

use super::{Counts, Error, Location, MARKER, Obstacle, Plan};

pub(super) type Files = BTreeMap<PathBuf, String>;

/// Contents as the renderer writes them.
pub(super) fn rendered(body: &str) -> String {
    format!("{MARKER}services/src/app/account.rs by cargo xtask render\n{body}\n")
}

/// Rendered files from pairs of path and body.
pub(super) fn files<const N: usize>(pairs: [(&str, &str); N]) -> Files {
    pairs.map(|(path, body)| (PathBuf::from(path), rendered(body))).into()
}

/// A folder that may be reached through links.
pub(super) fn at(root: &Path) -> Location {
    Location::new(root, "")
}

pub(super) fn plan<'files>(root: &Path, files: &'files Files) -> Result<Plan<'files>, Error> {
    Plan::new(&at(root), files)
}

pub(super) fn apply(root: &Path, files: &Files) -> Counts {
    super::apply(&at(root), files).expect("no obstacle and no failing write").counts
}

/// All files below `root` with their contents.
pub(super) fn contents(root: &Path) -> Files {
    let mut found = Files::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read_to_string(&path).expect("a readable file");
                found.insert(path.strip_prefix(root).expect("below").to_owned(), text);
            }
        }
    }
    found
}

/// Metadata that shows whether something was touched.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Stamp {
    path: PathBuf,
    inode: u64,
    mode: u32,
    modified: (i64, i64),
    bytes: Option<Vec<u8>>,
}

/// Everything from `root` down, links not followed.
fn state(root: &Path) -> Vec<Stamp> {
    let mut found = Vec::new();
    let mut paths = vec![root.to_owned()];
    while let Some(path) = paths.pop() {
        let metadata = fs::symlink_metadata(&path).expect("metadata");
        if metadata.is_dir() {
            let entries = fs::read_dir(&path).expect("a folder");
            paths.extend(entries.map(|entry| entry.expect("an entry").path()));
        }
        found.push(Stamp {
            inode: metadata.ino(),
            mode: metadata.mode(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            bytes: metadata.is_file().then(|| fs::read(&path).expect("bytes")),
            path,
        });
    }
    found.sort();
    found
}

pub(super) fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Writes a file that is not rendered, with the folders it needs.
pub(super) fn put(path: PathBuf, text: &str) {
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    fs::write(path, text).expect("a file");
}

/// Asserts that `files` are refused because of `obstacle` at `path`, and that nothing below `watched` has
/// been touched.
fn assert_refused(root: &Path, watched: &Path, files: &Files, path: &str, obstacle: Obstacle) {
    let before = state(watched);
    match plan(root, files) {
        Err(Error::Refused { path: refused, obstacle: reason }) => {
            assert_eq!((refused, reason), (root.join(path), obstacle));
        }
        other => panic!("{path}: not refused: {other:?}"),
    }
    assert_eq!(state(watched), before, "{path}");
}

#[test]
fn creates_the_folder_and_every_file_readable_by_all() {
    let folder = folder();
    let root = folder.path().join("snapshots/dev");
    let files = files([("account/service-a.yaml", "1"), ("order/deployment-b.yaml", "2")]);

    let counts = apply(&root, &files);

    assert_eq!(counts, Counts { created: 2, ..Counts::default() });
    assert_eq!(contents(&root), files);
    for path in files.keys() {
        let mode = fs::metadata(root.join(path)).expect("the file").mode();
        assert_eq!(mode & 0o7777, 0o644);
    }
}

#[test]
fn planning_writes_nothing() {
    let folder = folder();
    let root = folder.path().join("snapshots/dev");
    let files = files([("account/service-a.yaml", "1")]);

    let plan = plan(&root, &files).expect("no obstacle");

    assert_eq!(plan.counts().created, 1);
    assert!(!root.parent().expect("a parent").exists());
}

#[test]
fn no_files_for_no_folder_is_nothing_to_do() {
    let folder = folder();
    let root = folder.path().join("dev");

    assert_eq!(apply(&root, &Files::new()), Counts::default());
    assert!(!root.exists());
}

#[test]
fn leaves_files_with_the_same_bytes_untouched() {
    let folder = folder();
    let old = files([("a/same.yaml", "1"), ("a/other.yaml", "1")]);
    apply(folder.path(), &old);
    let same = folder.path().join("a/same.yaml");
    // A mode that the renderer would not give shows that the file was not touched at all.
    fs::set_permissions(&same, fs::Permissions::from_mode(0o600)).expect("a mode");
    let before = state(&same);

    let counts = apply(folder.path(), &files([("a/same.yaml", "1"), ("a/other.yaml", "2")]));

    assert_eq!(counts, Counts { changed: 1, unchanged: 1, ..Counts::default() });
    assert_eq!(state(&same), before);
    let other = fs::read_to_string(folder.path().join("a/other.yaml")).expect("the file");
    assert_eq!(other, rendered("2"));
}

#[test]
fn applying_again_writes_nothing() {
    let folder = folder();
    let files = files([("a/x.yaml", "1"), ("b/y.yaml", "1")]);
    apply(folder.path(), &files);
    let before = state(folder.path());

    let plan = plan(folder.path(), &files).expect("no obstacle");

    assert!(plan.is_empty());
    assert_eq!(apply(folder.path(), &files).unchanged, 2);
    assert_eq!(state(folder.path()), before);
}

#[test]
fn other_line_ends_are_a_difference() {
    let folder = folder();
    let files = files([("a/x.yaml", "1")]);
    put(folder.path().join("a/x.yaml"), &rendered("1").replace('\n', "\r\n"));

    assert_eq!(apply(folder.path(), &files).changed, 1);
    assert_eq!(contents(folder.path()), files);
}

#[test]
fn removes_stale_files_and_the_folders_they_leave_empty() {
    let folder = folder();
    let root = folder.path();
    apply(root, &files([("gone/x.yaml", "1"), ("kept/x.yaml", "1"), ("mine/x.yaml", "1")]));
    put(root.join("mine/README.md"), "# Rendered from memory\n");
    fs::create_dir(root.join("empty-before")).expect("a folder");

    let counts = apply(root, &files([("kept/y.yaml", "1")]));

    assert_eq!((counts.removed, counts.created), (3, 1));
    assert!(!root.join("gone").exists());
    assert!(!root.join("kept/x.yaml").exists());
    assert!(!root.join("mine/x.yaml").exists());
    assert!(root.join("mine/README.md").exists());
    assert!(root.join("empty-before").exists());
}

#[test]
fn the_folder_itself_stays_when_nothing_is_rendered() {
    let folder = folder();
    apply(folder.path(), &files([("a/x.yaml", "1")]));

    assert_eq!(apply(folder.path(), &Files::new()).removed, 1);
    assert_eq!(state(folder.path()).len(), 1);
}

#[test]
fn refuses_to_overwrite_a_foreign_file() {
    let folder = folder();
    let root = folder.path();
    apply(root, &files([("a/x.yaml", "1"), ("a/stale.yaml", "1")]));
    put(root.join("a/.1234.render-tmp"), "");
    let desired = files([("a/x.yaml", "2"), ("b/x.yaml", "1"), ("c/x.yaml", "1")]);
    // Of several obstacles, the first by path is reported, whatever the order on disk.
    for path in ["c/x.yaml", "b/x.yaml"] {
        put(root.join(path), "kind: Service\n");
    }

    assert_refused(root, root, &desired, "b/x.yaml", Obstacle::ForeignFile);
}

#[test]
fn reports_foreign_files_that_argo_cd_would_read_and_leaves_them_alone() {
    let folder = folder();
    let root = folder.path();
    let foreign = [
        "a/.argocd-source.yaml",
        "a/Kustomization",
        "a/extra.json",
        "a/extra.yml",
        "old/service.yaml",
        "z.jsonnet",
    ];
    for path in foreign {
        put(root.join(path), "x: 1\n");
    }
    symlink("nowhere", root.join("a/link")).expect("a link");
    for path in ["README.md", "a/.gitkeep", "a/notes.txt"] {
        put(root.join(path), "# Rendered from nothing\n");
    }
    let before = state(root);
    let nothing = Files::new();
    let plan = plan(root, &nothing).expect("no obstacle");

    let mut expected: Vec<_> = foreign.iter().map(|path| root.join(path)).collect();
    expected.insert(4, root.join("a/link"));
    assert_eq!(plan.foreign(), expected);
    assert!(plan.is_empty());
    apply(root, &nothing);
    assert_eq!(state(root), before);
}

#[test]
fn never_follows_a_link_below_the_folder() {
    for (link, target) in [
        ("a/x.yaml", "outside/file.yaml"),
        ("a/x.yaml", "outside/missing.yaml"),
        ("a/x.yaml", "outside"),
        ("a", "outside"),
        ("a", "outside/missing"),
    ] {
        let folder = folder();
        let root = folder.path().join("dev");
        put(folder.path().join("outside/file.yaml"), &rendered("not yours"));
        let link_path = root.join(link);
        fs::create_dir_all(link_path.parent().expect("a parent")).expect("a folder");
        symlink(folder.path().join(target), link_path).expect("a link");
        let desired = files([("a/x.yaml", "1"), ("b/x.yaml", "1")]);

        assert_refused(&root, folder.path(), &desired, link, Obstacle::SymbolicLink);
    }
}

#[test]
fn a_link_nobody_needs_is_neither_read_through_nor_removed() {
    let folder = folder();
    let root = folder.path().join("dev");
    put(folder.path().join("outside/stale.yaml"), &rendered("not yours"));
    apply(&root, &files([("a/x.yaml", "1")]));
    symlink("../outside", root.join("old")).expect("a link");
    symlink("../../outside/stale.yaml", root.join("a/old.yaml")).expect("a link");
    let before = state(folder.path());
    let desired = files([("a/x.yaml", "1")]);
    let plan = plan(&root, &desired).expect("no obstacle");

    assert_eq!(plan.foreign(), [root.join("a/old.yaml"), root.join("old")]);
    apply(&root, &desired);
    assert_eq!(state(folder.path()), before);
}

#[test]
fn the_folder_itself_may_be_a_link() {
    let folder = folder();
    fs::create_dir(folder.path().join("real")).expect("a folder");
    let root = folder.path().join("dev");
    symlink("real", &root).expect("a link");
    let desired = files([("a/x.yaml", "1")]);

    apply(&root, &desired);

    assert_eq!(contents(&folder.path().join("real")), desired);
    assert!(root.is_symlink());
}

#[test]
fn refuses_a_folder_that_is_a_file_or_a_link_to_nowhere() {
    let folder = folder();
    let desired = files([("a/x.yaml", "1")]);
    let file = folder.path().join("file");
    put(file.clone(), "");
    assert_refused(&file, folder.path(), &desired, "", Obstacle::File);
    let link = folder.path().join("link");
    symlink("nowhere", &link).expect("a link");
    assert_refused(&link, folder.path(), &desired, "", Obstacle::DanglingLink);
}

#[test]
fn refuses_a_file_where_a_folder_belongs_and_the_reverse() {
    let folder = folder();
    let root = folder.path();
    put(root.join("a"), &rendered("1"));
    let desired = files([("a/x.yaml", "1"), ("b/x.yaml", "1")]);
    assert_refused(root, root, &desired, "a", Obstacle::File);

    fs::remove_file(root.join("a")).expect("removed");
    fs::create_dir_all(root.join("a/x.yaml")).expect("a folder");
    assert_refused(root, root, &desired, "a/x.yaml", Obstacle::Folder);
}

#[test]
fn refuses_a_socket_where_a_file_belongs() {
    let folder = folder();
    let root = folder.path();
    fs::create_dir(root.join("a")).expect("a folder");
    let _socket = UnixListener::bind(root.join("a/x.yaml")).expect("a socket");

    assert_refused(root, root, &files([("a/x.yaml", "1")]), "a/x.yaml", Obstacle::Special);
    let nothing = Files::new();
    let plan = plan(root, &nothing).expect("no obstacle");
    assert_eq!(plan.foreign(), [root.join("a/x.yaml")]);
}

#[test]
fn another_spelling_of_a_rendered_path_makes_way_only_if_it_is_ours() {
    let folder = folder();
    let root = folder.path();
    let desired = files([("account/x.yaml", "1")]);
    put(root.join("Account/X.yaml"), &rendered("1"));
    assert_eq!(apply(root, &desired).removed, 1);
    assert_eq!(contents(root), desired);

    put(root.join("Account/X.yaml"), "kind: Service\n");
    assert_refused(root, root, &desired, "Account/X.yaml", Obstacle::ForeignFile);
}

#[test]
fn removes_what_an_interrupted_run_left_even_if_nothing_else_changes() {
    let folder = folder();
    let root = folder.path();
    let desired = files([("a/x.yaml", "1")]);
    apply(root, &desired);
    put(root.join("a/.1.render-tmp"), &rendered("whole"));
    put(root.join("a/.12343.render-tmp"), "# Rend");
    put(root.join("gone/.2.render-tmp"), "");
    let others = [
        ("a/mine.render-tmp", "# Rendered from"),
        ("a/.mine.render-tmp", "# Rendered from"),
        ("a/..render-tmp", "# Rendered from"),
        ("a/.3.render-tmp.old", "# Rendered from"),
        ("a/.4.render-tmp", "mine"),
        (".5.render-tmp", "# Rendered from"),
        ("a/deep/.6.render-tmp", "# Rendered from"),
    ];
    for (path, text) in others {
        put(root.join(path), text);
    }

    let plan = plan(root, &desired).expect("no obstacle");
    assert!(plan.is_empty());
    assert!(plan.foreign().is_empty());
    apply(root, &desired);

    let mut expected = desired.clone();
    expected.extend(others.map(|(path, text)| (path.into(), text.to_owned())));
    assert_eq!(contents(root), expected);
    assert!(!root.join("gone").exists());
}

#[test]
fn a_place_that_takes_no_files_is_an_error_that_names_it() {
    // No user can create a folder here, not even root; the same holds without /proc if `/` is read-only.
    let root = Path::new("/proc/snapshots");
    let desired = files([("a/x.yaml", "1"), ("b/x.yaml", "1")]);

    let error = super::apply(&at(root), &desired).expect_err("no folder");

    let text = error.to_string();
    assert!(text.starts_with("cannot change `/proc/snapshots`: "), "{text}");
    assert!(text.contains("; 0 of 2 changes are done"), "{text}");
}

#[test]
fn rejects_paths_that_do_not_belong_below_the_folder() {
    let long = format!("{}.yaml", "x".repeat(251));
    for path in [
        "../x.yaml",
        "a/../x.yaml",
        "/a/x.yaml",
        "./x.yaml",
        "a//x.yaml",
        "a/x.yaml/",
        "",
        ".hidden/x.yaml",
        "a/.yaml",
        "a/x.json",
        "a/x",
        "x.yaml",
        "a/b/x.yaml",
        "a/x\n.yaml",
        &long,
    ] {
        let folder = folder();
        let error = plan(&folder.path().join("dev"), &files([(path, "1")]))
            .map(|plan| plan.counts())
            .expect_err(path);
        assert!(matches!(error, Error::InvalidPath { .. }), "{path}");
    }
}

#[test]
fn rejects_rendered_files_that_get_into_each_others_way() {
    let folder = folder();
    for pairs in [["a/x.yaml", "a/X.yaml"], ["a/x.yaml", "A/y.yaml"], ["a/ä.yaml", "a/Ä.yaml"]] {
        let error = plan(folder.path(), &files(pairs.map(|path| (path, "1"))))
            .map(|plan| plan.counts())
            .expect_err(pairs[0]);
        assert!(matches!(error, Error::SameButForCase { .. }), "{error}");
    }
}

#[test]
fn errors_say_what_where_and_the_way_out() {
    let folder = folder();
    let root = folder.path();
    put(root.join("a/foreign.yaml"), "kind: Service\n");
    symlink("nowhere", root.join("link")).expect("a link");
    put(root.join("file"), "");
    let unmarked = Files::from([("a/x.yaml".into(), "kind: Service\n".into())]);
    let error = super::apply(&at(root), &unmarked).expect_err("a mistake of the renderer");
    let mut text = format!("{error}\n");
    for desired in [
        files([("../x.yaml", "1")]),
        files([("a/x.yaml", "1"), ("a/X.yaml", "1")]),
        files([("a/foreign.yaml", "1")]),
        files([("link/x.yaml", "1")]),
        files([("file/x.yaml", "1")]),
    ] {
        let error = plan(root, &desired).expect_err("an obstacle");
        let sentence = error.to_string();
        text += &sentence.replace(&root.display().to_string(), "snapshots/dev");
        text.push('\n');
    }
    insta::assert_snapshot!(text, @r"
    the rendered file `a/x.yaml` does not begin with `# Rendered from `, so the next run would take it for someone else's: begin its contents with that comment
    the rendered path `../x.yaml` is not a plain path relative to the output folder: correct the bundle or object name that it is made of
    the rendered paths `a/X.yaml` and `a/x.yaml` differ only in upper and lower case and are the same file on macOS and Windows: rename one of them
    `snapshots/dev/a/foreign.yaml` is a file that `cargo xtask render` did not write (its first line lacks the marker) where a rendered file belongs; nothing was written: move or delete it, then run again
    `snapshots/dev/link` is a symbolic link, which is never followed, where a rendered file or its folder belongs; nothing was written: move or delete it, then run again
    `snapshots/dev/file` is a file where a folder belongs; nothing was written: move or delete it, then run again
    ");
}

/// Some of six paths, each with one of three contents.
fn any_files() -> impl Strategy<Value = Files> {
    let path = prop::sample::select(vec![
        "a/x.yaml", "a/y.yaml", "a/z.yaml", "b/x.yaml", "b/y.yaml", "c/x.yaml",
    ]);
    prop::collection::btree_map(
        path.prop_map(PathBuf::from),
        prop::sample::select(vec!["1", "2", "3"]).prop_map(rendered),
        0..6,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn the_last_one_wins_whole(first in any_files(), second in any_files()) {
        let folder = folder();
        let root = folder.path();
        put(root.join("a/README.md"), "mine\n");
        apply(root, &first);

        let counts = apply(root, &second);

        let mut expected = second.clone();
        expected.insert("a/README.md".into(), "mine\n".into());
        prop_assert_eq!(contents(root), expected);
        prop_assert_eq!(counts.created + counts.changed + counts.unchanged, second.len());
        prop_assert_eq!(counts.removed, first.keys().filter(|path| !second.contains_key(*path)).count());
        let before = state(root);
        prop_assert_eq!(apply(root, &second).unchanged, second.len());
        prop_assert_eq!(state(root), before);
    }
}
