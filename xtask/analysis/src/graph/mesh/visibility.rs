//! Who sees an object of the mesh: `exportTo`.

use std::collections::BTreeSet;

use crate::graph::Graph;
use crate::objects::{Object, list, text};

/// The namespaces that see an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience<'a> {
    /// All.
    Everybody,
    /// These.
    Namespaces(BTreeSet<&'a str>),
}

impl<'a> Audience<'a> {
    fn named(object: &'a Object, names: impl IntoIterator<Item = &'a str>) -> Self {
        let names = names.into_iter();
        let names = names.map(|name| if name == "." { object.namespace() } else { name });
        let names: BTreeSet<&str> = names.collect();
        if names.is_empty() || names.contains("*") {
            Self::Everybody
        } else {
            Self::Namespaces(names)
        }
    }

    /// Whether a namespace sees it.
    #[must_use]
    pub fn has(&self, namespace: &str) -> bool {
        match self {
            Self::Everybody => true,
            Self::Namespaces(names) => names.contains(namespace),
        }
    }

    /// Whether some namespace sees both.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Namespaces(own), Self::Namespaces(others)) => !own.is_disjoint(others),
            _ => true,
        }
    }

    /// Whether some namespace sees both, one as openly as the other: what is exported to fewer goes before what everybody sees.
    #[must_use]
    pub fn is_of_equals(&self, other: &Self) -> bool {
        let is_open = |audience: &Self| *audience == Self::Everybody;
        is_open(self) == is_open(other) && self.meets(other)
    }
}

/// The names to which an object says that it is exported.
fn written(object: &Object) -> impl Iterator<Item = &str> {
    let annotation = object.annotation("networking.istio.io/exportTo").unwrap_or_default();
    let annotated = annotation.split(',').map(str::trim).filter(|name| !name.is_empty());
    list(&object.json["spec"]["exportTo"]).iter().filter_map(text).chain(annotated)
}

impl Graph<'_> {
    /// Who sees an object, by its field or, of a Service, its annotation; one that does not say it is exported as the configuration of the mesh says for its kind.
    #[must_use]
    pub fn audience<'s>(&'s self, object: &'s Object) -> Audience<'s> {
        let default = match object.identity.kind.as_str() {
            "Service" | "ServiceEntry" => "defaultServiceExportTo",
            "VirtualService" => "defaultVirtualServiceExportTo",
            "DestinationRule" => "defaultDestinationRuleExportTo",
            _ => return Audience::named(object, written(object)),
        };
        if written(object).next().is_some() {
            return Audience::named(object, written(object));
        }
        let configurations = self.mesh_configurations().iter();
        let names = configurations.flat_map(|mesh| list(&mesh.value[default])).filter_map(text);
        Audience::named(object, names)
    }
}
