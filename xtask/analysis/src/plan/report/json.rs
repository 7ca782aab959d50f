//! Plans for programs. The form is stable: fields may be added, none changes its meaning.

use std::collections::BTreeMap;

use serde::Serialize;
use support::Failure;

use crate::check::Phase;
use crate::objects::{Identity, Line, Value};
use crate::plan::{Change, Consequence, Field, Group, Plan, Shown};

/// The number of the form; it grows when a field changes its meaning.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    plans: Vec<OfPlan<'a>>,
}

#[derive(Serialize)]
struct OfPlan<'a> {
    environment: Option<&'a str>,
    worst: Option<&'a str>,
    totals: BTreeMap<&'a str, usize>,
    unchanged: usize,
    groups: Vec<OfGroup<'a>>,
    unseen: &'a [String],
    random: &'a [String],
    steps: Vec<String>,
    one_way: Vec<OneWay<'a>>,
}

#[derive(Serialize)]
struct OneWay<'a> {
    object: OfObject<'a>,
    cause: &'a str,
}

#[derive(Serialize)]
struct OfGroup<'a> {
    name: Option<&'a str>,
    application: Option<OfObject<'a>>,
    waves: &'a [i64],
    changes: Vec<OfChange<'a>>,
}

#[derive(Serialize)]
struct OfObject<'a> {
    group: &'a str,
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
}

#[derive(Serialize)]
struct OfChange<'a> {
    object: OfObject<'a>,
    action: &'a str,
    worst: &'a str,
    phase: &'a str,
    wave: i64,
    renamed: Option<OfObject<'a>>,
    file: Option<&'a str>,
    line: Option<usize>,
    consequences: Vec<OfConsequence<'a>>,
    fields: Vec<OfField<'a>>,
}

#[derive(Serialize)]
struct OfField<'a> {
    path: &'a str,
    old: OfValue<'a>,
    new: OfValue<'a>,
    file: Option<&'a str>,
    line: Option<usize>,
    consequences: Vec<OfConsequence<'a>>,
}

#[derive(Serialize)]
struct OfValue<'a> {
    /// `absent`, `default`, `secret`, `value` or `order`.
    is: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
}

#[derive(Serialize)]
struct OfConsequence<'a> {
    effect: &'a str,
    cause: &'a str,
    way_out: Option<&'a str>,
    one_way: bool,
}

/// One document with everything.
pub(super) fn print(plans: &[Plan]) -> Result<String, Failure> {
    let report = Report { version: VERSION, plans: plans.iter().map(plan).collect() };
    let mut text = serde_json::to_string_pretty(&report).map_err(|error| unwritable(&error))?;
    text.push('\n');
    Ok(text)
}

/// One plan of such a document.
pub(super) fn single(one: &Plan) -> Result<Value, Failure> {
    Value::of(&plan(one)).map_err(|error| unwritable(&error))
}

fn unwritable(error: &serde_json::Error) -> Failure {
    Failure::new(format!("the plan cannot be written as JSON: {error}"))
}

fn plan(plan: &Plan) -> OfPlan<'_> {
    let totals = plan.totals();
    OfPlan {
        environment: plan.environment.as_deref(),
        worst: totals.keys().next().map(|effect| effect.name()),
        totals: totals.iter().map(|(effect, &count)| (effect.name(), count)).collect(),
        unchanged: plan.unchanged,
        groups: plan.groups.iter().map(group).collect(),
        unseen: &plan.unseen,
        random: &plan.random,
        steps: plan.steps(),
        one_way: plan
            .one_way()
            .map(|(change, consequence)| OneWay {
                object: object(&change.identity),
                cause: &consequence.cause,
            })
            .collect(),
    }
}

fn group(group: &Group) -> OfGroup<'_> {
    OfGroup {
        name: group.name.as_deref(),
        application: group.application.as_ref().map(object),
        waves: &group.waves,
        changes: group.changes.iter().map(change).collect(),
    }
}

fn object(identity: &Identity) -> OfObject<'_> {
    let Identity { group, kind, namespace, name } = identity;
    OfObject { group, kind, namespace: namespace.as_deref(), name }
}

fn change(change: &Change) -> OfChange<'_> {
    let (file, line) = place(change.line.as_ref());
    OfChange {
        object: object(&change.identity),
        action: change.action.name(),
        worst: change.worst().name(),
        phase: match change.phase {
            Phase::PreSync => "pre-sync",
            Phase::Sync => "sync",
            Phase::PostSync => "post-sync",
        },
        wave: change.wave,
        renamed: change.renamed.as_ref().map(object),
        file,
        line,
        consequences: change.consequences.iter().map(consequence).collect(),
        fields: change.fields.iter().map(field).collect(),
    }
}

fn field(field: &Field) -> OfField<'_> {
    let (file, line) = place(field.line.as_ref());
    OfField {
        path: &field.path,
        old: value(&field.old),
        new: value(&field.new),
        file,
        line,
        consequences: field.consequences.iter().map(consequence).collect(),
    }
}

fn value(shown: &Shown) -> OfValue<'_> {
    let (is, value) = match shown {
        Shown::Absent => ("absent", None),
        Shown::Default(value) => ("default", Some(value.clone())),
        Shown::Secret => ("secret", None),
        Shown::Value(value) => ("value", Some(value.clone())),
        Shown::Order(names) => ("order", Some(names.as_slice().into())),
    };
    OfValue { is, value }
}

fn consequence(consequence: &Consequence) -> OfConsequence<'_> {
    OfConsequence {
        effect: consequence.effect.name(),
        cause: &consequence.cause,
        way_out: consequence.way_out.as_deref(),
        one_way: consequence.one_way,
    }
}

fn place(line: Option<&Line>) -> (Option<&str>, Option<usize>) {
    (line.map(|line| &*line.file), line.map(|line| line.line))
}
