//! What pods read once, when they start, and what follows a change.

use std::collections::{HashMap, HashSet};

use crate::objects::{Container, Pod, Value, list, text};

/// The values that name what containers read once, by their addresses: variables, and files of a `subPath`. Other files of a volume
/// follow.
///
/// Upstream: <https://kubernetes.io/docs/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically>
#[derive(Debug, Default)]
pub(crate) struct ReadOnce {
    variables: HashSet<*const Value>,
    files: HashSet<*const Value>,
}

impl ReadOnce {
    /// What some containers of pods read so.
    pub(crate) fn of<'p, 'a: 'p>(
        pods: impl IntoIterator<Item = &'p Pod<'a>>,
        counts: impl Fn(&Container<'a>) -> bool,
    ) -> Self {
        let mut read = Self::default();
        for pod in pods {
            let volumes: HashMap<&str, &Value> = list(&pod.spec["volumes"])
                .iter()
                .filter_map(|volume| Some((text(&volume["name"])?, volume)))
                .collect();
            for container in pod.containers().filter(&counts) {
                let single = list(&container.json["env"]).iter().flat_map(|variable| {
                    let from = &variable["valueFrom"];
                    [&from["configMapKeyRef"]["name"], &from["secretKeyRef"]["name"]]
                });
                let all = list(&container.json["envFrom"]).iter().flat_map(|source| {
                    [&source["configMapRef"]["name"], &source["secretRef"]["name"]]
                });
                read.variables.extend(single.chain(all).map(std::ptr::from_ref));
                let mounts = list(&container.json["volumeMounts"]).iter();
                let of_files = mounts
                    .filter(|mount| !mount["subPath"].is_null() || !mount["subPathExpr"].is_null());
                let mounted = of_files.filter_map(|mount| volumes.get(text(&mount["name"])?));
                read.files.extend(mounted.flat_map(|volume| named(volume)).map(std::ptr::from_ref));
            }
        }
        read
    }

    /// Whether what a value names is read as a variable.
    pub(crate) fn as_variable(&self, name: &Value) -> bool {
        self.variables.contains(&std::ptr::from_ref(name))
    }

    /// Whether what a value names is read once in any way.
    pub(crate) fn at_all(&self, name: &Value) -> bool {
        self.as_variable(name) || self.files.contains(&std::ptr::from_ref(name))
    }
}

/// The names of ConfigMaps and Secrets that a volume holds.
fn named(volume: &Value) -> impl Iterator<Item = &Value> {
    let own = [&volume["configMap"]["name"], &volume["secret"]["secretName"]];
    let sources = list(&volume["projected"]["sources"]).iter();
    let projected =
        sources.flat_map(|source| [&source["configMap"]["name"], &source["secret"]["name"]]);
    own.into_iter().chain(projected)
}
