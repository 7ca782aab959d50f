//! Lane `live`: `cargo xtask live` against a real API server, with controllers and simulated nodes: whole environments from nothing,
//! and whatever may come between.

mod faulty;
mod hook;
mod measure;
mod player;
mod proxy;
mod scenes;

use std::collections::BTreeSet;
use std::process::Output;
use std::time::Instant;

use harness::{Cluster, Failure, Programs, Report, progress};

use super::{Options, apply, cargo, in_cluster};
use crate::rendered::{self, Rendered};

/// Plays what may come between, measures, and applies every environment.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    let environments = rendered::environments()?;
    build(programs, &["cluster"])?;
    if let Some(rendered) = environments.first() {
        in_cluster(programs, options, "scenes", report, |cluster, report| {
            scenes::play(programs, rendered, cluster, report)
        })?;
    }
    in_cluster(programs, options, "measured", report, |cluster, report| {
        measure::run(programs, cluster, report)
    })?;
    build(programs, &["xtask", "--features", "dynamic"])?;
    for rendered in &environments {
        in_cluster(programs, options, &rendered.environment, report, |cluster, report| {
            environment(programs, options, rendered, cluster, report)
        })?;
    }
    Ok(())
}

/// Builds a program as it is started later.
fn build(programs: &Programs, package: &[&str]) -> Result<(), Failure> {
    progress(format_args!("live: building {}", package[0]));
    cargo::build(programs, package)
}

/// What a run has said, and how it has ended.
pub struct Said {
    pub code: Option<i32>,
    pub text: String,
}

impl Said {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), text: text(&output.stdout) + &text(&output.stderr) }
    }

    /// A finding unless it has ended like this and said all of these.
    pub fn expect(&self, report: &mut Report, what: &str, code: i32, words: &[&str]) {
        let missing: Vec<&str> =
            words.iter().copied().filter(|words| !self.text.contains(words)).collect();
        if self.code != Some(code) || !missing.is_empty() {
            report.finding(format!(
                "{what}: exit code {:?} instead of {code}, and it does not say {missing:?}:\n{}",
                self.code, self.text
            ));
        }
    }
}

/// An environment from nothing, and once more.
fn environment(
    programs: &Programs,
    options: &Options,
    rendered: &Rendered,
    cluster: &mut Cluster,
    report: &mut Report,
) -> Result<(), Failure> {
    let name = rendered.environment.as_str();
    let custom: BTreeSet<_> = apply::custom_kinds(cluster, &rendered.objects)?;
    apply::install_crds(cluster, options, &custom)?;
    apply::namespaces_before(cluster, rendered)?;
    let kubeconfig = cluster.kubeconfig();
    let kubectl = programs.path(harness::Program::KUBECTL)?;
    let folder = cluster.folder("live")?;
    let link = folder.join("kubectl");
    std::os::unix::fs::symlink(kubectl, &link)
        .map_err(|error| harness::cannot_write(&link, &error))?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = [folder].into_iter().chain(std::env::split_paths(&path));
    let path = std::env::join_paths(folders).unwrap_or(path.clone());
    let live = |arguments: &[&str]| -> Result<Said, Failure> {
        let mut command = cargo::cargo()?;
        command
            .args(["xtask", "live"])
            .args(arguments)
            .args(["--context", Cluster::CONTEXT])
            .env("KUBECONFIG", &kubeconfig)
            .env("KUBERC", "off")
            .env("PATH", &path);
        programs.run(&mut command).map(|output| Said::of(&output))
    };
    progress(format_args!("live: {name}: from nothing"));
    let unasked = live(&["apply", name])?;
    unasked.expect(
        report,
        &format!("{name}: another cluster without --yes"),
        2,
        &["Nothing was changed: add --yes"],
    );
    let before = live(&["diff", name])?;
    before.expect(report, &format!("{name}: diff of an empty cluster"), 1, &["created"]);
    let started = Instant::now();
    let first = live(&["apply", name, "--yes", "--no-wait"])?;
    let seconds = started.elapsed().as_secs_f32();
    first.expect(report, &format!("{name}: apply from nothing"), 0, &["written, 0 as they were"]);
    let started = Instant::now();
    let second = live(&["apply", name, "--yes", "--no-wait"])?;
    let again = started.elapsed().as_secs_f32();
    second.expect(report, &format!("{name}: apply once more"), 0, &["0 of 0 written"]);
    let after = live(&["diff", name])?;
    after.expect(report, &format!("{name}: diff of what was applied"), 0, &["nothing changes"]);
    let folder = cluster.folder("files")?;
    let is_of_argo_cd = |object: &&rendered::Object| object.identity.group != "argoproj.io";
    let objects: Vec<_> = rendered.objects.iter().filter(is_of_argo_cd).cloned().collect();
    rendered::write(&objects, &folder)?;
    let started = Instant::now();
    cluster.apply(&[&folder])?;
    let kubectl = started.elapsed().as_secs_f32();
    report.compared(
        objects.len(),
        format!("objects of {name} applied, and applied again without a write"),
    );
    report.note(format!(
        "{name}: from nothing {seconds:.1} s, unchanged {again:.1} s, each with two starts of cargo; kubectl apply --server-side of the \
         same files, unchanged: {kubectl:.1} s"
    ));
    Ok(())
}
