//! Lane `plan`: a plan says of a change what a real API server does with it.
//!
//! Objects are applied as Argo CD applies them, then applied again with one change: taken over where they are, taken over with
//! another template of pods, refused, or no change at all. The plan of the same change has to say so. What is taken over is taken
//! back, which is a change as well.

mod change;
pub mod faults;
mod judge;
mod known;
mod pairs;
mod server;

use std::collections::BTreeMap;
use std::fs;

use harness::{Cluster, Failure, Programs, Report, cannot_write, progress};
use serde_json::{Value, json};

use super::{Options, apply, in_cluster};
use crate::rendered;
use judge::{Plans, Verdict};
use known::{KNOWN, Known};
use server::{Server, Work};

/// Fewer changes would say little.
const LEAST: usize = 3_000;

/// A change, and what both say of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The kind of the object.
    pub kind: String,
    /// The path of what changes, without positions in lists.
    pub path: String,
    /// What is done.
    pub change: String,
    /// The object before.
    pub old: Value,
    /// The object afterwards.
    pub new: Value,
    /// What the API server did.
    pub server: Verdict,
    /// What it says where it refuses.
    pub reason: String,
    /// What the plan says.
    pub plan: Verdict,
    /// In which words.
    pub said: String,
}

/// Asks of all changes of the lane's own pairs, of the cases of plans, and of every environment.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    let mut cases = in_cluster(programs, options, "pairs", report, |cluster, report| {
        own(programs, cluster, "", report)
    })?;
    for rendered in rendered::environments()? {
        let name = rendered.environment.clone();
        let more = in_cluster(programs, options, &name, report, |cluster, report| {
            let kinds = apply::custom_kinds(cluster, &rendered.objects)?;
            apply::install_crds(cluster, options, &kinds)?;
            apply::namespaces_before(cluster, &rendered)?;
            let objects = rendered.objects.iter().map(|object| object.value.clone()).collect();
            let server = Server::start(programs, cluster)?;
            let works = server.rendered(objects)?;
            judged(&server, works, &name, cluster, report)
        })?;
        cases.extend(more);
    }
    compare(&cases, KNOWN, report);
    Ok(())
}

/// The changes of the lane's own objects, or those of one file.
fn own(
    programs: &Programs,
    cluster: &mut Cluster,
    file: &str,
    report: &mut Report,
) -> Result<Vec<Case>, Failure> {
    let mut server = Server::start(programs, cluster)?;
    let works = pairs::works(&mut server, file)?;
    judged(&server, works, "pairs", cluster, report)
}

fn judged(
    server: &Server,
    works: Vec<Work>,
    name: &str,
    cluster: &mut Cluster,
    report: &mut Report,
) -> Result<Vec<Case>, Failure> {
    let plans = Plans::new(&server.definitions()?);
    progress(format_args!("plan: {name}: changing {} objects", works.len()));
    let done = server.work(works, &plans)?;
    report.compared(done.objects, format!("objects of {name} applied, changed and changed back"));
    if done.invalid > 0 {
        report.compared(done.invalid, format!("changes of {name} that leave no valid object, or whose kind is not served, which no plan is about"));
    }
    record(cluster, &done.cases)?;
    Ok(done.cases)
}

/// Keeps what was asked and answered beside the cluster, for whoever looks with `--keep`.
fn record(cluster: &Cluster, cases: &[Case]) -> Result<(), Failure> {
    let file = cluster.folder("plan")?.join("cases.jsonl");
    let mut text = String::new();
    for Case { kind, path, change, old, new, server, reason, plan, said } in cases {
        let line = json!({"kind": kind, "path": path, "change": change, "server": server.to_string(), "plan": plan.to_string(),
            "reason": reason, "said": said, "old": old, "new": new});
        text.push_str(&line.to_string());
        text.push('\n');
    }
    fs::write(&file, text).map_err(|error| cannot_write(&file, &error))
}

fn compare(cases: &[Case], known: &[Known], report: &mut Report) {
    let mut agreed: BTreeMap<Verdict, usize> = BTreeMap::new();
    let mut used = vec![0_usize; known.len()];
    let mut disagreements: BTreeMap<(&str, &str, Verdict, Verdict), (usize, String)> =
        BTreeMap::new();
    for case in cases {
        if case.server == case.plan {
            *agreed.entry(case.server).or_default() += 1;
            continue;
        }
        if let Some(position) = known.iter().position(|known| known.explains(case)) {
            used[position] += 1;
            continue;
        }
        let key = (case.kind.as_str(), case.path.as_str(), case.server, case.plan);
        let example = || format!("{}: {} {}", case.change, case.reason, case.said);
        disagreements.entry(key).or_insert_with(|| (0, example())).0 += 1;
    }
    let judged: usize = agreed.values().sum();
    for (verdict, count) in agreed {
        report.compared(
            count,
            format!("changes of which the API server and the plan say: {verdict}"),
        );
    }
    report.compared(
        used.iter().sum(),
        "changes in which both differ as conformance/src/lanes/plan/known.rs says",
    );
    if judged < LEAST {
        report.finding(format!(
            "only {judged} changes were judged: add objects to conformance/src/lanes/plan/pairs"
        ));
    }
    for (entry, used) in known.iter().zip(used) {
        if used == 0 {
            report.finding(format!("{entry}: listed as a known difference, but there is none any more: remove it from conformance/src/lanes/plan/known.rs"));
        }
    }
    for ((kind, path, server, plan), (count, example)) in disagreements {
        report.finding(format!(
            "{kind} {path}: the API server says {server:?}, the plan says {plan:?}, {count} times, such as {example}"
        ));
    }
}
