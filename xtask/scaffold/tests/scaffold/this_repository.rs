//! The files of this repository have the places for what is new.

use std::path::Path;

use crate::support::{Scratch, files};

#[test]
fn each_kind_of_thing_has_its_places() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let scratch = Scratch::new();
    std::fs::remove_dir_all(scratch.path("environments")).expect("a folder");
    let mut environment = None;
    for folder in ["environments", "services/src"] {
        for (path, text) in files(&root.join(folder)) {
            if let ("environments", Some((name, "src/lib.rs"))) = (folder, path.split_once('/')) {
                environment = Some(name.to_owned());
            }
            scratch.write(&format!("{folder}/{path}"), &text);
        }
    }
    let environment = environment.expect("an environment");
    for arguments in [
        &["service", "a-new-service"][..],
        &["tool", "a-new-tool"],
        &["environment", "a-new-environment", "--like", &environment],
    ] {
        let outcome = scratch.run(arguments);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{arguments:?}");
    }
}
