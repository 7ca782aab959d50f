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
mod lock;
mod names;
mod path;
mod schema;
mod select;
mod tree;
mod types;
mod typing;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use released::{Places, sha256};

use crate::lock_file;
use crate::output::{Changes, File, stamped};
use crate::rustfmt;
use lock::{Lock, LockedSource};
use names::Naming;
use support::{Failure, Result, tell};

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
    #[arg(long, requires = "from", requires = "output")]
    all: bool,

    /// The folder of the crate to write, manifests-lib/custom-resources of the repository by default.
    ///
    /// Files go to its src folder. Its Cargo.toml is yours: it depends on k8s-openapi, serde and `serde_json`.
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
    let home = support::workspace()?.join("manifests-lib/custom-resources");
    let output = arguments.output.clone().unwrap_or_else(|| home.clone());
    let (kinds, origin) = match &arguments.from {
        Some(from) if arguments.all => {
            (select::everything(from)?, from.file_name().unwrap_or_default().display().to_string())
        }
        from => {
            let lock_file = arguments.lock.clone().unwrap_or_else(|| home.join("crds.toml"));
            let text = fs::read_to_string(&lock_file).map_err(|error| {
                Failure::new(format!(
                    "{} cannot be read: {error}; name the list of sources with --lock",
                    lock_file.display()
                ))
            })?;
            let name = lock_file.display().to_string();
            let mut lock = Lock::read(&name, &text)?;
            let text = if arguments.repin {
                let files: Vec<_> = lock.sources.iter().map(LockedSource::file).collect();
                let text = lock_file::repin(&lock_file, text, select::NAMES, &files)?;
                lock = Lock::read(&name, &text)?;
                text
            } else {
                text
            };
            (
                select::locked(&lock, Places::of(from.as_deref(), arguments.download))?,
                format!("crds.toml, sha256 {}", sha256(text.as_bytes())),
            )
        }
    };
    let files = generate(&kinds, &origin, arguments)?;
    let changes = Changes::find(&output, files)?;
    if arguments.check {
        support::output::print(&changes.diff())?;
        return Ok(ExitCode::from(u8::from(!changes.is_empty())));
    }
    let changes = changes.apply()?;
    tell(format_args!(
        "{} {} in {}: {}",
        kinds.len(),
        if kinds.len() == 1 { "kind" } else { "kinds" },
        output.display(),
        changes.summary()
    ));
    Ok(ExitCode::SUCCESS)
}

fn generate(kinds: &[types::Kind], origin: &str, arguments: &Arguments) -> Result<Vec<File>> {
    let naming = if arguments.all { Naming::Derived } else { Naming::Chosen };
    let sources = tree::sources(kinds, naming, arguments.docs)?;
    let mut formatted: Vec<(String, String)> =
        sources.iter().map(|source| (source.path.clone(), source.text.clone())).collect();
    rustfmt::format(&mut formatted)?;
    let mut command = "cargo xtask crd import".to_owned();
    command.push_str(if arguments.all { " --all" } else { "" });
    command.push_str(if arguments.docs { " --docs" } else { "" });
    let files = sources.into_iter().zip(formatted).map(|(source, (path, body))| {
        let mut origins: Vec<String> = source.origins.into_iter().collect();
        if origins.is_empty() {
            origins.push(origin.to_owned());
        }
        File { path, text: stamped(&command, &origins, &body) }
    });
    Ok(files.collect())
}
