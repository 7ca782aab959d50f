//! The page is what its recipes say, and every environment has them.

use std::fs;
use std::path::Path;

use cookbook::environments::ALL;
use cookbook::page::{COMMAND, page};
use similar::TextDiff;

#[test]
fn the_page_is_made_of_the_recipes() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cookbook.md");
    let (written, made) = (fs::read_to_string(file).unwrap_or_default(), page());
    let difference = TextDiff::from_lines(&written, &made);
    let difference = difference.unified_diff().header("docs/cookbook.md", "recipes").to_string();
    assert!(
        written == made,
        "docs/cookbook.md is not what the recipes are; write it anew: {COMMAND}\n{difference}"
    );
}

#[test]
fn no_recipe_falls_out_of_the_language() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/recipes");
    for entry in fs::read_dir(folder).expect("recipes") {
        let path = entry.expect("an entry").path();
        let source = fs::read_to_string(&path).expect("text");
        for way_out in [".patch(", ".add("] {
            assert!(!source.contains(way_out), "{}: {way_out}", path.display());
        }
    }
}

#[test]
fn every_environment_builds() {
    for entry in ALL {
        let built = (entry.environment)().platform.build();
        let errors: Vec<_> = built.err().into_iter().flatten().map(|it| it.to_string()).collect();
        assert!(errors.is_empty(), "{}:\n{}", entry.name, errors.join("\n"));
    }
}
