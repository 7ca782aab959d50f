//! A run that is stopped, or whose folders are exchanged, between any two of its steps.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::thread;

use super::apply::Step;
use super::tests::{Files, apply, at, contents, files, folder, put, rendered};
use super::{Error, Location, MARKER, Obstacle, SingleFile, apply_in_steps};

/// What a folder holds before a run, and what is rendered: files change, appear and vanish, one moves, one gets another spelling.
fn generations() -> (Files, Files) {
    let before = files([
        ("a/changed.yaml", "old"),
        ("a/same.yaml", "1"),
        ("a/stale.yaml", "old"),
        ("gone/stale.yaml", "old"),
        ("moved/before.yaml", "moved"),
        ("spelling/File.yaml", "old"),
    ]);
    let after = files([
        ("a/changed.yaml", "new"),
        ("a/same.yaml", "1"),
        ("moved/after.yaml", "moved"),
        ("new/1.yaml", "new"),
        ("new/2.yaml", "new"),
        ("spelling/file.yaml", "new"),
    ]);
    (before, after)
}

/// Does something right before a run goes on from its step of this number; false if it has fewer steps.
fn disturbed(root: &Path, desired: &Files, number: usize, disturb: impl FnOnce()) -> bool {
    let (mut steps, mut disturb) = (0, Some(disturb));
    // Whether the run succeeds is not what is asked.
    let _ = apply_in_steps(&at(root), desired, &mut |_| {
        if steps == number {
            disturb.take().into_iter().for_each(|disturb| disturb());
        }
        steps += 1;
    });
    disturb.is_none()
}

#[test]
fn a_run_that_ends_after_any_step_leaves_whole_files_and_loses_none() {
    let (before, after) = generations();
    for number in 0.. {
        let folder = folder();
        let root = folder.path();
        apply(root, &before);
        put(root.join("a/.7.render-tmp"), "# Rend");

        // Like a kill: nothing is cleaned up.
        let killed = panic::catch_unwind(AssertUnwindSafe(|| {
            disturbed(root, &after, number, || panic::resume_unwind(Box::new(())))
        }));

        let found = contents(root);
        for (path, text) in &found {
            let whole = [before.get(path), after.get(path)].contains(&Some(text));
            let temporary = path.to_string_lossy().ends_with(".render-tmp");
            assert!(whole || temporary, "{number}: {} has {text}", path.display());
        }
        for path in before.keys().filter(|path| after.contains_key(*path)) {
            assert!(found.contains_key(path), "{number}: {} is lost", path.display());
        }
        let moved = ["moved/before.yaml", "moved/after.yaml"]
            .map(|path| found.contains_key(Path::new(path)));
        assert!(moved.contains(&true), "{number}: what has moved is lost");
        apply(root, &after);
        assert_eq!(contents(root), after, "{number}");
        if killed.is_ok() {
            assert!(number > 10, "{number} steps are not all of them");
            break;
        }
    }
}

#[test]
fn nothing_takes_its_place_before_it_is_on_the_disk_and_nothing_goes_before_that() {
    let (before, after) = generations();
    let folder = folder();
    apply(folder.path(), &before);
    put(folder.path().join("a/.7.render-tmp"), "# Rend");
    let mut steps = Vec::new();

    apply_in_steps(&at(folder.path()), &after, &mut |step| steps.push(step)).expect("no obstacle");

    steps.dedup();
    assert_eq!(
        steps,
        [
            Step::Cleared,
            Step::Staged,
            Step::Synced,
            // The old spelling, which may be the same file.
            Step::Removed,
            Step::Renamed,
            Step::Placed,
            Step::Removed
        ]
    );
}

/// Puts a link to a folder of somebody else in the place of a folder, if it is there; that one is moved aside.
fn exchange(root: &Path, bundle: &str) -> io::Result<()> {
    let aside = root.with_file_name("aside");
    match fs::rename(root.join(bundle), aside) {
        Ok(()) => symlink("../outside", root.join(bundle)),
        Err(_) => Ok(()),
    }
}

/// A folder of somebody else that has every file of the folders, with the marker.
fn outside(folder: &Path, of: [&Files; 2]) -> Files {
    let names = of.into_iter().flat_map(Files::keys);
    let names = names.map(|path| path.file_name().expect("a name").to_string_lossy());
    let mut files: Files =
        names.map(|name| (name.as_ref().into(), rendered("not yours"))).collect();
    files.insert(".1.render-tmp".into(), rendered("not yours"));
    for (name, text) in &files {
        put(folder.join("outside").join(name), text);
    }
    files
}

#[test]
fn a_folder_that_becomes_a_link_at_any_step_leads_nowhere() {
    let (before, after) = generations();
    for bundle in ["a", "gone", "moved", "new", "spelling"] {
        for number in 0.. {
            let folder = folder();
            let root = folder.path().join("dev");
            apply(&root, &before);
            let others = outside(folder.path(), [&before, &after]);

            let reached = disturbed(&root, &after, number, || {
                exchange(&root, bundle).expect("a link");
            });

            assert_eq!(contents(&folder.path().join("outside")), others, "{bundle}, {number}");
            if !reached {
                break;
            }
        }
    }
}

#[test]
fn a_folder_that_keeps_becoming_a_link_leads_nowhere() {
    let (before, after) = generations();
    let folder = folder();
    let root = folder.path().join("dev");
    apply(&root, &before);
    let others = outside(folder.path(), [&before, &after]);
    thread::scope(|scope| {
        let runs = scope.spawn(|| {
            for _ in 0..100 {
                for desired in [&after, &before] {
                    let _ = super::apply(&at(&root), desired);
                }
            }
        });
        while !runs.is_finished() {
            // The run may be quicker, and make another one.
            let _ = exchange(&root, "a");
            let _ = fs::remove_file(root.join("a"));
            let _ = fs::rename(folder.path().join("aside"), root.join("a"));
            let _ = fs::remove_dir_all(folder.path().join("aside"));
        }
    });
    assert_eq!(contents(&folder.path().join("outside")), others);
}

#[test]
fn a_file_with_another_name_elsewhere_is_replaced_and_not_written_through() {
    let folder = folder();
    let root = folder.path().join("dev");
    apply(&root, &files([("a/x.yaml", "1")]));
    let other = folder.path().join("other");
    fs::hard_link(root.join("a/x.yaml"), &other).expect("a hard link");

    assert_eq!(apply(&root, &files([("a/x.yaml", "2")])).changed, 1);

    assert_eq!(fs::read_to_string(&other).expect("a file"), rendered("1"));
}

#[test]
fn only_files_in_the_folders_of_bundles_are_ours() {
    let folder = folder();
    let root = folder.path();
    let desired = files([("a/x.yaml", "1")]);
    apply(root, &desired);
    let others = files([
        ("directly.yaml", "1"),
        ("a/deep/stale.yaml", "1"),
        ("projects/manifests/snapshots/dev/a/x.yaml", "1"),
        ("projects/manifests/stale.yaml", "1"),
    ]);
    for (path, text) in &others {
        put(root.join(path), text);
    }

    let applied = super::apply(&at(root), &desired).expect("no obstacle");

    assert_eq!(applied.counts.removed, 0);
    assert_eq!(applied.foreign, [root.join("directly.yaml")]);
    assert_eq!(contents(root), desired.into_iter().chain(others).collect());
}

#[test]
fn a_foreign_file_may_be_of_any_size() {
    let folder = folder();
    let root = folder.path();
    apply(root, &files([("a/x.yaml", "1")]));
    for name in ["foreign.yaml", "x.yaml", ".1.render-tmp"] {
        // A hole, which takes no space on the disk, and more memory than there is.
        let file = File::create(root.join("a").join(name)).expect("a file");
        file.set_len(1 << 40).expect("a file system with sparse files");
    }
    let nothing = Files::new();
    let foreign = super::apply(&at(root), &nothing).expect("no obstacle").foreign;
    assert_eq!(foreign, [root.join("a/foreign.yaml"), root.join("a/x.yaml")]);

    let error = super::apply(&at(root), &files([("a/x.yaml", "2")])).expect_err("an obstacle");
    assert!(matches!(error, Error::Refused { obstacle: Obstacle::ForeignFile, .. }), "{error}");
}

#[test]
fn no_link_is_followed_below_the_folder_that_was_named() {
    let desired = files([("a/x.yaml", "1")]);
    for (link, target) in
        [("snapshots", "outside"), ("snapshots/dev", "../outside"), ("snapshots", "nowhere")]
    {
        let folder = folder();
        let others = outside(folder.path(), [&desired, &desired]);
        let link = folder.path().join(link);
        fs::create_dir_all(link.parent().expect("a parent")).expect("a folder");
        symlink(target, &link).expect("a link");

        let tree = super::apply(&Location::new(folder.path(), "snapshots/dev"), &desired);
        let single = Location::new(folder.path(), "snapshots/dev");
        let text = rendered("1");
        let single = SingleFile::read(single, "x.yaml", Some(&text)).map(|file| file.is_current());

        for error in [tree.expect_err("a link"), single.expect_err("a link")] {
            match error {
                Error::Refused { path, obstacle: Obstacle::SymbolicLink } => assert_eq!(path, link),
                other => panic!("{other}"),
            }
        }
        assert_eq!(contents(&folder.path().join("outside")), others);
        assert!(!folder.path().join("nowhere").exists());
    }
}

#[test]
fn a_link_to_nowhere_above_the_folder_is_named() {
    let folder = folder();
    let link = folder.path().join("link");
    symlink("nowhere", &link).expect("a link");
    for named in [link.clone(), link.join("deep")] {
        let error = super::apply(&Location::new(&named, "dev"), &files([("a/x.yaml", "1")]));
        match error.expect_err("a link") {
            Error::Refused { path, obstacle: Obstacle::DanglingLink } => assert_eq!(path, link),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn a_path_longer_than_the_system_takes_is_no_obstacle_below_the_folder() {
    let folder = folder();
    let below = vec!["x".repeat(250); 15].join("/");
    let desired = files([("a/x.yaml", "1")]);
    let location = Location::new(folder.path(), format!("{below}/{below}"));

    assert_eq!(super::apply(&location, &desired).expect("no obstacle").counts.created, 1);
    assert_eq!(super::apply(&location, &desired).expect("no obstacle").counts.unchanged, 1);
}

#[test]
fn a_single_file_is_replaced_removed_and_never_somebody_elses() {
    let folder = folder();
    let location = || Location::new(folder.path(), "reviews/dev");
    let path = folder.path().join("reviews/dev/page.md");
    let write = |text: Option<&str>| {
        let file = SingleFile::read(location(), "page.md", text)?;
        file.write().map(|()| file.is_current())
    };
    let (one, two) = (rendered("1"), rendered("2"));

    assert!(!write(Some(&one)).expect("no obstacle"));
    put(folder.path().join("reviews/dev/.1.render-tmp"), MARKER);
    put(folder.path().join("reviews/dev/.mine.render-tmp"), MARKER);
    assert!(!write(Some(&two)).expect("no obstacle"));
    assert_eq!(fs::read_to_string(&path).expect("a file"), two);
    assert!(!write(None).expect("no obstacle"));
    assert_eq!(
        contents(folder.path()),
        Files::from([("reviews/dev/.mine.render-tmp".into(), MARKER.into())])
    );

    put(path.clone(), "mine\n");
    assert!(write(None).expect("not ours, so there is nothing to remove"));
    let error = write(Some(&one)).expect_err("a foreign file");
    assert!(matches!(error, Error::Refused { obstacle: Obstacle::ForeignFile, .. }), "{error}");
    assert_eq!(fs::read_to_string(&path).expect("a file"), "mine\n");
}
