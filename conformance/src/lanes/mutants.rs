//! Lane `mutants`: our rules refuse what a real API server refuses, and nothing else.
//!
//! Objects that it accepts are changed in every way that somebody could have got them wrong, each change alone. What the API server
//! says of each is compared with what the rules say that promise to know it.

mod ask;
mod change;
pub mod faults;
mod known;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use analysis::check::{Family, Finding, Rule, Severity, check, rules};
use analysis::environment::Environment;
use analysis::objects::{Line, Object, Objects, Origin, read};
use analysis::schema::KUBERNETES_MINOR;
use harness::{Cluster, Failure, Programs, Report, cannot_write, progress};
use serde_json::{Value, json};

use super::{Options, apply, in_cluster};
use crate::rendered;
use ask::{Answer, Asking};
pub use change::{Changes, Mutant};

use known::{KNOWN, Known};

/// Fewer mutants would say little.
const LEAST: usize = 5_000;

/// Asks the API server and the rules of every mutant.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    in_cluster(programs, options, "mutants", report, |cluster, report| {
        let seeds = seeds(options, cluster)?;
        let cases = cases(programs, cluster, seeds)?;
        compare(&cases, &promising(), KNOWN, report);
        Ok(())
    })
}

/// The rules that say that the API server refuses what they find.
fn promising() -> Vec<&'static Rule> {
    let is_promising = |rule: &&Rule| {
        rule.family == Family::Schema || rule.consequence.starts_with("the API server refuses")
    };
    rules::ALL.iter().copied().filter(is_promising).collect()
}

/// Whether a rule says so of all that it finds.
fn is_certain(rule: &Rule) -> bool {
    let is_partly = rule.family != Family::Schema && rule.consequence.contains(';');
    rule.severity == Severity::Error && !is_partly
}

/// A mutant, and what the API server says of it.
struct Case {
    mutant: Mutant,
    answer: Answer,
}

/// Asks the API server of objects, and of their mutants where it takes the objects themselves.
fn cases(
    programs: &Programs,
    cluster: &mut Cluster,
    seeds: Vec<Value>,
) -> Result<Vec<Case>, Failure> {
    make_namespaces(cluster, &seeds)?;
    let asking = Asking::start(programs, cluster)?;
    let seeds: Vec<Value> = seeds.into_iter().filter(|seed| asking.serves(seed)).collect();
    let answers = asking.ask(&seeds.iter().collect::<Vec<_>>())?;
    let mut changes = Changes::default();
    let mut mutants: Vec<Mutant> = Vec::new();
    let mut cases = Vec::new();
    for (seed, answer) in seeds.into_iter().zip(answers) {
        if answer == Answer::Accepted {
            mutants.extend(changes.of(&seed));
        }
        let kind = seed["kind"].as_str().unwrap_or_default().to_owned();
        let mutant = Mutant { json: seed, kind, path: String::new(), change: "nothing".to_owned() };
        cases.push(Case { mutant, answer });
    }
    // Without a name it is no object, neither for the rules nor for whoever applies it.
    mutants.retain(|mutant| object(&mutant.json).is_some());
    progress(format_args!("mutants: asking the API server of {}", mutants.len()));
    let answers = asking.ask(&mutants.iter().map(|mutant| &mutant.json).collect::<Vec<_>>())?;
    cases.extend(mutants.into_iter().zip(answers).map(|(mutant, answer)| Case { mutant, answer }));
    record(cluster, &cases)?;
    Ok(cases)
}

/// Keeps what was asked and answered beside the cluster, for whoever looks with `--keep`.
fn record(cluster: &Cluster, cases: &[Case]) -> Result<(), Failure> {
    let file = cluster.folder("mutants")?.join("answers.jsonl");
    let mut text = String::new();
    for Case { mutant: Mutant { json, kind, path, change }, answer } in cases {
        let refused = match answer {
            Answer::Accepted => Value::Null,
            Answer::Refused(reason) => json!(reason),
            Answer::Unseen => json!(false),
        };
        let line = json!({"kind": kind, "path": path, "change": change, "refused": refused, "object": json});
        text.push_str(&line.to_string());
        text.push('\n');
    }
    fs::write(&file, text).map_err(|error| cannot_write(&file, &error))
}

/// What is changed: objects of this lane with nearly every field of Kubernetes' own kinds, those of all environments, and the manifests
/// of the rules.
fn seeds(options: &Options, cluster: &mut Cluster) -> Result<Vec<Value>, Failure> {
    let mut all = own_seeds("")?;
    let mut rendered_objects = Vec::new();
    for rendered in rendered::environments()? {
        rendered_objects.extend(rendered.objects);
    }
    let kinds = apply::custom_kinds(cluster, &rendered_objects)?;
    apply::install_crds(cluster, options, &kinds)?;
    all.extend(rendered_objects.into_iter().map(|object| object.value));
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("xtask");
    all.extend(objects_below(&rules.join("analysis/src/check"))?);
    // What others create is only declared, not written.
    all.retain(|seed| seed["metadata"]["annotations"][EXTERNAL].is_null());
    Ok(all)
}

/// The annotation of what others create.
const EXTERNAL: &str = "check.manifests/external";

/// The objects of this lane, or those of one file.
fn own_seeds(file: &str) -> Result<Vec<Value>, Failure> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lanes/mutants/seeds");
    objects_below(&folder.join(file))
}

fn objects_below(folder: &Path) -> Result<Vec<Value>, Failure> {
    Ok(read(folder)?.objects.iter().map(|object| Value::from(&object.json)).collect())
}

/// Makes what objects need to be looked at: their namespaces, and the account of pods that name none.
fn make_namespaces(cluster: &mut Cluster, seeds: &[Value]) -> Result<(), Failure> {
    let mut items = BTreeMap::new();
    let namespaces = seeds.iter().filter_map(|seed| seed["metadata"]["namespace"].as_str());
    for name in namespaces.chain(["default"]).filter(|name| !name.is_empty()) {
        let namespace =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        items.insert((0, name, ""), namespace);
        items.insert((1, name, "default"), account(name, "default"));
    }
    for pod in seeds.iter().filter(|seed| seed["kind"] == "Pod") {
        let namespace = pod["metadata"]["namespace"].as_str().unwrap_or("default");
        let accounts = ["serviceAccountName", "serviceAccount"];
        for name in accounts.iter().filter_map(|field| pod["spec"][field].as_str()) {
            items.insert((1, namespace, name), account(namespace, name));
        }
    }
    let file = cluster.folder("mutants")?.join("namespaces.json");
    let list =
        json!({"apiVersion": "v1", "kind": "List", "items": items.values().collect::<Vec<_>>()});
    fs::write(&file, list.to_string()).map_err(|error| cannot_write(&file, &error))?;
    let applied = cluster.apply(&[&file])?;
    if applied.errors.is_empty() {
        return Ok(());
    }
    Err(Failure::new("the API server refuses the namespaces of the lane; correct them in conformance/src/lanes/mutants.rs:")
        .with_output(&applied.errors.join("\n")))
}

fn account(namespace: &str, name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}})
}

fn object(json: &Value) -> Option<Object> {
    let origin =
        Origin::Rust { written: Line { file: "mutant".into(), line: 1 }, patched: Vec::new() };
    Object::of(json.clone(), origin, None)
}

/// What the rules say of an object.
fn said(rules: &[&'static Rule], json: &Value) -> Vec<Finding> {
    let objects = Objects::new(object(json).into_iter().collect());
    let mut environment = Environment::of(None, objects);
    environment.exceptions.clear();
    environment.cluster.kubernetes_minor = Some(KUBERNETES_MINOR);
    check(&environment, rules.iter().copied()).findings
}

fn shown(finding: &Finding) -> String {
    format!("{} at {}: {}", finding.rule.name, finding.field, finding.message)
}

/// Cases in which the API server and the rules disagree alike.
struct Disagreement {
    count: usize,
    example: String,
}

fn compare(cases: &[Case], rules: &[&'static Rule], known: &[Known], report: &mut Report) {
    let (mut both_accept, mut both_refuse, mut unseen) = (0, 0, 0);
    let mut disagreements: BTreeMap<(String, String, &str), Disagreement> = BTreeMap::new();
    let mut used = vec![0_usize; known.len()];
    progress(format_args!("mutants: asking the rules of {}", cases.len()));
    for Case { mutant, answer } in cases {
        let said = said(rules, &mutant.json);
        let certain = said.iter().find(|finding| is_certain(finding.rule));
        let (who, why) = match (answer, certain.or(said.first())) {
            (Answer::Unseen, _) => {
                unseen += 1;
                continue;
            }
            (Answer::Accepted, _) if certain.is_none() => {
                both_accept += 1;
                continue;
            }
            (Answer::Refused(_), Some(_)) => {
                both_refuse += 1;
                continue;
            }
            (Answer::Accepted, finding) => (ONLY_RULES, finding.map(shown).unwrap_or_default()),
            (Answer::Refused(reason), None) => (ONLY_API_SERVER, reason.clone()),
        };
        let Mutant { kind, path, change, .. } = mutant;
        let entry =
            known.iter().position(|known| known.explains(who == ONLY_RULES, kind, path, &why));
        if let Some(position) = entry {
            used[position] += 1;
            continue;
        }
        let group = disagreements
            .entry((kind.clone(), path.clone(), who))
            .or_insert_with(|| Disagreement { count: 0, example: format!("{change}: {why}") });
        group.count += 1;
    }
    report.compared(both_refuse, "mutants refused by the API server and by the rules");
    report.compared(both_accept, "mutants accepted by both");
    if unseen > 0 {
        report.compared(unseen, "mutants in a namespace that is not there, which no rule can know");
    }
    report.compared(
        used.iter().sum(),
        "mutants in which both differ as conformance/src/lanes/mutants/known.rs says",
    );
    let judged = both_refuse + both_accept;
    if judged < LEAST {
        report.finding(format!(
            "only {judged} mutants were judged: add seeds to conformance/src/lanes/mutants/seeds"
        ));
    }
    for (entry, used) in known.iter().zip(used) {
        if used == 0 {
            report.finding(format!("{entry}: listed as a known difference, but there is none any more: remove it from conformance/src/lanes/mutants/known.rs"));
        }
    }
    for ((kind, path, who), Disagreement { count, example }) in disagreements {
        report.finding(format!("{kind} {path}: {who}, {count} times, such as {example}"));
    }
}

const ONLY_API_SERVER: &str = "the API server refuses what no rule finds";
const ONLY_RULES: &str = "a rule finds what the API server accepts";
