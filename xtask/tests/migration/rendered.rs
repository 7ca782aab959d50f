//! The objects that this repository renders.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::helm::HelmObject;

/// One rendered object.
pub struct Rendered {
    pub environment: String,
    /// Empty for the core group.
    pub group: String,
    pub kind: String,
    /// Empty for cluster-scoped kinds.
    pub namespace: String,
    pub name: String,
    pub object: Value,
}

impl Rendered {
    /// Whether both are the same object for the API server, whatever the version.
    pub fn is(&self, helm: &HelmObject) -> bool {
        self.environment == helm.environment
            && self.group == helm.group()
            && self.kind == helm.kind
            && self.namespace == helm.namespace
            && self.name == helm.name
    }

    /// What the object selects pods by, where it is a workload or a Service; empty otherwise.
    pub fn selector(&self) -> BTreeMap<String, String> {
        match self.kind.as_str() {
            "Service" => self.pairs("/spec/selector"),
            "Deployment" | "StatefulSet" | "DaemonSet" => self.pairs("/spec/selector/matchLabels"),
            _ => BTreeMap::new(),
        }
    }

    /// The labels of the object.
    pub fn labels(&self) -> BTreeMap<String, String> {
        self.pairs("/metadata/labels")
    }

    /// The labels of the pods that the object starts.
    pub fn pod_labels(&self) -> BTreeMap<String, String> {
        self.pairs("/spec/template/metadata/labels")
    }

    fn pairs(&self, pointer: &str) -> BTreeMap<String, String> {
        self.object
            .pointer(pointer)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
            .collect()
    }
}

/// Renders every environment.
pub fn all() -> Result<Vec<Rendered>, String> {
    let mut all = Vec::new();
    for entry in environments::ALL {
        let platform =
            (entry.environment)().platform.build().map_err(|errors| format!("{errors:?}"))?;
        for resource in platform.resources() {
            let identity = resource.object_ref();
            all.push(Rendered {
                environment: platform.environment.to_string(),
                group: identity.group.to_owned(),
                kind: identity.kind.to_owned(),
                namespace: identity.namespace.unwrap_or_default(),
                name: identity.name,
                object: resource.to_json().map_err(|error| error.to_string())?,
            });
        }
    }
    Ok(all)
}
