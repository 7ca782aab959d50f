//! Writes a page for each rule, and the constants of their names: `cargo run -p analysis --example pages`.

use std::fs;
use std::io;
use std::path::Path;

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
    fs::create_dir_all(&folder)?;
    let pages = analysis::report::pages();
    for entry in fs::read_dir(&folder)? {
        let entry = entry?;
        if !pages.contains_key(&*entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path())?;
        }
    }
    for (name, page) in pages {
        fs::write(folder.join(name), page)?;
    }
    let constants =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../manifests-lib/src/check/rules.rs");
    fs::write(constants, analysis::report::constants())
}
