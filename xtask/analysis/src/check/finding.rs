//! What a rule finds.

use std::rc::Rc;
use std::sync::Arc;

use super::Rule;
use super::places::Places;
use super::schema::validation::Refusals;
use crate::environment::{Environment, External};
use crate::objects::{FieldPath, Line, Object, Origin, Value};

/// Something that a rule has found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// The environment, where it has a name.
    pub environment: Option<String>,
    /// The object: `Deployment.apps shop/cart`.
    pub object: String,
    /// The bundle that deploys it, where there is one.
    pub(super) bundle: Option<Arc<str>>,
    /// The field: `spec.template.spec.containers[0].image`; empty where it is the whole object.
    pub field: String,
    /// The line of Rust that wrote the object, or the line of the field in YAML.
    pub line: Option<Line>,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// The way out, as a sentence without a full stop.
    pub help: String,
    /// The other sides of the relation.
    pub sides: Vec<Side>,
}

impl Finding {
    /// The object, after the name of its environment where that has one: `dev: Deployment.apps shop/cart`.
    #[must_use]
    pub fn place(&self) -> String {
        match &self.environment {
            Some(environment) => format!("{environment}: {}", self.object),
            None => self.object.clone(),
        }
    }
}

/// Two findings are the same if people could not tell them apart.
impl PartialEq for Finding {
    fn eq(&self, other: &Self) -> bool {
        self.rule.name == other.rule.name
            && (&self.environment, &self.object, &self.field, &self.line, &self.message)
                == (&other.environment, &other.object, &other.field, &other.line, &other.message)
    }
}

/// The other side of a relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// What it has to do with the finding: `the Service is here`.
    pub message: String,
    /// The object, and who makes it where nobody wrote it.
    pub object: String,
    /// Its line; none where nobody wrote it.
    pub line: Option<Line>,
}

/// Where in an object something was found.
#[derive(Clone, Copy, Debug)]
pub enum At<'a> {
    /// The object as a whole.
    Object,
    /// A value of it, as the rule has read it.
    Value(&'a Value),
    /// A key that a value of it lacks.
    Missing(&'a Value, &'a str),
}

impl At<'_> {
    /// The path of the place in its object.
    fn path(self, object: &Object, places: &mut Places) -> FieldPath {
        let mut found = |value| places.path(object, value);
        let path = match self {
            Self::Object => None,
            Self::Value(value) => found(value),
            Self::Missing(parent, key) => found(parent).map(|path| path.key(key)),
        };
        path.unwrap_or_default()
    }
}

/// Collects what rules find.
#[derive(Debug)]
pub struct Findings<'a> {
    environment: &'a Environment,
    rule: Option<&'static Rule>,
    places: Places,
    all: Vec<Finding>,
    /// What the API server refuses, which many rules tell their part of.
    refusals: Option<Rc<Refusals<'a>>>,
}

impl<'a> Findings<'a> {
    pub(super) fn of(environment: &'a Environment) -> Self {
        Self { environment, rule: None, places: Places::default(), all: Vec::new(), refusals: None }
    }

    pub(super) fn begin(&mut self, rule: &'static Rule) {
        self.rule = Some(rule);
    }

    /// What the API server refuses of the objects; looked for once.
    pub(super) fn refusals(&mut self) -> Rc<Refusals<'a>> {
        let environment = self.environment;
        let refusals = self.refusals.get_or_insert_with(|| Rc::new(Refusals::of(environment)));
        Rc::clone(refusals)
    }

    pub(super) fn into_inner(self) -> Vec<Finding> {
        self.all
    }

    /// Adds a finding at an object that somebody wrote; nothing where it is made by a controller, which nobody here can change.
    ///
    /// What is returned takes help of its own and other sides.
    pub fn add<'f>(
        &'f mut self,
        object: &Object,
        at: At<'_>,
        message: impl Into<String>,
    ) -> Added<'f> {
        if !object.is_written() {
            return Added(None);
        }
        let path = at.path(object, &mut self.places);
        let line = self.places.line(object, &path);
        self.push(object, path.to_string(), line, message.into())
    }

    /// Adds a finding at a line of an object's file, for what has no field of its own.
    pub fn add_at_line(&mut self, object: &Object, line: usize, message: impl Into<String>) {
        if let Origin::Yaml { file, .. } = &object.origin {
            let line = Line { file: file.clone(), line };
            self.push(object, String::new(), Some(line), message.into());
        }
    }

    /// Adds a finding at a declaration that an object is created by somebody else.
    pub fn add_external(&mut self, external: &External, message: impl Into<String>) {
        self.place(external.identity.to_string(), external.line.clone(), message.into());
    }

    /// Adds a finding at what is no object, such as `the cluster`.
    pub fn add_elsewhere(&mut self, place: &str, message: impl Into<String>) {
        self.place(place.to_owned(), None, message.into());
    }

    fn place(&mut self, object: String, line: Option<Line>, message: String) {
        let Some(rule) = self.rule else { return };
        self.all.push(Finding {
            rule,
            environment: self.environment.name.clone(),
            object,
            bundle: None,
            field: String::new(),
            line,
            message,
            help: rule.remedy.to_owned(),
            sides: Vec::new(),
        });
    }

    fn push<'f>(
        &'f mut self,
        object: &Object,
        field: String,
        line: Option<Line>,
        message: String,
    ) -> Added<'f> {
        let Some(rule) = self.rule else { return Added(None) };
        self.all.push(Finding {
            rule,
            environment: self.environment.name.clone(),
            object: object.identity.to_string(),
            bundle: object.bundle.clone(),
            field,
            line,
            message,
            help: rule.remedy.to_owned(),
            sides: Vec::new(),
        });
        let places = &mut self.places;
        Added(self.all.last_mut().map(|finding| (finding, places)))
    }
}

/// A finding that was just added.
#[derive(Debug)]
pub struct Added<'f>(Option<(&'f mut Finding, &'f mut Places)>);

impl Added<'_> {
    /// Replaces the rule's remedy by a better one.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        if let Some((finding, _)) = &mut self.0 {
            finding.help = help.into();
        }
        self
    }

    /// Adds to the help.
    pub fn further(mut self, more: &str) -> Self {
        if let Some((finding, _)) = &mut self.0 {
            finding.help.push_str("; ");
            finding.help.push_str(more);
        }
        self
    }

    /// Names the other side of the relation.
    pub fn side(mut self, message: impl Into<String>, object: &Object, at: At<'_>) -> Self {
        if let Some((finding, places)) = &mut self.0 {
            let made = match &object.origin {
                Origin::Made { by } => format!(", made by {by}"),
                Origin::Foreign { by, .. } => format!(", from {by}"),
                Origin::Rust { .. } | Origin::Yaml { .. } => String::new(),
            };
            let path = at.path(object, places);
            let line = places.line(object, &path);
            finding.sides.push(Side {
                message: message.into(),
                object: format!("{}{made}", object.identity),
                line,
            });
        }
        self
    }
}
