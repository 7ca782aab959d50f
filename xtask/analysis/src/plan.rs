//! What a change does to a cluster: the objects of two environments, matched and compared, with the effect of each difference.
//!
//! ```text
//! matching → compare → effect → report
//! ```
//!
//! Pure functions: the same two environments give the same plan, whatever the order of their objects.

mod change;
mod compare;
mod effect;
mod matching;
pub mod random;
pub mod report;
pub mod saved;
pub mod sources;

use std::collections::BTreeMap;

use manifests_lib::check::secret_texts;

use crate::check::{Places, turn};
use crate::environment::Environment;
use crate::objects::{FieldPath, Object, Origin, Step, Value};
pub use change::{Action, Change, Consequence, Field, Group, Shown};
use effect::{Context, Subject};
pub use effect::{Effect, lost_with};
use matching::Pair;

/// What a change does.
#[derive(Debug)]
pub struct Plan {
    /// The environment, where it has a name.
    pub environment: Option<String>,
    /// What changes, by Application, in the order in which Argo CD deploys them.
    pub groups: Vec<Group>,
    /// How many objects stay as they are.
    pub unchanged: usize,
    /// What makes objects that are not here, and differs: charts and folders that were not rendered, or could not be.
    pub unseen: Vec<String>,
    /// Whether charts and folders of others were rendered.
    pub is_rendered: bool,
    /// What charts make anew each time they are rendered, such as passwords, and what was therefore not compared.
    pub random: Vec<String>,
}

impl Plan {
    /// Every object that changes, in the order of the groups.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.groups.iter().flat_map(|group| &group.changes)
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// How many objects have each effect as their worst one; the worst effect comes first.
    #[must_use]
    pub fn totals(&self) -> BTreeMap<Effect, usize> {
        let mut totals = BTreeMap::new();
        for change in self.changes() {
            *totals.entry(change.worst()).or_default() += 1;
        }
        totals
    }

    /// Whether a change has one of these effects.
    #[must_use]
    pub fn has(&self, effects: &[Effect]) -> bool {
        self.changes().any(|change| change.effects().any(|effect| effects.contains(&effect)))
    }

    /// What somebody has to do by hand, in the order of the groups, each once.
    #[must_use]
    pub fn steps(&self) -> Vec<String> {
        let mut steps = Vec::new();
        for change in self.changes() {
            for consequence in change.consequences() {
                if let Some(way_out) = &consequence.way_out {
                    let step = format!("{}: {way_out}", change.identity);
                    if !steps.contains(&step) {
                        steps.push(step);
                    }
                }
            }
        }
        steps
    }

    /// What cannot be taken back by deploying the old state again.
    pub fn one_way(&self) -> impl Iterator<Item = (&Change, &Consequence)> {
        let all = self
            .changes()
            .flat_map(|change| change.consequences().map(move |consequence| (change, consequence)));
        all.filter(|(_, consequence)| consequence.one_way)
    }
}

/// Compares what is deployed with what is to be.
#[must_use]
pub fn plan(from: &Environment, to: &Environment) -> Plan {
    let context = Context::of(from, to);
    let mut unchanged = 0;
    let mut changes = Vec::new();
    for pair in matching::pairs(&from.objects, &to.objects) {
        match change(&pair, &context) {
            Some(change) => changes.push(change),
            None => unchanged += 1,
        }
    }
    let environment = to.name.clone().or_else(|| from.name.clone());
    let groups = context.grouped(changes);
    let (unseen, random) = (sources::unseen(from, to), random::of(from, to));
    let is_rendered = [from, to].iter().any(|side| !side.rendered.is_empty());
    Plan { environment, groups, unchanged, unseen, is_rendered, random }
}

/// What happens to one object; none where nothing does.
fn change(pair: &Pair<'_>, context: &Context<'_>) -> Option<Change> {
    let (action, differences) = match (pair.old, pair.new) {
        (Some(old), Some(new)) => {
            (Action::Change, compare::differences(old, new, &context.schemas))
        }
        (Some(_), None) => (Action::Delete, Vec::new()),
        (None, _) => (Action::Create, Vec::new()),
    };
    let mut subject = Subject::of(pair, &differences);
    effect::tell(context, &mut subject);
    if action == Action::Change && subject.is_silent() {
        return None;
    }
    let object = pair.new.or(pair.old)?;
    let (of_fields, whole) = subject.into_consequences();
    let secrets = Secrets::of(pair);
    let mut places = Places::default();
    let fields = differences.into_iter().zip(of_fields).map(|(mut difference, consequences)| {
        secrets.hide(&mut difference);
        let line = match (&difference.new, pair.new, pair.old) {
            (None, Some(new), Some(old)) => match &new.origin {
                // What is gone from YAML stands where it was.
                Origin::Yaml { .. } => places.line(old, &difference.old_path),
                _ => places.line(new, &difference.new_path),
            },
            (_, Some(new), _) => places.line(new, &difference.new_path),
            (_, None, old) => old.and_then(|old| places.line(old, &difference.old_path)),
        };
        Field::of(difference, line, consequences)
    });
    let turn = turn(object);
    Some(Change {
        identity: object.identity.clone(),
        action,
        renamed: pair.renamed.cloned(),
        application: context.label(object),
        phase: turn.phase,
        wave: turn.wave,
        line: object.line(&FieldPath::default()),
        fields: fields.collect(),
        consequences: whole,
    })
}

/// The fields of an object that read like secrets, on both sides.
struct Secrets {
    old: Vec<FieldPath>,
    new: Vec<FieldPath>,
}

impl Secrets {
    fn of(pair: &Pair<'_>) -> Self {
        let of = |object: Option<&Object>| -> Vec<FieldPath> {
            let Some(json) = object
                .filter(|_| pair.old.is_some() && pair.new.is_some())
                .map(|object| &object.json)
            else {
                return Vec::new();
            };
            secret_texts(json)
                .iter()
                .filter_map(|secret| FieldPath::of(json, secret.value))
                .collect()
        };
        Self { old: of(pair.old), new: of(pair.new) }
    }

    /// Hides them in a difference, or all of it where it is within one.
    fn hide(&self, difference: &mut compare::Difference) {
        let sides = [
            (&self.old, &difference.old_path, &mut difference.old),
            (&self.new, &difference.new_path, &mut difference.new),
        ];
        for (paths, own, value) in sides {
            for path in paths {
                if own.0.starts_with(&path.0) {
                    difference.secret = true;
                } else if let Some(rest) = path.0.strip_prefix(own.0.as_slice())
                    && let Some(secret) = value.as_mut().and_then(|value| below(value, rest))
                {
                    *secret = "(secret)".into();
                }
            }
        }
    }
}

/// A value in another one.
fn below<'v>(value: &'v mut Value, steps: &[Step]) -> Option<&'v mut Value> {
    steps.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Index(position) => value.get_mut(position),
    })
}
