//! The way of a request through the graph: whom it passes, who lets it through, and who does not.
//!
//! It goes as far as the objects tell, past whoever refuses it as well, so that all that is to be mended is seen at once.

pub mod json;
mod overview;
mod place;
pub mod text;
mod walk;

use crate::graph::{Graph, Outcome};
use crate::objects::{FieldPath, Line, Object, Value};

pub use overview::overview;
pub use place::{From, To, Unknown};
use walk::Walk;

/// Every way from one place to another.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Where requests come from.
    pub from: String,
    /// Where they are to go.
    pub to: String,
    /// The ways, those that are open first.
    pub ways: Vec<Way>,
}

/// One way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Whom it passes, in order.
    pub steps: Vec<Step>,
    /// Where it ends: the workload or the host outside.
    pub end: String,
}

/// Something that a request passes, or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is.
    pub kind: Kind,
    /// Whether it lets the request through.
    pub outcome: Outcome,
    /// What it does, as a sentence without a full stop.
    pub text: String,
    /// The object, and who makes it where nobody wrote it.
    pub object: Option<String>,
    /// The field of it that counts; empty where it is the whole object.
    pub field: String,
    /// The line of Rust that wrote the object, or of the field in YAML.
    pub line: Option<Line>,
}

/// What a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Who calls.
    Caller,
    /// Where users come in.
    Entrance,
    /// The proxy of the caller.
    Proxy,
    /// Something that chooses where requests go.
    Route,
    /// Something that lets requests through, or does not.
    Policy,
    /// A Service.
    Service,
    /// A gateway.
    Gateway,
    /// The pods that are reached.
    Workload,
    /// A host outside of the cluster.
    Outside,
    /// There is no way on.
    End,
}

impl Kind {
    /// Its name; stable.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Entrance => "entrance",
            Self::Proxy => "proxy",
            Self::Route => "route",
            Self::Policy => "policy",
            Self::Service => "service",
            Self::Gateway => "gateway",
            Self::Workload => "workload",
            Self::Outside => "outside",
            Self::End => "end",
        }
    }
}

/// The name of an outcome; stable.
#[must_use]
pub fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Admitted => "admitted",
        Outcome::Depends => "depends",
        Outcome::Refused => "refused",
    }
}

/// How bad an outcome is.
fn rank(outcome: Outcome) -> usize {
    match outcome {
        Outcome::Admitted => 0,
        Outcome::Depends => 1,
        Outcome::Refused => 2,
    }
}

impl Way {
    /// Whether it is open: refused where one step is.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let worst = self.steps.iter().map(|step| step.outcome).max_by_key(|outcome| rank(*outcome));
        worst.unwrap_or(Outcome::Admitted)
    }
}

impl Trace {
    /// Whether there is an open way: that of the best one; refused where there is none.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let best = self.ways.iter().map(Way::outcome).min_by_key(|outcome| rank(*outcome));
        best.unwrap_or(Outcome::Refused)
    }
}

impl Step {
    /// A step at a place of an object.
    fn at(kind: Kind, outcome: Outcome, text: String, object: &Object, at: Option<&Value>) -> Self {
        let path = at.and_then(|at| FieldPath::of(&object.json, at)).unwrap_or_default();
        let made = match &object.origin {
            crate::objects::Origin::Made { by } => format!(", made by {by}"),
            _ => String::new(),
        };
        Self {
            kind,
            outcome,
            text,
            object: Some(format!("{}{made}", object.identity)),
            field: path.to_string(),
            line: object.line(&path),
        }
    }

    /// A step that is no object.
    fn bare(kind: Kind, outcome: Outcome, text: String) -> Self {
        Self { kind, outcome, text, object: None, field: String::new(), line: None }
    }
}

/// Finds every way between two places.
///
/// # Errors
/// If there is no such place, or more than one.
pub fn trace(graph: &Graph<'_>, from: &str, to: &str) -> Result<Trace, Unknown> {
    let source = From::of(graph, from)?;
    let target = To::of(graph, to)?;
    let mut ways = Walk::between(graph, &source, &target);
    ways.sort_by_key(|way| rank(way.outcome()));
    Ok(Trace { from: source.to_string(), to: target.to_string(), ways })
}
