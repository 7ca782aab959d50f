//! What one program hands over to another: the objects of an environment as JSON, with their lines, bundles and waves.

mod request;

use serde::{Deserialize, Serialize};

use crate::check::is_never_applied;
use crate::environment::Environment;
use crate::graph::delivery::{Delivery, wave};
use crate::objects::{FieldPath, Line, Origin, Value};
pub use request::{Apply, Context, Request, Task};

/// An object, and what is known of it.
///
/// Who reads many of them may keep the objects as text: `O` is what holds one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Handed<O> {
    /// The bundle that deploys it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<String>,
    /// The waves of the Applications that deploy it, the outermost first, then its own.
    pub waves: Vec<i64>,
    /// Where it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<HandedLine>,
    /// Who writes it, where that is not this workspace: `chart kiali-server 2.29.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The object.
    pub object: O,
}

/// A line of a source file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedLine {
    /// Path of the file.
    pub file: String,
    /// Line in that file, counted from 1.
    pub line: usize,
}

impl<O> Handed<O> {
    /// Where the object was written, as plans tell it.
    #[must_use]
    pub fn origin(&self) -> Origin {
        let line = self
            .line
            .as_ref()
            .map(|line| Line { file: line.file.as_str().into(), line: line.line });
        match (&self.by, line) {
            (None, Some(written)) => Origin::Rust { written, patched: Vec::new() },
            (None, None) => Origin::Made { by: "somebody else".into() },
            (Some(by), line) => Origin::Foreign { by: by.as_str().into(), line },
        }
    }
}

/// Every object of an environment that is deployed with it: what this workspace writes, and what its charts make.
#[must_use]
pub fn hand_over(environment: &Environment) -> Vec<Handed<&Value>> {
    let delivery = Delivery::of(&environment.objects);
    let objects = environment.objects.all().iter();
    let objects = objects.filter(|object| object.is_deployed() && !is_never_applied(object));
    let handed = objects.map(|object| {
        let (line, by) = match &object.origin {
            Origin::Rust { written, .. } => (Some(written.clone()), None),
            Origin::Foreign { by, line } => (line.clone(), Some(by.to_string())),
            Origin::Yaml { .. } | Origin::Made { .. } => (object.line(&FieldPath::default()), None),
        };
        let application = delivery.application_of_copy(object);
        let mut waves = application.map_or_else(Vec::new, |of| delivery.waves(of));
        waves.push(wave(object));
        Handed {
            bundle: object.bundle.as_deref().map(str::to_owned),
            waves,
            line: line.map(|Line { file, line }| HandedLine { file: file.to_string(), line }),
            by,
            object: &object.json,
        }
    });
    handed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::{Object, Objects, json};

    fn object(json: Value, bundle: &str) -> Object {
        let written = Line { file: "services/src/shop.rs".into(), line: 7 };
        let origin = Origin::Rust { written, patched: Vec::new() };
        Object::of(json, origin, Some(bundle.into())).expect("an object")
    }

    fn application(name: &str, bundle: &str, of: &str, wave: &str) -> Object {
        let json = json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": name, "namespace": "argocd", "annotations": {"argocd.argoproj.io/sync-wave": wave}},
            "spec": {"source": {"path": format!("snapshots/dev/{of}")}},
        });
        object(json, bundle)
    }

    #[test]
    fn objects_have_the_waves_of_what_deploys_them_before_their_own() {
        let job = json!({
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": "migrate", "namespace": "shop", "annotations": {"argocd.argoproj.io/sync-wave": "-2"}},
        });
        let external = json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "db", "namespace": "shop", "annotations": {"check.manifests/external": "the vault"}},
        });
        let objects = Objects::new(vec![
            object(job, "shop"),
            object(external, "shop"),
            application("shop", "parent", "shop", "5"),
            application("parent", "root", "parent", "3"),
        ]);
        let environment = Environment::of(Some("dev".to_owned()), objects);
        let handed = hand_over(&environment);
        let waves: Vec<_> = handed
            .iter()
            .map(|handed| (handed.object["metadata"]["name"].as_str(), handed.waves.clone()))
            .collect();
        assert_eq!(
            waves,
            [
                (Some("migrate"), vec![3, 5, -2]),
                (Some("shop"), vec![3, 5]),
                (Some("parent"), vec![3]),
            ]
        );
        let text = serde_json::to_string(&handed[0]).expect("JSON");
        let read: Handed<Value> = serde_json::from_str(&text).expect("the same");
        assert_eq!(read.line, handed[0].line);
        assert_eq!(read.object["kind"], "Job");
    }
}
