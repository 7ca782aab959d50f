//! The CRDs of the custom kinds that are rendered.

mod source;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use harness::Failure;
use serde::Deserialize;
use serde_json::Value;

pub use source::{sources, sources_of};

/// A file that may hold CRDs, and where it came from.
pub struct Source {
    /// Path or URL.
    pub origin: String,
    /// YAML.
    pub text: String,
}

/// A kind that the API server does not serve by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CustomKind {
    /// Such as `networking.istio.io`.
    pub group: String,
    /// Such as `v1`.
    pub version: String,
    /// Such as `Gateway`.
    pub kind: String,
}

/// The definitions of exactly these kinds.
pub fn definitions(
    kinds: &BTreeSet<CustomKind>,
    sources: &[Source],
) -> Result<Vec<Value>, Failure> {
    let mut missing = kinds.clone();
    let mut definitions = Vec::new();
    for source in sources {
        for document in serde_yaml::Deserializer::from_str(&source.text) {
            let document = Value::deserialize(document).map_err(|error| {
                Failure::new(format!(
                    "{} is no YAML: {error}; give CRDs as they were released",
                    source.origin
                ))
            })?;
            if document["kind"] != "CustomResourceDefinition" {
                continue;
            }
            let found: Vec<CustomKind> =
                missing.iter().filter(|kind| defines(&document, kind)).cloned().collect();
            if !found.is_empty() {
                for kind in &found {
                    missing.remove(kind);
                }
                definitions.push(document);
            }
        }
    }
    match missing.first() {
        None => Ok(definitions),
        Some(CustomKind { group, version, kind }) => Err(Failure::new(format!(
            "no CRD defines {kind} of {group}/{version}, which is rendered: add its file to \
             manifests-lib/custom-resources/crds.toml"
        ))),
    }
}

fn defines(definition: &Value, kind: &CustomKind) -> bool {
    let spec = &definition["spec"];
    let serves =
        |version: &Value| version["name"] == kind.version.as_str() && version["served"] == true;
    spec["group"] == kind.group.as_str()
        && spec["names"]["kind"] == kind.kind.as_str()
        && spec["versions"].as_array().is_some_and(|versions| versions.iter().any(serves))
}

/// Where `crds.toml` of this workspace is; where it has none, that of the sources of the lanes, which are there for a dependency by
/// path or by Git.
pub fn lock_file() -> Result<PathBuf, Failure> {
    const FILE: &str = "manifests-lib/custom-resources/crds.toml";
    let own = support::workspace()?.join(FILE);
    if own.is_file() {
        return Ok(own);
    }
    Ok(Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name(FILE))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISTIO: &str = "
apiVersion: v1
kind: Namespace
---
kind: CustomResourceDefinition
spec:
  group: networking.istio.io
  names: {kind: Gateway}
  versions:
  - {name: v1, served: true}
  - {name: v1alpha3, served: false}
---
kind: CustomResourceDefinition
spec:
  group: networking.istio.io
  names: {kind: Sidecar}
  versions:
  - {name: v1, served: true}
";

    fn gateway(version: &str) -> BTreeSet<CustomKind> {
        BTreeSet::from([CustomKind {
            group: "networking.istio.io".to_owned(),
            version: version.to_owned(),
            kind: "Gateway".to_owned(),
        }])
    }

    fn source(text: &str) -> Vec<Source> {
        vec![Source { origin: "istio.yaml".to_owned(), text: text.to_owned() }]
    }

    #[test]
    fn takes_what_is_rendered_and_nothing_else() {
        let definitions = definitions(&gateway("v1"), &source(ISTIO)).unwrap();
        let kinds: Vec<&Value> =
            definitions.iter().map(|definition| &definition["spec"]["names"]["kind"]).collect();
        assert_eq!(kinds, ["Gateway"]);
    }

    #[test]
    fn a_version_that_is_not_served_is_missing() {
        let failure = definitions(&gateway("v1alpha3"), &source(ISTIO)).unwrap_err();
        insta::assert_snapshot!(failure, @"no CRD defines Gateway of networking.istio.io/v1alpha3, which is rendered: add its file to manifests-lib/custom-resources/crds.toml");
    }

    #[test]
    fn broken_yaml_is_named() {
        let failure = definitions(&gateway("v1"), &source("a: [")).unwrap_err().to_string();
        assert!(failure.starts_with("istio.yaml is no YAML: "), "{failure}");
    }
}
