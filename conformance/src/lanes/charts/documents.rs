//! The documents that helm and kustomize print, as objects.

use harness::Failure;
use manifests_lib::delivery::Source;
use manifests_lib::model::ObjectRef;
use serde::Deserialize;
use serde_json::Value;

use crate::rendered::Object;

/// What one chart or kustomization becomes.
#[derive(Clone)]
pub struct Made {
    /// Its objects, as Argo CD would apply them.
    pub objects: Vec<Object>,
}

impl Made {
    /// Reads the printed documents; objects without a namespace get the one that the source is deployed to.
    pub fn read(source: &Source, bundle: &str, printed: &str) -> Result<Self, Failure> {
        let unreadable = |reason: String| {
            Failure::new(format!(
                "what was made of a source of {bundle} ({}) cannot be read: {reason}; is the chart the released one?",
                source.origin
            ))
        };
        let mut objects = Vec::new();
        for document in serde_yaml::Deserializer::from_str(printed) {
            let value =
                Value::deserialize(document).map_err(|error| unreadable(error.to_string()))?;
            let items = match value["items"].as_array() {
                Some(items)
                    if value["kind"].as_str().is_some_and(|kind| kind.ends_with("List")) =>
                {
                    items.clone()
                }
                _ if value.is_null() => Vec::new(),
                _ => vec![value],
            };
            for value in items {
                objects.push(object(source, bundle, value).map_err(unreadable)?);
            }
        }
        Ok(Self { objects })
    }
}

fn object(source: &Source, bundle: &str, mut value: Value) -> Result<Object, String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let (Some(api_version), Some(kind)) = (text(&value["apiVersion"]), text(&value["kind"])) else {
        return Err(format!("a document has no kind: {value}"));
    };
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let is_cluster_scoped = kind == "CustomResourceDefinition"
        || source
            .kinds
            .iter()
            .any(|known| known.group == group && known.kind == kind && !known.namespaced);
    if !is_cluster_scoped && value["metadata"]["namespace"].is_null() {
        value["metadata"]["namespace"] = source.namespace.to_string().into();
    }
    let yaml = manifests_lib::yaml::to_string(&value).map_err(|error| error.to_string())?;
    Ok(Object {
        bundle: bundle.to_owned(),
        identity: ObjectRef {
            group: kept(group),
            kind: kept(&kind),
            namespace: text(&value["metadata"]["namespace"]),
            name: text(&value["metadata"]["name"]).unwrap_or_default(),
        },
        api_version: kept(&api_version),
        origin: source.origin.to_string(),
        value,
        yaml,
    })
}

/// Types of the language name kinds for as long as the program runs, which is not long.
fn kept(text: &str) -> &'static str {
    text.to_owned().leak()
}
