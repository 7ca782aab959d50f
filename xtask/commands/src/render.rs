//! `cargo xtask render`: environments become folders of YAML.

pub mod cluster;
pub mod files;
mod owners;
mod review;

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use clap::Args;
use manifests_lib::model::{BuildError, Rule};
use manifests_lib::outside::{self, Outside};
use support::{Failure, in_workspace};

use crate::cluster::sizes;
use crate::environment::{Built, EnvironmentName};
use crate::tree::{Plan, SingleFile};
use owners::Owned;
use support::output::{self, printed};

/// Write the manifests of each environment below snapshots, one object per file
///
/// Also writes files that Argo CD never sees: reviews/ENV/platform.md, what the platform admits and deploys on one page,
/// environments/ENV/eks.yaml, which eksctl creates the cluster from, and, where no environment is named, .github/CODEOWNERS.
/// Writes only what changed and removes what is no longer rendered; files that it did not write are never touched.
/// `diff -r snapshots/dev snapshots/prd` then shows how a laptop differs from production.
#[derive(Args)]
pub struct Arguments {
    /// Environments to render [default: all]
    #[arg(value_name = "ENV")]
    environments: Vec<EnvironmentName>,

    /// Print what would change as a unified diff, without writing anything, and exit with 1 if anything would
    #[arg(long, conflicts_with = "stdout")]
    check: bool,

    /// Folder to write to, with one folder per environment [default: snapshots]
    #[arg(long, value_name = "DIR", conflicts_with = "stdout")]
    output: Option<PathBuf>,

    /// Also name the files that were written or removed
    #[arg(long, conflicts_with_all = ["check", "stdout"])]
    names: bool,

    /// Print the manifests as one YAML stream instead of writing files
    #[arg(long)]
    stdout: bool,
}

/// Output of one environment: they are rendered at the same time, and printed one after the other.
#[derive(Default)]
struct Report {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    /// Whether `--check` found a difference.
    differs: bool,
    /// What the environment says of who owns what.
    owned: Option<Owned>,
}

/// Renders environments in parallel, and prints their output in order.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut environments = arguments.environments.clone();
    if environments.is_empty() {
        environments = EnvironmentName::all().collect();
    }
    environments.sort_unstable();
    environments.dedup();
    // The others are built as well, to be compared with.
    let built = at_once(EnvironmentName::all(), |name| (name, Instant::now(), name.build()));
    compared(built.iter().map(|(_, _, built)| Some(&built.as_ref().ok()?.outside)))?;
    let chosen = built.into_iter().filter(|(name, ..)| environments.contains(name));
    let mut differs = false;
    let mut owned = Vec::new();
    let mut failures = Vec::new();
    for result in at_once(chosen, |(name, started, built)| arguments.render(name, started, &built?))
    {
        match result {
            Ok(mut report) => {
                report.print()?;
                differs |= report.differs;
                owned.extend(report.owned.take());
            }
            Err(failure) => failures.push(failure),
        }
    }
    if !failures.is_empty() {
        return Err(Failure::merge(failures));
    }
    if arguments.environments.is_empty() && arguments.writes_workspace() {
        let mut report = Report::default();
        owners::run(&owned, arguments.check, &mut report)?;
        report.print()?;
        differs |= report.differs;
    }
    Ok(if differs { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Works on all of them at once; the results are in their order.
fn at_once<T: Send, R: Send>(all: impl Iterator<Item = T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = all.map(|one| scope.spawn(move || work(one))).collect();
        let result = |thread: thread::ScopedJoinHandle<'_, R>| match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        threads.into_iter().map(result).collect()
    })
}

/// Refuses environments that use what belongs to another one, before anything is written; `None` is one that cannot be built.
fn compared<'a>(all: impl Iterator<Item = Option<&'a Outside>>) -> Result<(), Failure> {
    let all: Vec<_> = all.collect();
    let built: Vec<&Outside> = all.iter().copied().flatten().collect();
    let mut mistakes = outside::mistakes(&built);
    if built.len() < all.len() {
        // It may be shared with the one that cannot be built.
        mistakes.retain(|mistake| mistake.rule != Rule::SharedWithNobody);
    }
    if mistakes.is_empty() {
        return Ok(());
    }
    Err(Failure::all(mistakes.iter().map(BuildError::to_string)))
}

impl Arguments {
    /// Renders an environment and writes, compares or prints it.
    fn render(
        &self,
        name: EnvironmentName,
        started: Instant,
        built: &Built,
    ) -> Result<Report, Failure> {
        sizes::check(&built.platform, &built.infrastructure.cluster())?;
        let files = files::of_platform(&built.platform)?;
        let mut report = Report::default();
        if self.stdout {
            for contents in files.values() {
                report.stdout.extend_from_slice(b"---\n");
                report.stdout.extend_from_slice(contents.as_bytes());
            }
            return Ok(report);
        }
        let folder = match &self.output {
            Some(folder) => folder.clone(),
            None => in_workspace("snapshots")?,
        };
        let root = folder.join(name.to_string());
        let plan = Plan::new(&root, &files)?;
        if self.check {
            self.compare(&root, &plan, &mut report);
        } else {
            let names = if self.names { names(&plan) } else { String::new() };
            let foreign = plan.foreign().to_vec();
            let counts = plan.apply()?;
            report.line(format_args!(
                "{name}: {} objects in {} bundles: {} new, {} changed, {} removed, {} unchanged, {} ms{names}",
                files.len(),
                built.platform.bundles.len(),
                counts.created,
                counts.changed,
                counts.removed,
                counts.unchanged,
                started.elapsed().as_millis()
            ));
            for file in foreign {
                report.remark(format_args!("warning: {}", foreign_file(&file)));
            }
        }
        if self.writes_workspace() {
            cluster::run(name, built, self.check, &mut report)?;
            review::run(name, built, self.check, &mut report)?;
        }
        report.owned = Some(Owned::of(name, built));
        Ok(report)
    }

    /// Whether the output goes into this workspace, whose files beside the snapshots are then rendered as well.
    fn writes_workspace(&self) -> bool {
        self.output.is_none() && !self.stdout
    }

    /// Reports what would change.
    fn compare(&self, root: &Path, plan: &Plan<'_>, report: &mut Report) {
        report.diff(plan);
        for file in plan.foreign() {
            report.remark(format_args!("{}", foreign_file(file)));
        }
        if !plan.is_empty() {
            let counts = plan.counts();
            let accept = match &self.output {
                None => String::new(),
                Some(output) => format!(" --output {}", output.display()),
            };
            report.remark(format_args!(
                "{}: {} files differ from what is rendered; accept with: cargo xtask render{accept}",
                root.display(),
                counts.created + counts.changed + counts.removed
            ));
        }
        report.differs |= !plan.is_empty() || !plan.foreign().is_empty();
    }
}

impl Report {
    /// A line of standard output.
    fn line(&mut self, line: fmt::Arguments) {
        // Writing to memory cannot fail.
        let _ = writeln!(self.stdout, "{line}");
    }

    /// A line of standard error.
    fn remark(&mut self, line: fmt::Arguments) {
        let _ = writeln!(self.stderr, "{line}");
    }

    /// A unified diff, in colour on a terminal.
    fn diff(&mut self, plan: &Plan<'_>) {
        let _ = plan.diff(&mut self.stdout, output::colours());
    }

    /// Writes a file that stands alone, or with `check` reports how it would change; whether it was written.
    fn single(&mut self, path: &Path, contents: &str, check: bool) -> Result<bool, Failure> {
        let file = SingleFile::read(path, contents)?;
        if file.is_current() {
            return Ok(false);
        }
        if check {
            let _ = file.diff(&mut self.stdout, output::colours());
            self.stale(path);
        } else {
            file.write()?;
        }
        Ok(!check)
    }

    /// A file beside the snapshots that is not what is rendered.
    fn stale(&mut self, path: &Path) {
        self.differs = true;
        self.remark(format_args!(
            "{} differs from what is rendered; accept with: cargo xtask render",
            path.display()
        ));
    }

    /// Prints what was collected.
    fn print(&self) -> Result<(), Failure> {
        printed(io::stdout().write_all(&self.stdout))?;
        let _ = io::stderr().write_all(&self.stderr);
        Ok(())
    }
}

/// Number of files that are named; the others are counted.
const NAMED: usize = 3;

/// The names of the files that change, for the end of a line.
fn names(plan: &Plan<'_>) -> String {
    let paths: Vec<String> = plan.changed().map(|path| path.display().to_string()).collect();
    let named = paths[..paths.len().min(NAMED)].join(", ");
    match paths.len() {
        0 => String::new(),
        count if count > NAMED => format!(": {named} and {} more", count - NAMED),
        _ => format!(": {named}"),
    }
}

fn foreign_file(file: &Path) -> String {
    format!(
        "{} was not rendered, but Argo CD would apply it: move it out of the folder, or write it in Rust",
        file.display()
    )
}

#[cfg(test)]
mod tests {
    use manifests_lib::host;
    use manifests_lib::outside::{Shared, SharedResource};

    use super::*;
    use crate::small;

    /// An environment that says to share what it does not use.
    fn environment() -> Outside {
        let platform = small::platform();
        let what = SharedResource::Host(host!("elsewhere.example.com"));
        platform.share(Shared { what, reason: "the test says so" });
        let built = platform.build().expect("a platform without mistakes");
        Outside::of(&built, &small::cluster().into())
    }

    #[test]
    fn what_two_environments_use_is_refused() {
        let [first, second] = [environment(), environment()];
        let failure = compared([Some(&first), Some(&second)].into_iter()).expect_err("a copy");
        assert!(failure.to_string().contains("[shared-between-environments]"), "{failure}");
    }

    #[test]
    fn sharing_with_what_cannot_be_built_is_not_judged() {
        let own = environment();
        assert!(compared([Some(&own)].into_iter()).is_err());
        assert!(compared([Some(&own), None].into_iter()).is_ok());
    }
}
