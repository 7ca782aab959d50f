//! What happens to objects.

use super::compare::Difference;
use super::effect::Effect;
use crate::check::Phase;
use crate::objects::{Identity, Line, Value};

/// What changes of one Application.
#[derive(Clone, Debug)]
pub struct Group {
    /// The bundle, or the folder that an Application deploys; none for objects that no Application here deploys.
    pub name: Option<String>,
    /// The Application, where it is among the objects.
    pub application: Option<Identity>,
    /// The sync waves of the Application, behind those of the Applications that deploy it.
    pub waves: Vec<i64>,
    /// Its objects, in the order of their sync waves.
    pub changes: Vec<Change>,
}

impl Group {
    /// Its worst effect.
    #[must_use]
    pub fn worst(&self) -> Option<Effect> {
        self.changes.iter().map(Change::worst).min()
    }
}

/// What happens to an object.
#[derive(Clone, Debug)]
pub struct Change {
    /// The object.
    pub identity: Identity,
    /// What is done with it.
    pub action: Action,
    /// The object of another name that it probably was, or becomes.
    pub renamed: Option<Identity>,
    /// The bundle, or the folder that an Application deploys.
    pub application: Option<String>,
    /// The phase of a sync in which it is applied.
    pub phase: Phase,
    /// Its sync wave.
    pub wave: i64,
    /// The line of Rust that wrote it, or its line in YAML; of what is deleted its line in the old YAML.
    pub line: Option<Line>,
    /// The fields that differ.
    pub fields: Vec<Field>,
    /// What happens to it as a whole.
    pub consequences: Vec<Consequence>,
}

/// What is done with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is new.
    Create,
    /// It is there on both sides.
    Change,
    /// It is no longer there.
    Delete,
}

impl Action {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Delete => "delete",
        }
    }
}

impl Change {
    /// Every consequence, those of the object as a whole first.
    pub fn consequences(&self) -> impl Iterator<Item = &Consequence> {
        self.consequences.iter().chain(self.fields.iter().flat_map(|field| &field.consequences))
    }

    /// Its effects.
    pub fn effects(&self) -> impl Iterator<Item = Effect> {
        self.consequences().map(|consequence| consequence.effect)
    }

    /// Its worst effect.
    #[must_use]
    pub fn worst(&self) -> Effect {
        self.effects().min().unwrap_or(Effect::InPlace)
    }
}

/// A field that differs.
#[derive(Clone, Debug)]
pub struct Field {
    /// As people read it: `spec.template.spec.containers[name=gin].image`.
    pub path: String,
    /// Its old value.
    pub old: Shown,
    /// Its new value.
    pub new: Shown,
    /// Its line.
    pub line: Option<Line>,
    /// What comes of it.
    pub consequences: Vec<Consequence>,
}

/// A value as it may be shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// There is none.
    Absent,
    /// There is none, and the API server writes this one.
    Default(Value),
    /// It is not shown, because it is secret.
    Secret,
    /// This one.
    Value(Value),
    /// The elements of a list, of which only the order differs.
    Order(Vec<String>),
}

impl Field {
    pub(super) fn of(
        difference: Difference,
        line: Option<Line>,
        consequences: Vec<Consequence>,
    ) -> Self {
        let Difference { shown, old, new, default, order, secret, .. } = difference;
        let one = |value: Option<Value>| match value {
            None => default.clone().map_or(Shown::Absent, Shown::Default),
            Some(_) if secret => Shown::Secret,
            Some(value) if order => Shown::Order(names(&value)),
            Some(value) => Shown::Value(value),
        };
        Self { path: shown, old: one(old), new: one(new), line, consequences }
    }
}

/// What elements of a list are called.
fn names(list: &Value) -> Vec<String> {
    let name = |element: &Value| {
        let keys = ["name", "mountPath", "containerPort", "devicePath", "ip", "topologyKey"];
        let found = keys.iter().map(|key| &element[*key]).find(|value| !value.is_null());
        match found {
            Some(Value::String(text)) => text.to_string(),
            Some(other) => other.to_string(),
            None => element.to_string(),
        }
    };
    crate::objects::list(list).iter().map(name).collect()
}

/// What comes of a difference, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consequence {
    /// What happens.
    pub effect: Effect,
    /// Why, as the end of a sentence without a full stop.
    pub cause: String,
    /// What somebody has to do.
    pub way_out: Option<String>,
    /// Whether deploying the old state again does not take it back.
    pub one_way: bool,
}

impl Consequence {
    /// Says what somebody has to do.
    pub(super) fn way_out(&mut self, way_out: impl Into<String>) -> &mut Self {
        self.way_out = Some(way_out.into());
        self
    }

    /// Says that it cannot be taken back.
    pub(super) fn one_way(&mut self) -> &mut Self {
        self.one_way = true;
        self
    }
}
