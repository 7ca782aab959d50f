//! Lane `bootstrap`: `cargo xtask bootstrap` with real kubectl and helm brings Argo CD into an empty cluster, and the same
//! objects after it was killed on the way and run again.

mod objects;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use harness::{Cluster, Failure, Program, Programs, Report, cannot_write, ended, progress};
use k8s_openapi::Resource;
use manifests_lib::delivery::SourceFrom;

use super::{Options, cargo, helm, in_cluster, schedule};
use crate::rendered::{self, Rendered, RenderedSource};

use objects::Objects;

/// Bootstraps every environment, once for each way of interrupting it, each time in a cluster of its own.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    build()?;
    for rendered in rendered::environments()? {
        let chart = chart(&rendered, options)?;
        let tried = Tried { programs, rendered: &rendered, chart: chart.as_deref() };
        environment(&tried, options, report)?;
    }
    Ok(())
}

/// Runs `cargo xtask bootstrap` against a cluster that has its nodes.
pub fn install(
    programs: &Programs,
    options: &Options,
    rendered: &Rendered,
    cluster: &Cluster,
) -> Result<(), Failure> {
    build()?;
    let chart = chart(rendered, options)?;
    let tried = Tried { programs, rendered, chart: chart.as_deref() };
    let folder = tried.stand_ins(cluster)?;
    succeeded(&tried.bootstrap(cluster, &folder, Killed::Never)?)
}

/// Where `cargo xtask bootstrap` is killed.
#[derive(Clone, Copy)]
enum Killed {
    /// Nowhere.
    Never,
    /// After this many of its calls to the cluster.
    After(usize),
    /// While helm is at work.
    InHelm,
}

fn environment(tried: &Tried, options: &Options, report: &mut Report) -> Result<(), Failure> {
    let name = &tried.rendered.environment;
    let (wanted, calls) = in_cluster(tried.programs, options, name, report, |cluster, report| {
        tried.uninterrupted(cluster, report)
    })?;
    let interruptions = (1..=calls).map(Killed::After).chain([Killed::InHelm]);
    for killed in interruptions {
        // Once it is through, there is nothing left to see.
        let is_through = matches!(killed, Killed::After(number) if number == calls);
        tried.interrupted(killed, is_through, &wanted, report)?;
    }
    report.compared(
        calls + 1,
        format!("times bootstrap of {name} was killed, run again, and its objects compared"),
    );
    Ok(())
}

/// What is tried again and again.
struct Tried<'a> {
    programs: &'a Programs,
    rendered: &'a Rendered,
    /// Without it the chart comes from its repository.
    chart: Option<&'a Path>,
}

impl Tried<'_> {
    /// The objects that an uninterrupted run leaves, and how many calls went to the cluster.
    fn uninterrupted(
        &self,
        cluster: &mut Cluster,
        report: &mut Report,
    ) -> Result<(Objects, usize), Failure> {
        let name = &self.rendered.environment;
        progress(format_args!("bootstrap: {name}: without interruption"));
        schedule::start_nodes(self.programs, self.rendered, cluster)?;
        let folder = self.stand_ins(cluster)?;
        succeeded(&self.bootstrap(cluster, &folder, Killed::Never)?)?;
        let objects = Objects::read(cluster)?;
        report.compared(objects.len(), format!("objects of {name} written by bootstrap"));
        for missing in objects.missing(self.rendered) {
            report.finding(format!("{name}: bootstrap leaves no {missing}"));
        }
        let calls = fs::read_to_string(folder.join("calls")).unwrap_or_default();
        Ok((objects, calls.lines().count()))
    }

    /// Kills a run, runs it again, and compares what is there then.
    fn interrupted(
        &self,
        killed: Killed,
        is_through: bool,
        wanted: &Objects,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let name = &self.rendered.environment;
        let place = match killed {
            Killed::Never => return Ok(()),
            Killed::After(number) => format!("killed after step {number}"),
            Killed::InHelm => "killed together with helm".to_owned(),
        };
        progress(format_args!("bootstrap: {name}: {place}"));
        let mut cluster = Cluster::start(self.programs)?;
        schedule::start_nodes(self.programs, self.rendered, &mut cluster)?;
        let folder = self.stand_ins(&cluster)?;
        let output = self.bootstrap(&cluster, &folder, killed)?;
        if output.status.code().is_some() {
            return Err(Failure::new(format!(
                "bootstrap of {name} was to be {place}, but it {}: run again on a machine with less to do",
                ended(output.status)
            ))
            .with_output(&String::from_utf8_lossy(&output.stderr)));
        }
        // What an interruption leaves undone has to be seen, or nothing is proven by seeing nothing.
        let before = wanted.differences(&Objects::read(&mut cluster)?);
        if before.is_empty() != is_through {
            report.finding(format!(
                "{name}: {place}: {} differences were expected before it was run again, {} were found",
                if is_through { "no" } else { "some" },
                before.len()
            ));
        }
        succeeded(&self.bootstrap(&cluster, &folder, Killed::Never)?)?;
        for difference in wanted.differences(&Objects::read(&mut cluster)?) {
            report.finding(format!("{name}: {place} and run again: {difference}"));
        }
        Ok(())
    }

    /// Runs `cargo xtask bootstrap`; its programs are those of `folder`.
    fn bootstrap(
        &self,
        cluster: &Cluster,
        folder: &Path,
        killed: Killed,
    ) -> Result<Output, Failure> {
        let calls = folder.join("calls");
        fs::write(&calls, "").map_err(|error| cannot_write(&calls, &error))?;
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = [folder.to_owned()].into_iter().chain(std::env::split_paths(&path));
        // A folder that was on the PATH has no colon, and this one's name is our own.
        let path = std::env::join_paths(folders).unwrap_or(path.clone());
        let mut command = xtask(&["run", "--quiet"])?;
        command
            .env("PATH", path)
            .env("KUBECONFIG", cluster.kubeconfig())
            .env("KUBERC", "off")
            .env(
                "KILL_AFTER",
                match killed {
                    Killed::Never => "never".to_owned(),
                    Killed::After(number) => number.to_string(),
                    Killed::InHelm => "helm".to_owned(),
                },
            )
            .args(["--", "bootstrap", &self.rendered.environment])
            .args(["--context", Cluster::CONTEXT, "--yes"]);
        helm::keep_files_in(&mut command, folder);
        if let Some(chart) = self.chart {
            command.arg("--chart").arg(chart);
        }
        self.programs.run(&mut command)
    }

    /// A folder with what stands in for kubectl and helm, and the real ones in `real`.
    fn stand_ins(&self, cluster: &Cluster) -> Result<PathBuf, Failure> {
        let folder = cluster.folder("bootstrap")?;
        let real = cluster.folder("bootstrap/real")?;
        for program in [Program::KUBECTL, Program::HELM] {
            let link = real.join(program.name());
            symlink(self.programs.path(program)?, &link)
                .map_err(|error| cannot_write(&link, &error))?;
            let file = folder.join(program.name());
            fs::write(&file, include_str!("bootstrap/stand-in.sh"))
                .and_then(|()| fs::set_permissions(&file, fs::Permissions::from_mode(0o755)))
                .map_err(|error| cannot_write(&file, &error))?;
        }
        Ok(folder)
    }
}

/// Builds xtask before anything is timed or killed.
fn build() -> Result<(), Failure> {
    progress(format_args!("bootstrap: building xtask"));
    let status = xtask(&["build", "--quiet"])?.status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::new(format!(
            "xtask cannot be built, and cargo said why above: it {}",
            ended(status)
        ))),
        Err(error) => Err(Failure::new(format!(
            "cannot start cargo to build xtask: {error}; install Rust with rustup"
        ))),
    }
}

/// cargo on the package xtask; `cargo run` becomes it, so that whoever calls kubectl is the one to kill.
fn xtask(arguments: &[&str]) -> Result<Command, Failure> {
    let mut command = cargo::cargo()?;
    command.args(arguments).args(["--package", "xtask"]);
    Ok(command)
}

fn succeeded(output: &Output) -> Result<(), Failure> {
    if output.status.success() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "`cargo xtask bootstrap` {}; where the chart's repository cannot be reached, give charts with --charts",
        ended(output.status)
    ))
    .with_output(&String::from_utf8_lossy(&output.stderr)))
}

/// The chart of Argo CD in the folder that was named.
fn chart(rendered: &Rendered, options: &Options) -> Result<Option<PathBuf>, Failure> {
    let Some(folder) = &options.charts else {
        return Ok(None);
    };
    let group = custom_resources::argoproj::v1alpha1::Application::GROUP;
    let installs = |source: &&RenderedSource| source.spec.crd_groups.contains(&group);
    let source = rendered.sources.iter().find(installs);
    match source.map(|source| &source.spec.from) {
        Some(SourceFrom::Chart { name, version, .. }) => {
            // xtask is run elsewhere.
            let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
            helm::local_chart(&folder, name, version).map(Some)
        }
        _ => Err(Failure::new(format!(
            "{} has no chart that installs {group}: services/src/platform.rs has to deploy Argo CD by its chart",
            rendered.environment
        ))),
    }
}
