//! What comes of a difference: one file for each group of effects.

mod configuration;
mod custom;
mod deletion;
mod delivery;
mod emptied;
mod immutable;
mod security;
mod service;
mod storage;
mod workload;

use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt::Write;

use crate::check::hook_phase;

pub use deletion::lost_with;

use super::change::{Change, Consequence, Group};
use super::compare::{Difference, Schemas};
use super::matching::Pair;
use crate::environment::Environment;
use crate::graph::reading::ReadOnce;
use crate::graph::{Call, Graph, Reference};
use crate::objects::{Identity, Object};

/// What a change does, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Data is gone.
    DataLoss,
    /// The API server refuses it, whatever is done.
    Refused,
    /// Something does not answer for a while, or for good.
    Outage,
    /// The API server refuses to change it: it has to be deleted and created.
    Recreate,
    /// More is allowed, or less is protected.
    Security,
    /// It is deleted.
    Delete,
    /// Pods are replaced one after the other.
    Restart,
    /// Running pods keep the old one until they are restarted.
    UntilRestart,
    /// It is stored, and what it describes stays as it is.
    NoEffect,
    /// It is changed where it is.
    InPlace,
    /// It changes nothing in the cluster.
    Ignored,
    /// It is created.
    Create,
}

impl Effect {
    /// Every effect, the worst first.
    pub const ALL: [Self; 12] = [
        Self::DataLoss,
        Self::Refused,
        Self::Outage,
        Self::Recreate,
        Self::Security,
        Self::Delete,
        Self::Restart,
        Self::UntilRestart,
        Self::NoEffect,
        Self::InPlace,
        Self::Ignored,
        Self::Create,
    ];

    /// Its name, in kebab-case; stable.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DataLoss => "data-loss",
            Self::Refused => "refused",
            Self::Outage => "outage",
            Self::Recreate => "recreate",
            Self::Security => "security",
            Self::Delete => "delete",
            Self::Restart => "restart",
            Self::UntilRestart => "until-restart",
            Self::NoEffect => "no-effect",
            Self::Ignored => "ignored",
            Self::InPlace => "in-place",
            Self::Create => "create",
        }
    }

    /// As people read it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::DataLoss => "data loss",
            Self::Refused => "refused",
            Self::Outage => "outage",
            Self::Recreate => "must be recreated",
            Self::Security => "security",
            Self::Delete => "deleted",
            Self::Restart => "rolling restart",
            Self::UntilRestart => "no effect until restart",
            Self::NoEffect => "no effect",
            Self::Ignored => "ignored",
            Self::InPlace => "changed in place",
            Self::Create => "created",
        }
    }

    /// Whether it says whether and how a difference is taken over; other effects come in addition.
    fn is_verdict(self) -> bool {
        !matches!(self, Self::DataLoss | Self::Outage | Self::Security)
    }
}

/// What effects are judged by.
pub(super) struct Context<'a> {
    pub(super) from: Graph<'a>,
    pub(super) to: Graph<'a>,
    pub(super) schemas: Schemas<'a>,
    /// The positions of what names an object, in the references of `to`.
    named: HashMap<Identity, Vec<usize>>,
    /// The Services that texts of `to` name, collected when somebody asks.
    calls: OnceCell<Vec<Call<'a>>>,
    /// What pods of `to` read once, collected when somebody asks.
    read_once: OnceCell<ReadOnce>,
}

impl<'a> Context<'a> {
    pub(super) fn of(from: &'a Environment, to: &'a Environment) -> Self {
        let graph = Graph::of(to);
        let mut named: HashMap<Identity, Vec<usize>> = HashMap::new();
        for (position, reference) in graph.references.iter().enumerate() {
            named.entry(reference.target.clone()).or_default().push(position);
        }
        Self {
            from: Graph::of(from),
            to: graph,
            schemas: Schemas::of_both(from, to),
            named,
            calls: OnceCell::new(),
            read_once: OnceCell::new(),
        }
    }

    /// What names an object afterwards.
    fn naming(&self, identity: &Identity) -> impl Iterator<Item = &Reference<'a>> {
        let positions = self.named.get(identity);
        positions.into_iter().flatten().map(|&position| &self.to.references[position])
    }

    /// The Services that texts name afterwards.
    fn calls(&self) -> impl Iterator<Item = &Call<'a>> {
        self.calls.get_or_init(|| self.to.calls()).iter()
    }

    /// What pods read once, afterwards.
    fn read_once(&self) -> &ReadOnce {
        self.read_once.get_or_init(|| ReadOnce::of(&self.to.pods, |_| true))
    }

    /// Whether the pods of a namespace are here, so that what selects none afterwards selects nothing.
    fn sees_all_pods(&self, namespace: &str) -> bool {
        // Where all pods of a namespace are gone, only the old side knows that they were all.
        self.to.sees_all_pods(namespace) || self.from.sees_all_pods(namespace)
    }

    /// The bundle of an object, or the folder that an Application deploys.
    pub(super) fn label(&self, object: &Object) -> Option<String> {
        self.to.delivery().label(object).or_else(|| self.from.delivery().label(object))
    }

    /// Changes by Application, in the order in which Argo CD deploys them.
    pub(super) fn grouped(&self, changes: Vec<Change>) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let mut positions: HashMap<Option<String>, usize> = HashMap::new();
        for change in changes {
            let position = *positions.entry(change.application.clone()).or_insert_with(|| {
                groups.push(self.group(&change));
                groups.len() - 1
            });
            groups[position].changes.push(change);
        }
        for group in &mut groups {
            group.changes.sort_by(|one, other| {
                let key = |change: &Change| (change.phase, change.wave, change.worst());
                key(one).cmp(&key(other)).then_with(|| one.identity.cmp(&other.identity))
            });
        }
        groups.sort_by(|one, other| {
            let key = |group: &Group| (group.application.is_none(), group.waves.clone());
            key(one).cmp(&key(other)).then_with(|| one.name.cmp(&other.name))
        });
        groups
    }

    fn group(&self, change: &Change) -> Group {
        let identity = &change.identity;
        let find = |graph: &Graph<'a>| {
            let (object, delivery) = (graph.objects().get(identity)?, graph.delivery());
            let application = delivery.application_of_copy(object)?;
            Some((application, delivery.waves(application)))
        };
        let found = find(&self.to).or_else(|| find(&self.from));
        let (application, waves) = found.map_or_else(Default::default, |(application, waves)| {
            (Some(application.identity.clone()), waves)
        });
        Group { name: change.application.clone(), application, waves, changes: Vec::new() }
    }
}

/// One object, and what is found out about it.
pub(super) struct Subject<'p, 'a> {
    pair: &'p Pair<'a>,
    differences: &'p [Difference],
    of_fields: Vec<Vec<Consequence>>,
    whole: Vec<Consequence>,
}

impl<'p, 'a> Subject<'p, 'a> {
    pub(super) fn of(pair: &'p Pair<'a>, differences: &'p [Difference]) -> Self {
        Self {
            pair,
            differences,
            of_fields: vec![Vec::new(); differences.len()],
            whole: Vec::new(),
        }
    }

    /// Whether nothing happens to the object.
    pub(super) fn is_silent(&self) -> bool {
        self.differences.is_empty() && self.whole.is_empty()
    }

    pub(super) fn into_consequences(self) -> (Vec<Vec<Consequence>>, Vec<Consequence>) {
        (self.of_fields, self.whole)
    }

    /// The object: as it will be, or as it was.
    fn object(&self) -> Option<&'a Object> {
        self.pair.new.or(self.pair.old)
    }

    /// Both versions of an object that stays.
    fn both(&self) -> Option<(&'a Object, &'a Object)> {
        self.pair.old.zip(self.pair.new)
    }

    /// What is new.
    fn created(&self) -> Option<&'a Object> {
        self.pair.new.filter(|_| self.pair.old.is_none())
    }

    /// What is gone.
    fn deleted(&self) -> Option<&'a Object> {
        self.pair.old.filter(|_| self.pair.new.is_none())
    }

    fn is(&self, group: &str, kind: &str) -> bool {
        self.object().is_some_and(|object| object.is(group, kind))
    }

    /// The positions of differences at a field or below it.
    fn below(&self, path: &str) -> Vec<usize> {
        self.matching(|difference| difference.is_below(path))
    }

    /// The positions of differences that satisfy something.
    fn matching(&self, is_it: impl Fn(&Difference) -> bool) -> Vec<usize> {
        let all = self.differences.iter().enumerate();
        all.filter(|(_, difference)| is_it(difference)).map(|(position, _)| position).collect()
    }

    /// Tells what comes of the difference at a position.
    fn field(
        &mut self,
        position: usize,
        effect: Effect,
        cause: impl Into<String>,
    ) -> &mut Consequence {
        add(&mut self.of_fields[position], effect, cause.into())
    }

    /// Tells what happens to the object as a whole.
    fn whole(&mut self, effect: Effect, cause: impl Into<String>) -> &mut Consequence {
        add(&mut self.whole, effect, cause.into())
    }

    /// Whether it is known how a difference is taken over.
    fn is_judged(&self, position: usize) -> bool {
        self.of_fields[position].iter().any(|consequence| consequence.effect.is_verdict())
    }
}

fn add(to: &mut Vec<Consequence>, effect: Effect, cause: String) -> &mut Consequence {
    let position = to.iter().position(|known| known.effect == effect && known.cause == cause);
    let position = position.unwrap_or_else(|| {
        to.push(Consequence { effect, cause, way_out: None, one_way: false });
        to.len() - 1
    });
    &mut to[position]
}

/// Tells what comes of every difference of an object.
pub(super) fn tell(context: &Context<'_>, subject: &mut Subject<'_, '_>) {
    let all: [fn(&Context<'_>, &mut Subject<'_, '_>); 10] = [
        immutable::tell,
        service::tell,
        storage::tell,
        custom::tell,
        emptied::tell,
        workload::tell,
        configuration::tell,
        security::tell,
        deletion::tell,
        delivery::tell,
    ];
    for tell in all {
        tell(context, subject);
    }
    if subject.created().is_some() {
        let mut cause = match subject.pair.renamed {
            Some(old) => format!("is new, as {old} under another name"),
            None => "is new".to_owned(),
        };
        if let Some(phase) = subject.object().and_then(hook_phase) {
            // Writing to a String cannot fail.
            let _ = write!(cause, ", a hook that each sync runs ({phase})");
        }
        subject.whole(Effect::Create, cause);
    } else if let (false, Some(phase)) =
        (subject.is_silent(), subject.pair.new.and_then(hook_phase))
    {
        subject.whole(Effect::InPlace, format!("it is a hook, which each sync runs ({phase})"));
    }
    refused(subject);
    for position in 0..subject.differences.len() {
        if !subject.is_judged(position) {
            let cause = in_place(&subject.differences[position]);
            subject.field(position, Effect::InPlace, cause);
        }
    }
}

/// One field that is refused holds up all others of its object.
fn refused(subject: &mut Subject<'_, '_>) {
    let is_refusal = |effect| matches!(effect, Effect::Refused | Effect::Recreate);
    let refuses =
        |consequences: &Vec<Consequence>| consequences.iter().any(|own| is_refusal(own.effect));
    let count = subject.of_fields.iter().filter(|consequences| refuses(consequences)).count();
    let effects = subject.of_fields.iter().flatten().map(|consequence| consequence.effect);
    if let Some(worst) = effects.filter(|&effect| is_refusal(effect)).min()
        && count < subject.of_fields.len()
    {
        subject.whole(worst, "nothing of this object is taken over before that");
    }
}

/// Causes of what is taken over without further ado.
const PLAIN: [&str; 3] = [
    "labels and annotations of the object alone; no pod restarts",
    "the same object, written in another version of its kind",
    "the API server takes it over; no pod restarts",
];

fn in_place(difference: &Difference) -> &'static str {
    match difference.keys.first().map(String::as_str) {
        Some("metadata") => PLAIN[0],
        Some("apiVersion") => PLAIN[1],
        _ => PLAIN[2],
    }
}

/// Whether a cause says only that nothing else comes of it.
pub(super) fn is_plain(consequence: &Consequence) -> bool {
    consequence.effect == Effect::InPlace && PLAIN.contains(&consequence.cause.as_str())
}

/// The command that deletes an object: `kubectl -n shop delete deployment.apps cart`.
fn delete_command(object: &Object, options: &str) -> String {
    let Identity { group, kind, namespace, name } = &object.identity;
    let mut kind = kind.to_lowercase();
    if !group.is_empty() {
        kind = format!("{kind}.{group}");
    }
    let namespace =
        namespace.as_ref().map_or_else(String::new, |namespace| format!("-n {namespace} "));
    format!("kubectl {namespace}delete {kind} {name}{options}")
}

/// `1 pod`, `3 pods`.
fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
