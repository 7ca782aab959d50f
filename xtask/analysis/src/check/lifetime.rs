//! Nothing is past its end of life, and what changes is noticed.

pub(super) mod ended_release;
mod ends;
pub(super) mod rotated_variable;
pub(super) mod unnoticed_configuration;

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::graph::Graph;
use crate::objects::{Pod, list, text, texts};

pub(crate) use ends::{is_date, read_on};

/// The fields by which pods read what is kept in objects of one kind.
struct Fields {
    /// A key as a variable.
    key: &'static str,
    /// All keys as variables.
    all: &'static str,
    /// Keys as files.
    volume: &'static str,
}

/// The values that name what running containers read once, by their addresses: variables, and files of a `subPath`.
#[derive(Default)]
struct ReadOnce {
    variables: HashSet<*const Value>,
    files: HashSet<*const Value>,
}

impl ReadOnce {
    fn of(graph: &Graph<'_>, fields: &Fields) -> Self {
        let mut read = Self::default();
        for pod in &graph.pods {
            let volumes: HashMap<&str, &Value> = list(&pod.spec["volumes"])
                .iter()
                .filter_map(|volume| Some((text(&volume["name"])?, &volume[fields.volume]["name"])))
                .collect();
            for container in pod.running() {
                let keys = list(&container.json["env"])
                    .iter()
                    .map(|variable| &variable["valueFrom"][fields.key]["name"]);
                let all = list(&container.json["envFrom"])
                    .iter()
                    .map(|source| &source[fields.all]["name"]);
                read.variables.extend(keys.chain(all).map(std::ptr::from_ref));
                let mounts = list(&container.json["volumeMounts"]).iter();
                let of_files = mounts.filter(|mount| !mount["subPath"].is_null());
                let named = of_files.filter_map(|mount| volumes.get(text(&mount["name"])?));
                read.files.extend(named.map(|name| std::ptr::from_ref(*name)));
            }
        }
        read
    }

    fn as_variable(&self, name: &Value) -> bool {
        self.variables.contains(&std::ptr::from_ref(name))
    }

    fn at_all(&self, name: &Value) -> bool {
        self.as_variable(name) || self.files.contains(&std::ptr::from_ref(name))
    }
}

/// Whether something restarts the pods when their configuration changes: a digest in the template, or a controller that watches.
pub(crate) fn is_restarted(pod: &Pod<'_>) -> bool {
    let annotations = texts(&pod.metadata["annotations"]);
    let by_digest = |key: &str| {
        let key = key.to_ascii_lowercase();
        ["checksum", "hash", "digest", "sha256"].iter().any(|word| key.contains(word))
    };
    annotations.into_iter().any(|(key, _)| by_digest(key))
        || texts(&pod.owner.json["metadata"]["annotations"])
            .any(|(key, _)| key.contains("reloader.stakater.com/"))
}
