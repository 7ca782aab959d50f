//! CRD documents: from YAML to the schema of one kind and version.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::schema::Schema;
use support::{Failure, Result};

/// A `CustomResourceDefinition` of `apiextensions.k8s.io/v1`.
#[derive(Clone, Debug, Deserialize)]
pub struct Definition {
    pub spec: DefinitionSpec,
}

#[derive(Clone, Debug, Deserialize)]
pub struct DefinitionSpec {
    pub group: String,
    pub names: Names,
    pub scope: Scope,
    pub versions: Vec<Version>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Names {
    pub kind: String,
    pub plural: String,
}

/// Whether objects of the kind live in a namespace.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub enum Scope {
    Namespaced,
    Cluster,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Version {
    pub name: String,
    pub served: bool,
    pub schema: Option<VersionSchema>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct VersionSchema {
    #[serde(rename = "openAPIV3Schema")]
    pub root: Schema,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    api_version: Option<String>,
    kind: Option<String>,
}

/// Reads every CRD of a file with one or more YAML documents; documents of other kinds are skipped.
///
/// # Errors
/// If a document is not YAML, or claims to be a CRD and is not valid. `file` names the source in the message.
pub fn read(file: &str, text: &str) -> Result<Vec<Definition>> {
    let heads = serde_yaml::Deserializer::from_str(text);
    let documents = serde_yaml::Deserializer::from_str(text);
    let mut definitions: Vec<Definition> = Vec::new();
    for (number, (head, document)) in heads.zip(documents).enumerate() {
        let invalid = |error: serde_yaml::Error| {
            Failure::new(format!(
                "{file}: document {} is not a valid CRD: {error}; compare it with the release it was taken from",
                number + 1
            ))
        };
        // An empty document (a trailing `---`) is null.
        let head: Option<Head> = Deserialize::deserialize(head).map_err(invalid)?;
        let Some(Head { api_version, kind: Some(kind) }) = head else {
            IgnoredAny::deserialize(document).map_err(invalid)?;
            continue;
        };
        if kind != "CustomResourceDefinition" {
            IgnoredAny::deserialize(document).map_err(invalid)?;
            continue;
        }
        if api_version.as_deref() != Some("apiextensions.k8s.io/v1") {
            return Err(Failure::new(format!(
                "{file}: document {} is a CRD of apiVersion {}, but only apiextensions.k8s.io/v1 is supported; choose a release that ships it",
                number + 1,
                api_version.unwrap_or_default()
            )));
        }
        definitions.push(Definition::deserialize(document).map_err(invalid)?);
    }
    Ok(definitions)
}
