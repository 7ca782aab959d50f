//! What it takes to write a service stays little.

use std::fs;
use std::path::Path;

/// Lines of a service that are neither blank nor a comment.
const MOST: usize = 30;

#[test]
fn no_service_is_long_or_leaves_the_typed_parts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/services");
    let mut services = 0;
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        let text = fs::read_to_string(&path).expect("a readable file");
        let code: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with("//"))
            .collect();
        let service = path.display();
        assert!(code.len() <= MOST, "{service} has {} lines", code.len());
        for way_out in [".patch(", ".patch_where(", ".add("] {
            assert!(!text.contains(way_out), "{service} has {way_out}");
        }
        services += 1;
    }
    // The cache of the carts is the twelfth.
    assert_eq!(services, 11);
}
