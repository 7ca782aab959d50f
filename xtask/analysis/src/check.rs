//! Rules: what a cluster would only tell later.
//!
//! A rule is one file below the folder of its family: what it says of itself, its function, and beside it a folder of its name with
//! `bad/` and `good/`, manifests in which it finds something and in which it does not. [`rules::ALL`] lists every rule.

mod capacity;
mod data;
mod drift;
mod exceptions;
mod finding;
mod gitops;
mod lifetime;
mod mesh;
mod near;
mod network;
mod places;
mod port;
mod reference;
mod reliability;
pub mod rules;
mod schema;
mod security;
mod selection;
mod text;

use crate::environment::Environment;
use crate::graph::Graph;
use crate::objects::Line;

use finding::Added;
pub use finding::{At, Finding, Findings, Side};
pub use gitops::Phase;
pub(crate) use gitops::{has_option, hook_phase, is_never_applied, turn};
pub(crate) use lifetime::is_restarted;
pub(crate) use lifetime::{is_date, read_on};
pub(crate) use near::hint;
pub(crate) use places::Places;

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name, in kebab-case; stable.
    pub name: &'static str,
    /// What it looks at.
    pub family: Family,
    /// How bad what it finds is.
    pub severity: Severity,
    /// What it finds, as a sentence without a full stop: `A pod names a ConfigMap that nobody creates`.
    pub summary: &'static str,
    /// What happens in the cluster, as a sentence without a full stop.
    pub consequence: &'static str,
    /// Why it matters and what counts, in Markdown.
    pub explanation: &'static str,
    /// How to put it right, as a sentence without a full stop.
    pub remedy: &'static str,
    /// Where upstream says so.
    pub upstream: &'static str,
    /// Finds it.
    pub check: fn(&Graph<'_>, &mut Findings<'_>),
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// What names another object finds it.
    Reference,
    /// What selects by labels selects what it should.
    Selection,
    /// Ports lead to ports.
    Port,
    /// The mesh routes, admits and encrypts as it says.
    Mesh,
    /// Objects are what the API server accepts.
    Schema,
    /// What holds data keeps it.
    Data,
    /// No more rights, and no fewer secrets, than needed.
    Security,
    /// What runs stays up.
    Reliability,
    /// Argo CD can deploy it, in this order.
    Gitops,
    /// Nodes have room for it.
    Capacity,
    /// Texts are read as they were meant.
    Text,
    /// What must be reached is let through.
    Network,
    /// Environments differ where they say so.
    Drift,
    /// Nothing is past its end of life.
    Lifetime,
}

impl Family {
    /// Every family, in the order in which people read them.
    pub const ALL: [Self; 14] = [
        Self::Reference,
        Self::Selection,
        Self::Port,
        Self::Mesh,
        Self::Schema,
        Self::Data,
        Self::Security,
        Self::Reliability,
        Self::Gitops,
        Self::Capacity,
        Self::Text,
        Self::Network,
        Self::Drift,
        Self::Lifetime,
    ];

    /// What it looks at, as a sentence without a full stop.
    #[must_use]
    pub fn summary(self) -> &'static str {
        match self {
            Self::Reference => "What names another object finds it, down to the key and the port",
            Self::Selection => "What selects by labels selects what it should",
            Self::Port => "Ports lead to ports",
            Self::Mesh => "The mesh routes, admits and encrypts as it says",
            Self::Schema => "Objects are what the API server accepts",
            Self::Data => "What holds data keeps it",
            Self::Security => "No more rights than needed, and no secrets in Git",
            Self::Reliability => "What runs stays up",
            Self::Gitops => "Argo CD can deploy it, in this order",
            Self::Capacity => "Nodes have room for it",
            Self::Text => "Texts are read as they were meant",
            Self::Network => "What must be reached is let through",
            Self::Drift => "Environments differ where they say so",
            Self::Lifetime => "Nothing is past its end of life",
        }
    }

    /// Its name: the folder of its rules.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Selection => "selection",
            Self::Port => "port",
            Self::Mesh => "mesh",
            Self::Schema => "schema",
            Self::Data => "data",
            Self::Security => "security",
            Self::Reliability => "reliability",
            Self::Gitops => "gitops",
            Self::Capacity => "capacity",
            Self::Text => "text",
            Self::Network => "network",
            Self::Drift => "drift",
            Self::Lifetime => "lifetime",
        }
    }
}

/// How bad what a rule finds is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It does not work, or is refused.
    Error,
    /// It works, and will hurt somebody.
    Warning,
}

impl Severity {
    /// Its name: `error` or `warning`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// What a check of an environment has found.
#[derive(Debug)]
pub struct Checked {
    /// What is to be put right, in the order of the objects.
    pub findings: Vec<Finding>,
    /// How many findings exceptions have accepted.
    pub accepted: usize,
    /// Kinds that no schema is known of, with the number of their objects: they were not compared. None where no rule compares.
    pub unknown_kinds: Vec<(String, usize)>,
    /// Which exceptions of the environment have accepted something.
    used: Vec<bool>,
}

/// Checks an environment by these rules; what its exceptions accept is left out.
#[must_use]
pub fn check(environment: &Environment, rules: impl IntoIterator<Item = &'static Rule>) -> Checked {
    check_graph(&Graph::of(environment), rules)
}

fn check_graph(graph: &Graph<'_>, rules: impl IntoIterator<Item = &'static Rule>) -> Checked {
    let environment = graph.environment;
    let mut all = Findings::of(environment);
    let mut compares = false;
    for rule in rules {
        compares |= rule.family == Family::Schema;
        all.begin(rule);
        (rule.check)(graph, &mut all);
    }
    let accepting = exceptions::Accepting::of(environment);
    let mut used = vec![false; environment.exceptions.len()];
    let (accepted, mut findings): (Vec<Finding>, Vec<Finding>) =
        all.into_inner().into_iter().partition(|finding| accepting.accept(finding, &mut used));
    sort(&mut findings);
    let unknown_kinds = if compares { schema::unknown_kinds(graph) } else { Vec::new() };
    Checked { findings, accepted: accepted.len(), unknown_kinds, used }
}

/// Checks environments that belong together by these rules, and then the exceptions of all of them: one that no environment needs is
/// a finding in each.
#[must_use]
pub fn check_all(environments: &[Environment], rules: &[&'static Rule]) -> Vec<Checked> {
    let check_one =
        |environment| check_graph(&Graph::among(environment, environments), rules.iter().copied());
    let mut checked: Vec<Checked> = environments.iter().map(check_one).collect();
    let used: Vec<Vec<bool>> = checked.iter().map(|checked| checked.used.clone()).collect();
    let names: Vec<&str> = rules.iter().map(|rule| rule.name).collect();
    let pairs = environments.iter().zip(used.iter().map(Vec::as_slice));
    for (checked, idle) in checked.iter_mut().zip(exceptions::idle(pairs, &names)) {
        checked.findings.extend(idle);
        sort(&mut checked.findings);
    }
    checked
}

fn sort(findings: &mut Vec<Finding>) {
    findings.sort_by_cached_key(|finding| {
        let line: Option<Line> = finding.line.clone();
        (line, finding.object.clone(), finding.field.clone(), finding.rule.name)
    });
    findings.dedup();
}
