//! What xtask hands over.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use analysis::handover::{Context, Handed, Request, Task};
use analysis::objects::{Identity, Object, Origin};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use support::Failure;

/// Label of what this program has applied: its value is the environment.
pub const ENVIRONMENT: &str = "live.manifests/environment";

/// Label of what this program has applied: its value is the bundle.
pub const BUNDLE: &str = "live.manifests/bundle";

/// A task, the cluster that it is for, and what that is to have.
pub struct Job {
    pub environment: String,
    pub context: Context,
    pub task: Task,
    /// The bundles that it is about; all where there is none.
    pub bundles: BTreeSet<String>,
    /// What makes objects that are not here.
    pub unseen: Vec<String>,
    /// All objects of the environment.
    pub objects: Vec<Wanted>,
    positions: HashMap<Identity, usize>,
}

/// An object that the cluster is to have; kept as text, because thousands of trees do not fit a small machine.
pub struct Wanted {
    pub identity: Identity,
    pub api_version: String,
    pub bundle: Option<Arc<str>>,
    /// When it is applied: the waves of the Applications that deploy it, then its own.
    pub waves: Vec<i64>,
    origin: Origin,
    text: Box<RawValue>,
}

/// What is read of an object before it is needed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    api_version: String,
    kind: String,
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
    namespace: Option<String>,
}

impl Job {
    /// Reads the file that the command line names.
    pub fn read() -> Result<Self, Failure> {
        let mut arguments = std::env::args_os().skip(1);
        let (Some(path), None) = (arguments.next(), arguments.next()) else {
            return Err(Failure::new(
                "this program is started by `cargo xtask live`, which tells it what to do: run `cargo xtask live --help`",
            ));
        };
        let text = std::fs::read_to_string(&path).map_err(|error| {
            Failure::new(format!(
                "cannot read the objects in {}: {error}; start this program by `cargo xtask live`",
                path.display()
            ))
        })?;
        Self::of(&text).map_err(|error| {
            Failure::new(format!(
                "the objects in {} are not what this program reads: {error}; it and `cargo xtask` have to be of the same sources, so \
                 build both again",
                path.display()
            ))
        })
    }

    /// Reads a request.
    pub fn of(text: &str) -> Result<Self, serde_json::Error> {
        let request: Request<Box<RawValue>> = serde_json::from_str(text)?;
        let Request { environment, context, task, bundles, unseen, objects } = request;
        let objects = objects.into_iter().map(Wanted::of).collect::<Result<Vec<_>, _>>()?;
        let positions = positions(&objects);
        let bundles = bundles.into_iter().collect();
        Ok(Self { environment, context, task, bundles, unseen, objects, positions })
    }

    /// Whether the task is about an object.
    pub fn is_about(&self, wanted: &Wanted) -> bool {
        self.bundles.is_empty()
            || wanted.bundle.as_deref().is_some_and(|bundle| self.bundles.contains(bundle))
    }

    /// Forgets objects.
    pub fn leave_out(&mut self, is_left_out: impl Fn(&Wanted) -> bool) {
        self.objects.retain(|wanted| !is_left_out(wanted));
        self.positions = positions(&self.objects);
    }

    /// The position of an object.
    pub fn position(&self, identity: &Identity) -> Option<usize> {
        self.positions.get(identity).copied()
    }

    /// An object with the labels of what this program has applied.
    pub fn stamped(&self, wanted: &Wanted) -> Value {
        let mut json = wanted.json();
        let metadata = &mut json["metadata"];
        if !metadata["labels"].is_object() {
            metadata["labels"] = Value::Object(serde_json::Map::new());
        }
        metadata["labels"][ENVIRONMENT] = self.environment.as_str().into();
        if let Some(bundle) = &wanted.bundle {
            metadata["labels"][BUNDLE] = (**bundle).into();
        }
        json
    }
}

fn positions(objects: &[Wanted]) -> HashMap<Identity, usize> {
    let numbered = objects.iter().enumerate();
    numbered.map(|(position, wanted)| (wanted.identity.clone(), position)).collect()
}

impl Wanted {
    fn of(handed: Handed<Box<RawValue>>) -> Result<Self, serde_json::Error> {
        let origin = handed.origin();
        let Handed { bundle, waves, object, .. } = handed;
        let Head { api_version, kind, metadata } = serde_json::from_str(object.get())?;
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let identity = Identity::new(group, &kind, metadata.namespace.as_deref(), &metadata.name);
        let bundle = bundle.map(Into::into);
        Ok(Self { identity, api_version, bundle, waves, origin, text: object })
    }

    /// The object.
    pub fn json(&self) -> Value {
        // It was read before, as a part of the request.
        serde_json::from_str(self.text.get()).unwrap_or_default()
    }

    /// Whether helm or Argo CD run it anew at each release, before or after everything else.
    pub fn is_hook(&self) -> bool {
        const HOOKS: [&str; 2] = ["helm.sh/hook", "argocd.argoproj.io/hook"];
        // Few have one, and reading all again takes its time.
        HOOKS.iter().any(|hook| self.text.get().contains(hook)) && {
            let json = self.json();
            let annotations = &json["metadata"]["annotations"];
            HOOKS.iter().any(|hook| annotations[*hook].is_string())
        }
    }

    /// Its bundle, as people read it.
    pub fn bundle(&self) -> &str {
        self.bundle.as_deref().unwrap_or("of no bundle")
    }

    /// As plans read an object: with the line that wrote this one, whatever `json` says of it.
    pub fn object(&self, json: Value) -> Option<Object> {
        // What a chart makes counts as written: it is applied here.
        let origin = match &self.origin {
            Origin::Foreign { line: Some(line), .. } => {
                Origin::Rust { written: line.clone(), patched: Vec::new() }
            }
            // A plan leaves out what nobody deploys, and this is applied.
            Origin::Made { by } => Origin::Foreign { by: by.clone(), line: None },
            other => other.clone(),
        };
        Object::of(json, origin, self.bundle.clone())
    }

    /// The line that wrote it, in brackets; empty where nobody knows.
    pub fn line(&self) -> String {
        match &self.origin {
            Origin::Rust { written, .. } => format!(" ({written})"),
            Origin::Foreign { line: Some(line), by } => format!(" ({line}, {by})"),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn plans_show_an_object_whose_line_nobody_knows() {
        let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}});
        let request = json!({
            "environment": "dev",
            "context": {"name": "shop", "cluster": "shop", "server": "https://shop"},
            "task": {"diff": {"json": false}},
            "bundles": [],
            "unseen": [],
            "objects": [{"waves": [0], "object": object}],
        });
        let job = Job::of(&request.to_string()).expect("a request");
        let wanted = &job.objects[0];
        assert!(wanted.object(wanted.json()).is_some_and(|object| object.is_deployed()));
    }
}
