//! `cargo xtask plan`: what a change does to the cluster, before it is merged.

mod commit;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use analysis::command::plan::{Options, Run, Whole, failed};
use analysis::environment::Environment;
use analysis::objects::{Objects, Read, read};
use charts::{Compared, Locks};
use clap::Args;
use programs::quoted;
use support::{Failure, tell};

use crate::check;
use crate::environment::EnvironmentName;
use commit::Commit;

/// Where the digests of charts' packages are locked, in a repository like this one.
const LOCKS: &str = "manifests-lib/helm-values/charts.toml";

/// Tell what a change does to the cluster: what is created, restarted, must be recreated, is refused, and where data is lost
///
/// Compares the snapshots at the merge base with main with what the code renders now, without a cluster. Each change has its cause,
/// and the line of Rust that wrote the object.
///
/// Exit codes: 0 nothing changes, 1 could not compare, 2 something changes, 3 something has an effect of --fail-on. With --verify:
/// 0 what was reviewed, 1 could not compare, 2 something else.
#[derive(Args)]
pub struct Arguments {
    /// Environments to compare [default: all]
    #[arg(value_name = "ENV")]
    environments: Vec<EnvironmentName>,

    /// What is deployed: a branch, tag or commit, or a folder of manifests [default: the merge base with main]
    #[arg(long, value_name = "REF|DIR")]
    from: Option<String>,

    /// What is to be deployed: a branch, tag or commit, or a folder of manifests [default: what the code renders]
    #[arg(long, value_name = "REF|DIR")]
    to: Option<String>,

    /// Render the charts and kustomizations that differ as well, on both sides, by helm, kubectl and git, so that their objects are
    /// compared: from packages NAME-VERSION.tgz and cloned repositories in DIR, or from their repositories. A package whose digest is not
    /// the locked one is refused
    #[arg(
        long,
        value_name = "DIR",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ""
    )]
    charts: Option<charts::Origin>,

    #[command(flatten)]
    options: Options,
}

/// Where the objects of one side come from.
enum Side {
    Code,
    Folder(PathBuf),
    Commit(Commit),
}

/// Compares environments.
pub fn run(arguments: &Arguments) -> ExitCode {
    compare(arguments).unwrap_or_else(failed)
}

fn compare(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut run = Run::new(&arguments.options, arguments.charts.is_some())?;
    let from = match &arguments.from {
        Some(from) => Side::of(from)?,
        None => Side::Commit(Commit::merge_base()?),
    };
    let to = arguments.to.as_deref().map_or(Ok(Side::Code), Side::of)?;
    let (mut all, mut sides) = (Vec::new(), Vec::new());
    if let (Side::Folder(old), Side::Folder(new)) = (&from, &to)
        && !has_environments(old)
        && !has_environments(new)
    {
        let (old, new) = (folder(None, old)?, folder(None, new)?);
        if arguments.charts.is_some() {
            sides.push((None, old.1, new.1));
            all.push(Compared::new(old.0, new.0));
        } else {
            run.compare(None, old, new);
        }
    } else {
        let mut environments = arguments.environments.clone();
        if environments.is_empty() {
            environments = reviewed(&run)?;
        }
        environments.sort_unstable();
        environments.dedup();
        for name in environments {
            let (old, new) = (from.environment(name)?, to.environment(name)?);
            if arguments.charts.is_some() {
                sides.push((Some(name.to_string()), old.1, new.1));
                all.push(locked(name, Compared::new(old.0, new.0), &from, &to)?);
            } else {
                run.compare(Some(name.to_string()), old, new);
            }
        }
    }
    if let Some(origin) = &arguments.charts {
        // All at once: what several environments deploy is found once.
        let (pairs, is_whole) = charts::see(origin, all)?;
        for ((name, old_is_whole, new_is_whole), (old, new)) in sides.into_iter().zip(pairs) {
            run.compare(name, (old, old_is_whole && is_whole), (new, new_is_whole && is_whole));
        }
    }
    run.conclude()
}

/// The environments of the plan to verify, or else all.
fn reviewed(run: &Run<'_>) -> Result<Vec<EnvironmentName>, Failure> {
    let Some(reviewed) = run.reviewed() else { return Ok(EnvironmentName::all().collect()) };
    let known = reviewed.into_iter().flatten().map(|name| {
        EnvironmentName::named(name).ok_or_else(|| {
            Failure::new(format!(
                "the plan was made of an environment {}, which is no longer there: name the environments to verify",
                quoted(name)
            ))
        })
    });
    known.collect()
}

/// The same with what the code says of the cluster, and the digests of packages that each side was reviewed with.
fn locked(
    name: EnvironmentName,
    compared: Compared,
    from: &Side,
    to: &Side,
) -> Result<Compared, Failure> {
    let built = name.build()?;
    let sources = built.platform.bundles.iter().flat_map(|bundle| &bundle.sources);
    let of_code = Locks::of(sources);
    let of = |side: &Side| -> Result<Locks, Failure> {
        let Side::Commit(commit) = side else { return Ok(of_code.clone()) };
        let Some(text) = commit.file(LOCKS)? else { return Ok(of_code.clone()) };
        let read = Locks::read(&text).map_err(|failure| {
            Failure::new(format!(
                "{LOCKS} of the commit cannot be read: {failure}; compare with another commit"
            ))
        });
        Ok(read?.or(&of_code))
    };
    let kubernetes = Some(built.infrastructure.kubernetes());
    Ok(Compared { kubernetes, locks: [of(from)?, of(to)?], ..compared })
}

impl Side {
    /// A folder where there is one of this name, or else a commit.
    fn of(text: &str) -> Result<Self, Failure> {
        let path = Path::new(text);
        if path.is_dir() || path.is_file() {
            return Ok(Self::Folder(path.to_owned()));
        }
        Commit::named(text).map(Self::Commit)
    }

    /// The objects of an environment, and whether all of it could be read.
    fn environment(&self, name: EnvironmentName) -> Result<Whole, Failure> {
        match self {
            Self::Code => Ok((check::of(name, &name.build()?)?, true)),
            Self::Folder(path) if path.join(name.to_string()).is_dir() => {
                folder(Some(name), &path.join(name.to_string()))
            }
            // Another environment is there, so that this one is new or gone.
            Self::Folder(path) if has_environments(path) => {
                Ok(environment(Some(name), Read::default()))
            }
            Self::Folder(path) => folder(Some(name), path),
            Self::Commit(commit) => {
                let read = commit.read(&format!("snapshots/{name}"))?;
                Ok(environment(Some(name), read))
            }
        }
    }
}

/// Whether a folder has one folder for each environment, as `snapshots` has.
fn has_environments(path: &Path) -> bool {
    EnvironmentName::all().any(|name| path.join(name.to_string()).is_dir())
}

fn folder(name: Option<EnvironmentName>, path: &Path) -> Result<Whole, Failure> {
    Ok(environment(name, read(path)?))
}

fn environment(name: Option<EnvironmentName>, read: Read) -> Whole {
    for trouble in &read.troubles {
        tell(format_args!("warning: {trouble}"));
    }
    let is_whole = read.troubles.is_empty();
    let name = name.map(|name| name.to_string());
    (Environment::of(name, Objects::new(read.objects)), is_whole)
}
