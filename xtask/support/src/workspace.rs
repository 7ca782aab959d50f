//! Where the workspace is.

use std::path::{Path, PathBuf};

/// The root of the workspace that this program was built from, whatever the current folder is.
pub fn workspace() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// A path in the workspace, relative to the current folder where possible.
pub fn in_workspace(path: &str) -> PathBuf {
    let absolute = workspace().join(path);
    let relative = std::env::current_dir()
        .ok()
        .and_then(|directory| absolute.strip_prefix(directory).map(Path::to_path_buf).ok());
    relative.unwrap_or(absolute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_where_the_lock_of_cargo_is() {
        assert!(workspace().join("Cargo.lock").is_file());
    }
}
