//! Lane `envoy`: a real istiod and real Envoys admit what is declared and nothing else, beside what NetworkPolicies say.

mod calls;
mod container;
mod control_plane;
mod declared;
mod faults;
mod matrix;
mod needs;
mod network_policy;
mod node;
mod played;
pub mod player;
mod pods;
mod probes;
mod proxy;
mod small;
mod targets;
mod world;

use std::fs;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use harness::{Failure, Program, Programs, Report, cannot_write};
use serde_json::Value;

use super::Options;
use crate::crds;
use crate::rendered::{self, Rendered};
use calls::Expectation;
use matrix::Verdict;
use node::Node;
use targets::Target;
use world::World;

/// The programs of the table.
const PROGRAMS: [Program; 7] = [
    Program::ETCD,
    Program::KUBE_APISERVER,
    Program::KUBECTL,
    Program::HELM,
    Program::PILOT_DISCOVERY,
    Program::PILOT_AGENT,
    Program::ENVOY,
];

/// Checks every environment, in namespaces of its own that this program is started in once more.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    if options.is_inside {
        return inside(programs, options, report);
    }
    report.note(
        "Envoy is as its project releases it, so istiod runs without Istio's own filters and metrics; servers and clients are \
         the lane's own; NetworkPolicies are judged by their semantics, nothing enforces them",
    );
    // There is no way to the network inside.
    for program in PROGRAMS {
        programs.path(program)?;
    }
    crds::sources(options.crds.as_deref(), &crds::lock_file()?)?;
    for tool in node::TOOLS {
        if programs.on_path(tool).is_none() {
            return Err(Failure::new(format!(
                "there is no {tool} on the PATH: install the packages iproute2, iptables and util-linux of Debian and Ubuntu"
            )));
        }
    }
    let outcome = again(programs, options)?;
    let texts = |list: &Value| -> Vec<String> {
        list.as_array()
            .into_iter()
            .flatten()
            .filter_map(|t| t.as_str().map(str::to_owned))
            .collect()
    };
    for compared in outcome["compared"].as_array().into_iter().flatten() {
        let count = compared["count"].as_u64().and_then(|count| usize::try_from(count).ok());
        report.compared(count.unwrap_or_default(), compared["what"].as_str().unwrap_or_default());
    }
    report.findings.extend(texts(&outcome["findings"]));
    report.notes.extend(texts(&outcome["notes"]));
    match outcome["failure"].as_str() {
        Some(failure) => Err(Failure::new(failure)),
        None => Ok(()),
    }
}

/// What this program says of the lane when it runs in namespaces of its own.
fn again(programs: &Programs, options: &Options) -> Result<Value, Failure> {
    let cannot = |reason: String| {
        Failure::new(format!(
            "the lane cannot run in network namespaces of its own: {reason}; it needs Linux and root, as in `sudo --preserve-env \
             cargo xtask conformance envoy`"
        ))
    };
    let program = std::env::current_exe().map_err(|error| cannot(error.to_string()))?;
    let mut command = Command::new("unshare");
    command
        .args(["--net", "--mount", "--"])
        .arg(program)
        .args(["envoy", "--inside", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    if let Some(folder) = &options.crds {
        command.arg("--crds").arg(folder);
    }
    if options.accept {
        command.arg("--accept");
    }
    let mut running = programs.spawn(&mut command).map_err(|error| cannot(error.to_string()))?;
    let (_input, mut output) =
        running.pipes().ok_or_else(|| cannot("it has no pipes".to_owned()))?;
    let mut printed = String::new();
    output.read_to_string(&mut printed).map_err(|error| cannot(error.to_string()))?;
    let mut outcome: Value = serde_json::from_str(&printed)
        .map_err(|_| cannot("it has ended without a word but what stands above".to_owned()))?;
    Ok(outcome["lanes"][0].take())
}

/// What is done inside.
fn inside(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    let node = Node::start(programs)?;
    let (meshed, others): (Vec<_>, Vec<_>) =
        rendered::environments()?.into_iter().partition(|rendered| rendered.has_mesh);
    for Rendered { environment, .. } in others {
        report.note(format!("{environment} has no mesh: no proxy is asked"));
    }
    for (number, rendered) in meshed.iter().enumerate() {
        let mut world = World::start(programs, &node, options, rendered)?;
        let measured = environment(&mut world, rendered, report)?;
        compare_with_record(&rendered.environment, &measured.verdicts, options, report)?;
        if number == 0 {
            let faults = faults::of_environment(&world, rendered, &measured)?;
            faults::run(&mut world, rendered, &measured, faults, report)?;
        }
    }
    let rendered = small::rendered()?;
    let mut world = World::start(programs, &node, options, &rendered)?;
    let measured = environment(&mut world, &rendered, report)?;
    let faults = small::faults::all(&rendered, &measured)?;
    faults::run(&mut world, &rendered, &measured, faults, report)
}

/// What was asked of an environment.
struct Measured {
    targets: Vec<Target>,
    verdicts: Vec<Verdict>,
    calls: Vec<Expectation>,
}

/// Everything that the lane judges of one environment.
fn environment(
    world: &mut World<'_>,
    rendered: &Rendered,
    report: &mut Report,
) -> Result<Measured, Failure> {
    let name = &rendered.environment;
    let targets = targets::targets(world, rendered);
    let declared = declared::declared(world, rendered, &targets);
    let verdicts = matrix::measure(world, &targets, &declared)?;
    world.check()?;
    for rejection in control_plane::rejections() {
        report.finding(format!("{name}: a proxy does not take what istiod sends: {rejection}"));
    }
    let is_true = |pair: &(String, String)| {
        verdicts.iter().any(|verdict| verdict.caller == pair.0 && verdict.target == pair.1)
    };
    for (caller, target) in declared.iter().filter(|pair| !is_true(pair)) {
        report
            .finding(format!("{name}: {caller} declares a call of {target}, which does not exist"));
    }
    let findings = matrix::findings(&verdicts);
    let findings = findings.into_iter().map(|finding| format!("{name}: {finding}"));
    report.compared(verdicts.len(), format!("pairs of {name}, on every port"));
    report.compared(declared.len(), format!("calls of {name} that are declared"));
    report.findings.extend(findings);
    let calls = calls::expectations(world, &rendered.objects, &targets, &verdicts);
    if !calls.is_empty() {
        report.compared(calls.len(), format!("late and failed calls of gRPC of {name}"));
    }
    let problems = calls::judge(world, &calls)?;
    report.findings.extend(problems.into_iter().map(|problem| format!("{name}: {problem}")));
    let (count, findings) = needs::judge(world);
    report.compared(count, format!("connections of {name} that every proxy needs"));
    report.findings.extend(findings.into_iter().map(|finding| format!("{name}: {finding}")));
    let (count, findings) = probes::ask(world);
    report.compared(count, format!("probes of {name} asked from the node"));
    report.findings.extend(findings.into_iter().map(|finding| format!("{name}: {finding}")));
    Ok(Measured { targets, verdicts, calls })
}

/// Compares the matrix with the page that was recorded.
fn compare_with_record(
    name: &str,
    verdicts: &[Verdict],
    options: &Options,
    report: &mut Report,
) -> Result<(), Failure> {
    let page = matrix::page(name, verdicts);
    let file = record(name)?;
    if options.accept {
        file.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&file, &page))
            .map_err(|error| cannot_write(&file, &error))?;
    }
    let recorded = fs::read_to_string(&file).unwrap_or_default();
    if recorded != page {
        report.finding(format!(
            "{name}: {} says something else; `--accept` records what is true now:\n{}",
            file.display(),
            matrix::difference(&recorded, &page).join("\n")
        ));
    }
    Ok(())
}

/// The file with the matrix of an environment.
fn record(environment: &str) -> Result<PathBuf, Failure> {
    support::in_workspace(&format!("{}/{environment}/network.md", rendered::records()))
}
