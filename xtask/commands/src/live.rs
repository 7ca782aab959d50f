//! `cargo xtask live`: the cluster itself, compared with what the code says.
//!
//! What speaks to it is a program of its own, which gets the objects and the judged context.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::os::fd::AsRawFd;
use std::process::ExitCode;

use analysis::handover::{self, Request, Task, hand_over};
use clap::{Args, Subcommand};
use manifests_lib::delivery::SourceFrom;
use manifests_lib::platform::BuiltPlatform;
use rustix::io::{FdFlags, fcntl_setfd};
use support::Failure;

use crate::check::{self, Others};
use crate::context::{self, Known};
use crate::environment::{Built, EnvironmentName};
use crate::external::{External, Program};

/// See what the cluster has against what the code says, apply it, and be told why it stalls
///
/// Speaks to the cluster of the environment's own kubectl context, whatever the current context is. Where Argo CD manages the
/// environment, `diff` and `status` are the ones to use: what `apply` writes there lasts until Argo CD's next sync.
#[derive(Subcommand)]
pub enum Command {
    Diff(Diff),
    Apply(Apply),
    Status(Status),
}

/// What every command here takes.
#[derive(Args)]
struct Common {
    /// Environment, then bundles [default: dev, all of its bundles]
    #[arg(value_name = "ENV|BUNDLE")]
    names: Vec<String>,

    /// Use this kubectl context; `apply` asks for confirmation if its cluster is not the environment's
    #[arg(long, value_name = "NAME", value_parser = context::named)]
    context: Option<String>,

    /// Include what charts and kustomizations make, rendered by helm and kubectl: from packages NAME-VERSION.tgz in DIR, or from
    /// their repositories
    #[arg(
        long,
        value_name = "DIR",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ""
    )]
    charts: Option<charts::Origin>,
}

/// Tell what `apply` would change, by meaning: what restarts, is refused or loses data, and who else owns a field
///
/// The API server itself says what would become of each object, by a dry run; nothing is changed. Objects whose namespace or CRD is
/// still missing count as created.
///
/// Exit codes: 0 nothing would change, 1 something would, or a part could not be compared, 2 could not run.
#[derive(Args)]
pub struct Diff {
    #[command(flatten)]
    common: Common,

    /// Print the plan as JSON, as `cargo xtask plan --format json` does
    #[arg(long)]
    json: bool,
}

/// Apply what the code says, in the order of waves, and wait until it runs
///
/// Shows the plan and asks. Then CRDs and namespaces come first, and each wave begins once the one before is ready; what stalls is told
/// with its reason, such as an image that cannot be pulled. Objects that are already as they should be are not written. Ctrl-C ends it
/// between two writes, and tells what was applied; the same command does the rest. Two runs at once do no harm: the second is refused
/// with who works there.
///
/// Fields that somebody else has changed are not overwritten: the object is refused with the name of the field's manager.
///
/// Exit codes: 0 all is applied and ready, 1 something was refused or is not ready, 2 could not run, 130 ended with Ctrl-C.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option")]
pub struct Apply {
    #[command(flatten)]
    common: Common,

    /// Delete what was once applied by this command and has left the code, but nothing that holds data
    #[arg(long)]
    prune: bool,

    /// With --prune, delete what holds data as well: namespaces, claims, volumes, Secrets, CRDs, databases, brokers
    #[arg(long, requires = "prune")]
    prune_data: bool,

    /// Do not ask for confirmation
    #[arg(long)]
    yes: bool,

    /// How long the objects of a wave may take until they are ready
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration)]
    timeout: u64,

    /// Do not wait until objects are ready; CRDs and namespaces are waited for all the same
    #[arg(long)]
    no_wait: bool,

    /// Take over fields of these managers, and remove what they have left that the code does not say: `helm`, `kubectl*`
    #[arg(
        long,
        value_name = "MANAGER",
        num_args = 0..=1,
        require_equals = true,
        value_delimiter = ',',
        default_missing_value = "helm,Helm,kubectl*"
    )]
    take_ownership: Vec<String>,

    /// Apply although Argo CD manages the environment: it is not paused, and its next sync wins
    #[arg(long)]
    beside_argocd: bool,
}

/// Show what of each bundle is in sync, drifted and by whom, missing or left over, and whether it is healthy
///
/// For environments that Argo CD manages also each Application with its message, and whether a sync is stuck behind an old commit,
/// with the command that frees it.
///
/// Exit codes: 0 all is in sync and healthy, 1 something is not, 2 could not run.
#[derive(Args)]
pub struct Status {
    #[command(flatten)]
    common: Common,

    /// Print one JSON document for programs
    #[arg(long)]
    json: bool,
}

/// Does one of them.
pub fn run(command: &Command) -> Result<ExitCode, Failure> {
    let (common, task) = match command {
        Command::Diff(Diff { common, json }) => (common, Task::Diff { json: *json }),
        Command::Status(Status { common, json }) => (common, Task::Status { json: *json }),
        Command::Apply(apply) => (
            &apply.common,
            Task::Apply(handover::Apply {
                prune: apply.prune,
                prune_data: apply.prune_data,
                yes: apply.yes,
                timeout: apply.timeout,
                no_wait: apply.no_wait,
                take_ownership: apply.take_ownership.clone(),
                beside_argocd: apply.beside_argocd,
            }),
        ),
    };
    let (name, bundles) = common.selection();
    let built = name.build()?;
    require_bundles(name, &built.platform, &bundles)?;
    let infrastructure = &built.infrastructure;
    programs::require(&[programs::Program::Kubectl], infrastructure.kubernetes())?;
    let choice = context::find(name, infrastructure, common.context.as_deref())?;
    let known = match &task {
        Task::Apply(apply) => choice.for_changing(name, infrastructure, apply.yes)?,
        Task::Diff { .. } | Task::Status { .. } => choice.for_reading(name, infrastructure),
    };
    let file = request(common, name, &built, known, task, bundles)?;
    External::of(vec![format!("/dev/fd/{}", file.as_raw_fd()).into()]).start(Program::Cluster, &[])
}

/// The request, in a file without a name that the program inherits: standard input is for its questions.
fn request(
    common: &Common,
    name: EnvironmentName,
    built: &Built,
    known: Known,
    task: Task,
    bundles: Vec<String>,
) -> Result<File, Failure> {
    let others = Others { charts: common.charts.as_ref(), ..Others::default() };
    let environment = check::with(name, built, &others)?;
    let unseen = if common.charts.is_some() { Vec::new() } else { unseen(&built.platform) };
    let request = Request {
        environment: name.to_string(),
        context: handover::Context {
            name: known.context,
            cluster: known.cluster,
            server: known.server,
        },
        task,
        bundles,
        unseen,
        objects: hand_over(&environment),
    };
    let written = || -> io::Result<File> {
        let mut file = tempfile::tempfile()?;
        let mut writer = BufWriter::new(&file);
        serde_json::to_writer(&mut writer, &request)?;
        writer.flush()?;
        drop(writer);
        file.rewind()?;
        fcntl_setfd(&file, FdFlags::empty())?;
        Ok(file)
    };
    written().map_err(|error| {
        Failure::new(format!(
            "cannot write the objects of {name} to a temporary file in {}: {error}; make room there or name another folder with TMPDIR",
            std::env::temp_dir().display()
        ))
    })
}

/// The charts and kustomizations whose objects are not rendered.
fn unseen(platform: &BuiltPlatform) -> Vec<String> {
    let sources = platform.bundles.iter().flat_map(|bundle| {
        bundle.sources.iter().map(move |source| {
            let what = match &source.from {
                SourceFrom::Chart { name, version, .. } => format!("chart {name} {version}"),
                SourceFrom::Kustomization { repository, release, .. } => {
                    format!("kustomization {repository} {release}")
                }
            };
            format!("{what} of {}", bundle.name)
        })
    });
    sources.collect()
}

impl Common {
    /// The environment, which may be left out, and the bundles in it.
    fn selection(&self) -> (EnvironmentName, Vec<String>) {
        let named = self.names.first().and_then(|name| EnvironmentName::named(name));
        let bundles = self.names.iter().skip(usize::from(named.is_some()));
        (named.unwrap_or(EnvironmentName::DEFAULT), bundles.cloned().collect())
    }
}

fn require_bundles(
    name: EnvironmentName,
    platform: &BuiltPlatform,
    bundles: &[String],
) -> Result<(), Failure> {
    let known = || platform.bundles.iter().map(|bundle| bundle.name.as_str());
    let missing: Vec<&str> = bundles
        .iter()
        .map(String::as_str)
        .filter(|wanted| known().all(|known| known != *wanted))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let known: Vec<&str> = known().collect();
    let environments: Vec<String> = EnvironmentName::all().map(|name| name.to_string()).collect();
    Err(Failure::new(format!(
        "{name} has no bundle {}; the first word may be an environment ({}), the others are bundles: {}",
        missing.join(", "),
        environments.join(", "),
        known.join(", ")
    )))
}

/// A time as people write it, in seconds: `90s`, `10m`, `1h`.
fn duration(text: &str) -> Result<u64, &'static str> {
    const HOW: &str = "a time is a whole number with its unit: 90s, 10m or 1h";
    let (number, unit) = text.split_at(text.len() - text.chars().last().map_or(0, char::len_utf8));
    let factor = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        _ => return Err(HOW),
    };
    let number: u64 = number.parse().map_err(|_| HOW)?;
    match number.checked_mul(factor) {
        Some(0) => Err("nothing is ready at once: give it some time, or add --no-wait"),
        // A week.
        Some(seconds) if seconds <= 604_800 => Ok(seconds),
        _ => Err("more than a week is nobody's patience"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(["90s", "10m", "1h"].map(duration), [Ok(90), Ok(600), Ok(3600)]);
        for wrong in
            ["", "m", "10", "-1m", "1.5h", "0s", "8000h", "99999999999999999h", "10 m", "1ü"]
        {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
