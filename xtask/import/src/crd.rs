//! `import crd`: the crate `custom-resources` from released CRDs.

mod declarations;
mod definition;
mod documentation;
mod exclusive;
mod facts;
mod generate;
mod group_version;
mod keep;
mod kubernetes;
#[cfg(test)]
mod laws;
mod lock;
mod names;
mod path;
mod record;
mod schema;
mod schemas;
mod select;
mod tree;
mod types;
mod typing;

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use released::{Places, sha256};

use crate::lock_file;
use crate::output::{Changes, File, stamped};
use crate::rustfmt;
use lock::{Lock, LockedSource};
use names::Naming;
use record::Record;
use select::Locked;
use support::visible;
use support::{Failure, Result, tell};
use tree::Tree;

const EXAMPLES: &str = "\
Examples:
  cargo xtask crd import                     after a change of crds.toml
  cargo xtask crd import --from releases     without a network, from files below the folder releases and the cache
  cargo xtask crd import --check             print what would change, for CI
  cargo xtask crd import --repin             after a change of releases: takes the new digests, too

Exit codes: 0 no differences, 1 differences found by --check, 2 could not run.";

/// Generate the Rust types of custom resources from released CRDs.
///
/// crds.toml lists the released files with release and sha256, and the kinds to generate of each. Without --from every
/// file is downloaded from its URL, once: it is kept in manifests-released below `XDG_CACHE_HOME` or ~/.cache. Nothing is used
/// before its sha256 has been checked. Changed files are written atomically; generated files that are no longer needed are
/// removed; files that were not generated are never touched.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Arguments {
    /// Read the released files from this file or folder, and what it lacks from the cache, instead of the network.
    ///
    /// Below a folder, the file with the listed sha256 is taken, whatever its name. All files that are nowhere are listed at
    /// once, with the commands that download them.
    #[arg(long, value_name = "FILE|DIR")]
    from: Option<PathBuf>,

    /// Download what --from lacks.
    #[arg(long, requires = "from", conflicts_with = "all")]
    download: bool,

    /// Print what would change as a unified diff, without writing anything, and exit with 1 if anything would.
    #[arg(long)]
    check: bool,

    /// First write the sha256 of what the URLs hold now into crds.toml, after a change of release and url there.
    ///
    /// Whoever commits it vouches for the files: read what changed between the releases.
    #[arg(long, conflicts_with_all = ["from", "check"])]
    repin: bool,

    /// Add upstream's descriptions to the doc comments; without it they hold facts only.
    #[arg(long)]
    docs: bool,

    /// Generate every kind in every served version in --from, without crds.toml: for exploring a release.
    ///
    /// Reads files that end in .yaml, .yml or .json. What cannot be read is left out, and told at the end.
    #[arg(long, requires = "from", requires = "output")]
    all: bool,

    /// The folder of the crate to write, manifests-lib/custom-resources of the repository by default.
    ///
    /// Files go to its src folder, names.tsv and schemas.tsv beside it. Its Cargo.toml is yours: it depends on k8s-openapi, serde and `serde_json`.
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,

    /// The list of sources and kinds, crds.toml of manifests-lib/custom-resources by default.
    #[arg(long, value_name = "FILE", conflicts_with = "all")]
    lock: Option<PathBuf>,
}

/// Regenerates, or compares with `--check`.
///
/// # Errors
/// If the sources do not match crds.toml, or cannot be typed, or the output cannot be written. Nothing is written before
/// everything has been generated.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    // Whoever names both places needs no checkout.
    let home = || Ok(support::workspace()?.join("manifests-lib/custom-resources"));
    let output = arguments.output.clone().map_or_else(home, Ok)?;
    let (Locked { kinds, schemas }, mut left_out, origin) = match &arguments.from {
        Some(from) if arguments.all => {
            let (kinds, left_out) = select::everything(from)?;
            let schemas = BTreeMap::new();
            (
                Locked { kinds, schemas },
                left_out,
                from.file_name().unwrap_or_default().display().to_string(),
            )
        }
        from => {
            let lock_file = arguments
                .lock
                .clone()
                .map_or_else(|| home().map(|home| home.join("crds.toml")), Ok)?;
            let text = fs::read_to_string(&lock_file).map_err(|error| {
                Failure::new(format!(
                    "{} cannot be read: {error}; name the list of sources with --lock",
                    lock_file.display()
                ))
            })?;
            let name = lock_file.display().to_string();
            let text = if arguments.repin {
                lock_file::repin(&lock_file, text, select::NAMES, |text| {
                    let lock = Lock::read(&name, text)?;
                    Ok(lock.sources.iter().map(LockedSource::file).collect())
                })?
            } else {
                text
            };
            let lock = Lock::read(&name, &text)?;
            (
                select::locked(&lock, Places::of(from.as_deref(), arguments.download))?,
                Vec::new(),
                format!("crds.toml, sha256 {}", sha256(text.as_bytes())),
            )
        }
    };
    let naming = if arguments.all { Naming::Derived } else { Naming::Chosen };
    let mut tree = tree::tree(&kinds, naming, &record(&output)?, arguments.docs)?;
    left_out.append(&mut tree.left_out);
    if tree.kinds == 0 {
        return Err(Failure::new(left_out.join("\n")));
    }
    let count = tree.kinds;
    let mut files = generate(tree, &origin, arguments)?;
    if !schemas.is_empty() {
        let text = stamped(COMMAND, &[visible(&origin)], &schemas::text(&schemas));
        files.push(File { path: SCHEMAS.to_owned(), text });
    }
    let changes = Changes::find(&output, files)?;
    for kind in kinds.iter().filter(|kind| kind.is_untyped()) {
        tell(format_args!(
            "{} of {} has no schema: its properties are serde_json::Value",
            kind.name,
            kind.api_version()
        ));
    }
    for sentence in &left_out {
        tell(format_args!("left out: {}", visible(sentence)));
    }
    if arguments.check {
        support::output::print(&changes.diff())?;
        return Ok(ExitCode::from(u8::from(!changes.is_empty())));
    }
    let changes = changes.apply()?;
    tell(format_args!(
        "{count} {} in {}: {}",
        if count == 1 { "kind" } else { "kinds" },
        output.display(),
        changes.summary()
    ));
    Ok(ExitCode::SUCCESS)
}

/// How the user starts this.
const COMMAND: &str = "cargo xtask crd import";

/// The file of the schemas of all kinds.
const SCHEMAS: &str = "schemas.tsv";

/// The file of the names that types have.
const RECORD: &str = "names.tsv";

/// The names that the types of the crate have; empty if it is new.
fn record(output: &Path) -> Result<Record> {
    let file = output.join(RECORD);
    match fs::read_to_string(&file) {
        Ok(text) => Ok(Record::read(&text)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(Record::default())
        }
        Err(error) => Err(Failure::new(format!(
            "{} cannot be read: {error}; restore it from git",
            file.display()
        ))),
    }
}

fn generate(tree: Tree, origin: &str, arguments: &Arguments) -> Result<Vec<File>> {
    let mut formatted: Vec<(String, String)> =
        tree.sources.iter().map(|source| (source.path.clone(), source.text.clone())).collect();
    rustfmt::format(&mut formatted)?;
    let mut command = COMMAND.to_owned();
    command.push_str(if arguments.all { " --all" } else { "" });
    command.push_str(if arguments.docs { " --docs" } else { "" });
    let files = tree.sources.into_iter().zip(formatted).map(|(source, (path, body))| {
        let mut origins: Vec<String> =
            source.origins.iter().map(|origin| visible(origin)).collect();
        if origins.is_empty() {
            origins.push(visible(origin));
        }
        File { path, text: stamped(&command, &origins, &body) }
    });
    let mut files: Vec<File> = files.collect();
    let text = stamped(&command, &[visible(origin)], &tree.record.text());
    files.push(File { path: RECORD.to_owned(), text });
    Ok(files)
}
