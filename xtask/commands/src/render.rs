//! `cargo xtask render`: environments become folders of YAML.

pub mod cluster;
pub mod files;
mod owners;
mod review;
mod turns;

use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use clap::Args;
use manifests_lib::model::{BuildError, Rule};
use manifests_lib::outside::{self, Outside};
use support::{Failure, in_workspace};

use crate::check;
use crate::environment::{Built, EnvironmentName};
use crate::tree::{self, Location, Plan, SingleFile};
use files::Files;
use owners::Owned;
use programs::quoted;
use support::output::{self, printed};
use turns::Turn;

/// Write the manifests of each environment below snapshots, one object per file
///
/// Also writes files that Argo CD never sees: reviews/ENV/platform.md, what the platform admits and deploys on one page,
/// environments/ENV/eks.yaml, which eksctl creates the cluster from, and, where no environment is named, .github/CODEOWNERS.
/// Writes only what changed and removes what is no longer rendered; files that it did not write are never touched.
/// `diff -r snapshots/dev snapshots/prd` then shows how a laptop differs from production.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
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

    /// Render all the same where references, selectors or ports lead nowhere, or nodes have no room; `cargo xtask check` tells them
    #[arg(long)]
    no_check: bool,
}

/// Output of one environment: they are rendered at the same time, and printed one after the other. What may be large, the differences
/// and objects themselves, is printed when it is the environment's turn, and not collected here.
#[derive(Default)]
struct Report {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    /// Whether `--check` found a difference.
    differs: bool,
    /// What the environment says of who owns what.
    owned: Option<Owned>,
}

/// What is kept of an environment that was built: of one that is not rendered, only what it is compared by.
enum Environment {
    Chosen(EnvironmentName, Instant, Result<Box<Built>, Failure>),
    Other(Option<Outside>),
}

impl Environment {
    /// What it uses outside its cluster; `None` if it cannot be built.
    fn outside(&self) -> Option<&Outside> {
        match self {
            Self::Chosen(_, _, built) => built.as_ref().ok().map(|built| &built.outside),
            Self::Other(outside) => outside.as_ref(),
        }
    }
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
    let built = at_once(EnvironmentName::all(), |name| {
        let (started, built) = (Instant::now(), name.build());
        if environments.contains(&name) {
            Environment::Chosen(name, started, built.map(Box::new))
        } else {
            Environment::Other(built.ok().map(|built| built.outside))
        }
    });
    compared(built.iter().map(Environment::outside))?;
    let chosen = built.into_iter().filter_map(|environment| match environment {
        Environment::Chosen(name, started, built) => Some((name, started, built)),
        Environment::Other(_) => None,
    });
    let mut differs = false;
    let mut owned = Vec::new();
    let mut failures = Vec::new();
    turns::each(
        chosen,
        |(name, started, built), turn| arguments.render(name, started, *built?, turn),
        |result| {
            match result {
                Ok(mut report) => {
                    report.print()?;
                    differs |= report.differs;
                    owned.extend(report.owned.take());
                }
                Err(failure) => failures.push(failure),
            }
            Ok(())
        },
    )?;
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
        mut built: Built,
        turn: &Turn,
    ) -> Result<Report, Failure> {
        let mut report = Report { owned: Some(Owned::of(name, &built)), ..Report::default() };
        // They read objects, which are gone when their files are made.
        let review = self.writes_workspace().then(|| review::page(name, &built));
        let mut objects = Vec::new();
        let files = files::take_objects(&mut built.platform, |bundle, resource| {
            if !self.no_check {
                objects.extend(check::object(resource, bundle)?);
            }
            Ok(())
        })?;
        if !self.no_check {
            check::refuse(name, &built, objects)?;
        }
        if self.stdout {
            print(&files, turn)?;
            return Ok(report);
        }
        let location = match &self.output {
            Some(folder) => Location::new(folder, name.to_string()),
            None => folder(format!("snapshots/{name}"))?,
        };
        if self.check {
            self.compare(name, &location, &Plan::new(&location, &files)?, turn, &mut report)?;
        } else {
            let applied = tree::apply(&location, &files)?;
            let names = if self.names { names(&applied.changed) } else { String::new() };
            let counts = applied.counts;
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
            report.foreign(&applied.foreign, "warning: ");
        }
        if let Some(page) = review {
            cluster::run(name, &built, self.check, &mut report)?;
            review::run(name, &page, self.check, &mut report)?;
        }
        Ok(report)
    }

    /// Whether the output goes into this workspace, whose files beside the snapshots are then rendered as well.
    fn writes_workspace(&self) -> bool {
        self.output.is_none() && !self.stdout
    }

    /// Reports what would change.
    fn compare(
        &self,
        name: EnvironmentName,
        location: &Location,
        plan: &Plan<'_>,
        turn: &Turn,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let Some(mut output) = turn.wait() else { return Ok(()) };
        plan.diff(&mut output, output::colours())?;
        output.end()?;
        report.foreign(plan.foreign(), "");
        if !plan.is_empty() {
            let counts = plan.counts();
            let accept = match &self.output {
                None => accept(&name.to_string()),
                Some(output) => {
                    let output = output.display().to_string();
                    // Otherwise it would be taken for an option.
                    let output =
                        if output.starts_with('-') { format!("./{output}") } else { output };
                    accept(&format!("{name} --output {}", quoted(&output)))
                }
            };
            report.remark(format_args!(
                "{}: {} files differ from what is rendered; {accept}",
                location.path().display(),
                counts.created + counts.changed + counts.removed
            ));
        }
        report.differs |= !plan.is_empty() || !plan.foreign().is_empty();
        Ok(())
    }
}

/// Prints objects as one stream.
fn print(files: &Files, turn: &Turn) -> Result<(), Failure> {
    let Some(mut output) = turn.wait() else { return Ok(()) };
    for contents in files.values() {
        // Of its failures the first is told in the end.
        let _ = write!(output, "---\n{contents}");
    }
    output.end()
}

/// A folder of this workspace. No link is followed in it, since a commit may contain links to anywhere.
fn folder(below: impl Into<PathBuf>) -> Result<Location, Failure> {
    Ok(Location::new(in_workspace("")?, below))
}

/// How to accept what `--check` shows: the arguments of the command.
fn accept(arguments: &str) -> String {
    format!("accept with: cargo xtask render {arguments}").trim_end().to_owned()
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

    /// Files of others that Argo CD would apply: a few are named, the others are counted.
    fn foreign(&mut self, files: &[PathBuf], prefix: &str) {
        for file in &files[..files.len().min(NAMED)] {
            self.remark(format_args!(
                "{prefix}{} was not rendered, but Argo CD would apply it: move it out of the folder, or write it in Rust",
                file.display()
            ));
        }
        if files.len() > NAMED {
            self.remark(format_args!(
                "{prefix}{} more files were not rendered, but Argo CD would apply them",
                files.len() - NAMED
            ));
        }
    }

    /// Writes a file that stands alone, or with `check` reports how it would change and which arguments accept that; whether it was
    /// written.
    fn single(
        &mut self,
        file: &SingleFile<'_>,
        arguments: &str,
        check: bool,
    ) -> Result<bool, Failure> {
        if file.is_current() {
            return Ok(false);
        }
        if !check {
            file.write()?;
            return Ok(true);
        }
        // Writing to memory cannot fail.
        let _ = file.diff(&mut self.stdout, output::colours());
        self.differs = true;
        self.remark(format_args!(
            "{} differs from what is rendered; {}",
            file.path().display(),
            accept(arguments)
        ));
        Ok(false)
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

/// The names of the files that have changed, for the end of a line.
fn names(changed: &[PathBuf]) -> String {
    let paths: Vec<String> =
        changed.iter().take(NAMED).map(|path| path.display().to_string()).collect();
    let named = paths.join(", ");
    match changed.len() {
        0 => String::new(),
        count if count > NAMED => format!(": {named} and {} more", count - NAMED),
        _ => format!(": {named}"),
    }
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
