//! Schemas that come with the program: a line each, read where somebody asks for it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{LazyLock, OnceLock};

use super::{Kind, Schema};
use crate::objects::Value;

/// Written by `cargo xtask crd import`.
const CUSTOM: &str = include_str!("../../../../manifests-lib/custom-resources/schemas.tsv");

/// Written by `cargo run -p import -- kubernetes`.
const KUBERNETES: &str = include_str!("kubernetes.tsv");

/// The minor version of Kubernetes whose kinds they are.
pub const KUBERNETES_MINOR: u16 = 35;

/// A file of facts.
struct Facts {
    kinds: HashMap<&'static str, Fact<Kind>>,
    /// Whether objects of a kind live in a namespace, by group and kind.
    scopes: HashMap<(&'static str, &'static str), bool>,
    definitions: HashMap<&'static str, Fact<Schema>>,
    lifecycles: HashMap<&'static str, Fact<Lifecycle>>,
    /// The versions in which the kinds of Kubernetes itself are known, and the kinds in each of them.
    built_in: BTreeMap<&'static str, BTreeSet<&'static str>>,
}

/// When a version of a kind of Kubernetes itself ends, by minor versions of Kubernetes 1.
#[derive(Clone, Debug)]
pub(crate) struct Lifecycle {
    /// The first in which the API server warns of it.
    pub deprecated: u16,
    /// The first without it, where that is known.
    pub removed: Option<u16>,
    /// What takes its place.
    pub instead: Option<String>,
}

/// Kinds whose end is not in the sources, or that have been taken out of them since.
///
/// Upstream: <https://kubernetes.io/docs/reference/using-api/deprecation-guide/>
const FURTHER: &[(&str, u16, Option<u16>, &str)] = &[
    (
        "apiextensions.k8s.io/v1beta1 CustomResourceDefinition",
        16,
        Some(22),
        "apiextensions.k8s.io/v1",
    ),
    ("apiregistration.k8s.io/v1beta1 APIService", 19, Some(22), "apiregistration.k8s.io/v1"),
    ("extensions/v1beta1 PodSecurityPolicy", 11, Some(16), "labels of the Pod Security Standards"),
    ("policy/v1beta1 PodSecurityPolicy", 21, Some(25), "labels of the Pod Security Standards"),
    ("v1 Endpoints", 33, None, "discovery.k8s.io/v1, kind EndpointSlice,"),
];

/// A line that is read once.
struct Fact<T> {
    json: &'static str,
    read: OnceLock<Option<T>>,
}

impl<T> Fact<T> {
    fn get(&self, read: impl Fn(&Value) -> T) -> Option<&T> {
        let value = || serde_json::from_str(self.json).ok().map(|json: Value| read(&json));
        self.read.get_or_init(value).as_ref()
    }
}

static FACTS: LazyLock<Facts> = LazyLock::new(|| {
    let mut facts = Facts {
        kinds: HashMap::new(),
        scopes: HashMap::new(),
        definitions: HashMap::new(),
        lifecycles: HashMap::new(),
        built_in: BTreeMap::new(),
    };
    for file in [KUBERNETES, CUSTOM] {
        let lines = file.lines().filter(|line| !line.starts_with("//"));
        for (name, json) in lines.filter_map(|line| line.split_once('\t')) {
            if let Some(name) = name.strip_prefix('#') {
                facts.definitions.insert(name, Fact { json, read: OnceLock::new() });
            } else if let Some(name) = name.strip_prefix('!') {
                facts.lifecycles.insert(name, Fact { json, read: OnceLock::new() });
            } else {
                facts.kinds.insert(name, Fact { json, read: OnceLock::new() });
                let Some((version, kind)) = name.split_once(' ') else { continue };
                if file == KUBERNETES {
                    facts.built_in.entry(version).or_default().insert(kind);
                }
                facts.scopes.insert((group_of(version), kind), has_namespaces(json));
            }
        }
    }
    facts
});

/// The group of an API version; empty for Kubernetes' core.
pub(crate) fn group_of(api_version: &str) -> &str {
    api_version.rsplit_once('/').map_or("", |(group, _)| group)
}

/// Whether facts say that objects live in a namespace: read as text, so that no schema has to be parsed for it.
fn has_namespaces(json: &str) -> bool {
    json.rsplit_once("\"scope\":").is_some_and(|(_, scope)| scope.starts_with("\"Namespaced\""))
}

/// Whether objects of a kind live in a namespace, where a schema of it is here.
pub(crate) fn is_namespaced(group: &str, kind: &str) -> Option<bool> {
    FACTS.scopes.get(&(group, kind)).copied()
}

/// Whether a group is one of Kubernetes itself.
pub(crate) fn is_built_in(group: &str) -> bool {
    FACTS.built_in.keys().any(|version| group_of(version) == group)
}

/// The facts of a kind: `apps/v1`, `Deployment`.
pub(super) fn kind(api_version: &str, kind: &str) -> Option<&'static Kind> {
    FACTS.kinds.get(format!("{api_version} {kind}").as_str())?.get(Kind::of)
}

/// The definition that a schema refers to.
pub(crate) fn definition(name: &str) -> Option<&'static Schema> {
    FACTS.definitions.get(name)?.get(Schema::of)
}

/// When a version of a kind ends, where that is known.
pub(crate) fn lifecycle(api_version: &str, kind: &str) -> Option<Lifecycle> {
    let name = format!("{api_version} {kind}");
    let mut further = FURTHER.iter().filter(|(known, ..)| *known == name);
    if let Some((_, deprecated, removed, instead)) = further.next() {
        let instead = Some((*instead).to_owned());
        return Some(Lifecycle { deprecated: *deprecated, removed: *removed, instead });
    }
    let minor = |value: &Value| value.as_u64().and_then(|minor| u16::try_from(minor).ok());
    let read = |json: &Value| Lifecycle {
        deprecated: minor(&json["deprecated"]).unwrap_or(u16::MAX),
        removed: minor(&json["removed"]),
        instead: json["replacement"].as_str().map(str::to_owned),
    };
    let mut found = FACTS.lifecycles.get(name.as_str())?.get(read)?.clone();
    // Some replacements have been replaced since, and most are not said.
    let is_there =
        |version: &str| FACTS.built_in.get(version).is_some_and(|kinds| kinds.contains(kind));
    if !found.instead.as_deref().is_some_and(is_there) {
        let group = group_of(api_version);
        let of_group = |version: &&&str| group_of(version) == group;
        let mut others = FACTS
            .built_in
            .keys()
            .filter(of_group)
            .filter(|version| **version != api_version && is_there(version));
        // `v1` comes before `v1beta1`.
        found.instead = others.next().map(|version| (*version).to_owned());
    }
    Some(found)
}

/// The kinds of Kubernetes itself by version.
pub(crate) fn versions() -> &'static BTreeMap<&'static str, BTreeSet<&'static str>> {
    &FACTS.built_in
}

/// The definition as it is written.
pub(super) fn json(name: &str) -> Option<serde_json::Value> {
    serde_json::from_str(FACTS.definitions.get(name)?.json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_schema_whose_references_are_there() {
        let mut open: Vec<&Schema> = Vec::new();
        for (name, fact) in &FACTS.kinds {
            let kind = fact.get(Kind::of).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(kind.is_namespaced, has_namespaces(fact.json), "{name}");
            open.push(&kind.schema);
        }
        for (name, fact) in &FACTS.definitions {
            open.push(fact.get(Schema::of).unwrap_or_else(|| panic!("{name}")));
        }
        while let Some(schema) = open.pop() {
            if let Some(name) = &schema.reference {
                assert!(definition(name).is_some(), "{name}");
            }
            open.extend(schema.properties.values());
            open.extend(schema.items.as_deref());
            open.extend(schema.additional.as_deref());
        }
    }
}
