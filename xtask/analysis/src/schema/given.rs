//! The kinds of an environment: those that CRDs among its objects define, and those that the program knows.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::{Kind, of};
use crate::objects::{Map, Object, Objects, Value, list, text};

/// The kinds of an environment.
#[derive(Debug)]
pub(crate) struct Kinds<'a> {
    /// The versions that CRDs define, by group and kind.
    given: HashMap<(String, String), Vec<Version<'a>>>,
}

/// A version of a kind that a CRD among the objects defines.
#[derive(Debug)]
pub(crate) struct Version<'a> {
    /// The CRD.
    pub definition: &'a Object,
    /// Its name: `v1beta1`.
    pub name: &'a str,
    /// Whether the API server takes objects of it.
    pub is_served: bool,
    json: &'a Value,
    kind: OnceLock<Kind>,
}

impl<'a> Kinds<'a> {
    pub(crate) fn of(objects: &'a Objects) -> Self {
        let mut given: HashMap<(String, String), Vec<Version<'_>>> = HashMap::new();
        let definitions = objects.of_kind("apiextensions.k8s.io", "CustomResourceDefinition");
        for definition in definitions.filter(|definition| definition.api_version.ends_with("/v1")) {
            let spec = &definition.json["spec"];
            let kind = text(&spec["names"]["kind"]);
            let (Some(group), Some(kind)) = (text(&spec["group"]), kind) else { continue };
            let versions = list(&spec["versions"]).iter().filter_map(|json| {
                Some(Version {
                    definition,
                    name: text(&json["name"])?,
                    is_served: json["served"] == true,
                    json,
                    kind: OnceLock::new(),
                })
            });
            // Of two CRDs of one kind the first counts, as everywhere.
            given.entry((group.to_owned(), kind.to_owned())).or_insert_with(|| versions.collect());
        }
        Self { given }
    }

    /// The versions that a CRD among the objects defines of a kind; none where no CRD is there.
    pub(crate) fn versions(&self, object: &Object) -> Option<&[Version<'a>]> {
        let identity = &object.identity;
        self.given.get(&(identity.group.clone(), identity.kind.clone())).map(Vec::as_slice)
    }

    /// The kind of an object, in its version.
    pub(crate) fn kind(&self, object: &Object) -> Option<&Kind> {
        match self.versions(object) {
            Some(versions) => {
                let version = object.api_version.rsplit('/').next().unwrap_or_default();
                versions.iter().find(|known| known.name == version).map(Version::kind)
            }
            None => of(&object.api_version, &object.identity.kind),
        }
    }
}

impl Version<'_> {
    fn kind(&self) -> &Kind {
        self.kind.get_or_init(|| {
            let mut schema = self.json["schema"]["openAPIV3Schema"].clone();
            // Without a schema, anything will do.
            if !schema.is_object() {
                schema = Value::Object(Map::new());
            }
            let facts = Map::from_iter([
                ("custom".to_owned(), Value::Bool(true)),
                ("deprecated".to_owned(), self.json["deprecated"].clone()),
                ("scope".to_owned(), self.definition.json["spec"]["scope"].clone()),
                ("schema".to_owned(), schema),
            ]);
            Kind::of(&Value::Object(facts))
        })
    }
}
