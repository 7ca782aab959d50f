//! The objects of one environment, with what others make of them, found by identity.

pub mod duration;
pub mod field;
mod identity;
mod made;
mod origin;
mod pod;
pub mod quantity;
mod read;
mod scope;
mod selector;
mod value;
mod view;
pub mod yaml;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use hashbrown::HashTable;
use manifests_lib::check::properties::repeated;

pub use field::{FieldPath, Step};
pub use identity::Identity;
pub(crate) use made::secret_name;
pub use origin::{Line, Origin, Remark, RemarkKind};
pub(crate) use pod::is_labelled_later;
pub use pod::{Container, ContainerKind, Pod};
pub use read::{Read, Trouble, is_manifest, read, read_all, read_contents};
pub use selector::Selector;
pub use value::{Key, Map, Value, json};
pub(crate) use view::count_of;
pub use view::{list, text, texts};

/// An object, and where it was written.
#[derive(Clone, Debug)]
pub struct Object {
    /// What makes it the same object.
    pub identity: Identity,
    /// Its `apiVersion`, such as `apps/v1`.
    pub api_version: String,
    /// All of it.
    pub json: Value,
    /// Where it was written.
    pub origin: Origin,
    /// The bundle, or the Application, that deploys it.
    pub bundle: Option<Arc<str>>,
}

impl Object {
    /// Reads the identity of an object; none where it has no kind, API version or name.
    ///
    /// An object that says no namespace gets `default` by [`Objects::new`] where its kind has one.
    #[must_use]
    pub fn of(json: impl Into<Value>, origin: Origin, bundle: Option<Arc<str>>) -> Option<Self> {
        let json = json.into();
        let api_version = text(&json["apiVersion"])?.to_owned();
        let group = api_version.split_once('/').map_or("", |(group, _)| group).to_owned();
        let metadata = &json["metadata"];
        let namespace = text(&metadata["namespace"]).filter(|namespace| !namespace.is_empty());
        let identity = Identity {
            group,
            kind: text(&json["kind"])?.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: text(&metadata["name"])?.to_owned(),
        };
        Some(Self { identity, api_version, json, origin, bundle })
    }

    /// Whether somebody wrote it, so that he can correct it.
    #[must_use]
    pub fn is_written(&self) -> bool {
        matches!(self.origin, Origin::Rust { .. } | Origin::Yaml { .. })
    }

    /// Whether what is here deploys it: somebody wrote it, or it was rendered from what others wrote, such as a chart.
    #[must_use]
    pub fn is_deployed(&self) -> bool {
        self.is_written()
            || matches!(self.origin, Origin::Foreign { .. }) && self.annotation(EXTERNAL).is_none()
    }

    /// Says of an object that somebody else creates it, where it does not say so itself.
    pub fn declare_external(&mut self, by: &str) {
        if self.annotation(EXTERNAL).is_none() && self.json["metadata"].is_object() {
            let annotations = &mut self.json["metadata"]["annotations"];
            if !annotations.is_object() {
                *annotations = Value::Object(Map::new());
            }
            annotations[EXTERNAL] = by.into();
        }
    }

    /// The same as what somebody else creates.
    fn external(self) -> Self {
        let by = self.annotation(EXTERNAL).filter(|by| !by.trim().is_empty());
        let by = by.unwrap_or("somebody else").into();
        let line = self.line(&FieldPath::default());
        Self { origin: Origin::Foreign { by, line }, ..self }
    }

    /// Its namespace; empty for what belongs to the whole cluster.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.identity.namespace.as_deref().unwrap_or_default()
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.identity.name
    }

    /// Whether it is of this group and kind.
    #[must_use]
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.identity.kind == kind && self.identity.group == group
    }

    /// A label of it.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&str> {
        text(&self.json["metadata"]["labels"][key])
    }

    /// An annotation of it.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&str> {
        text(&self.json["metadata"]["annotations"][key])
    }

    /// The line of a field, or of the nearest field above it; of Rust the line that wrote the object, of what others write the line that
    /// brings it in. None for what nobody has written.
    #[must_use]
    pub fn line(&self, path: &FieldPath) -> Option<Line> {
        match &self.origin {
            Origin::Rust { written, .. } => Some(written.clone()),
            Origin::Yaml { file, text, extent, .. } => {
                let line = match path.0.as_slice() {
                    [] => extent.line,
                    _ => yaml::Lines::of(text, extent).line(path),
                };
                Some(Line { file: file.clone(), line })
            }
            Origin::Foreign { line, .. } => line.clone(),
            Origin::Made { .. } => None,
        }
    }
}

/// The annotation of an object that somebody else creates; its value says who.
pub const EXTERNAL: &str = "check.manifests/external";

/// The position of an object in its [`Objects`].
pub type Position = usize;

/// Every object of an environment: those that somebody wrote, and those that controllers and Kubernetes make.
#[derive(Debug)]
pub struct Objects {
    all: Vec<Object>,
    /// Of objects with one identity the first one. Positions alone, as identities take more memory than all other indices.
    by_identity: HashTable<Position>,
    hasher: RandomState,
    by_kind: HashMap<(String, String), Vec<Position>>,
    /// How many of them were given; what controllers make follows.
    given: usize,
}

impl Objects {
    /// Indexes objects, and adds what Kubernetes and known controllers make of them.
    #[must_use]
    pub fn new(mut written: Vec<Object>) -> Self {
        let scopes = scope::Scopes::of(&written);
        // What somebody wrote comes first.
        let external = written.extract_if(.., |object| object.annotation(EXTERNAL).is_some());
        let external: Vec<Object> = external.map(Object::external).collect();
        written.extend(external);
        for Object { identity: Identity { group, kind, namespace, .. }, .. } in &mut written {
            match scopes.is_namespaced(group, kind) {
                Some(true) if namespace.is_none() => *namespace = Some("default".to_owned()),
                // The API server ignores it.
                Some(false) => *namespace = None,
                _ => {}
            }
        }
        let mut objects = Self {
            given: written.len(),
            all: written,
            by_identity: HashTable::new(),
            hasher: RandomState::new(),
            by_kind: HashMap::new(),
        };
        (0..objects.given).for_each(|position| objects.index(position));
        for object in made::of(&objects) {
            // What is written as well is not made.
            if objects.get(&object.identity).is_none() {
                objects.all.push(object);
                objects.index(objects.all.len() - 1);
            }
        }
        objects
    }

    /// The same with further objects; what controllers make is found out anew.
    #[must_use]
    pub fn with(self, more: impl IntoIterator<Item = Object>) -> Self {
        let mut given = self.all;
        given.truncate(self.given);
        given.extend(more);
        Self::new(given)
    }

    fn index(&mut self, position: Position) {
        let Self { all, by_identity, hasher, by_kind, .. } = self;
        let identity = &all[position].identity;
        let is_same = |other: &Position| all[*other].identity == *identity;
        let hash = |other: &Position| hasher.hash_one(&all[*other].identity);
        by_identity.entry(hash(&position), is_same, hash).or_insert(position);
        let kind = (identity.group.clone(), identity.kind.clone());
        by_kind.entry(kind).or_default().push(position);
    }

    /// Every object; what was written comes before what is made.
    #[must_use]
    pub fn all(&self) -> &[Object] {
        &self.all
    }

    /// What somebody wrote.
    pub fn written(&self) -> impl Iterator<Item = &Object> {
        self.all.iter().filter(|object| object.is_written())
    }

    /// Every object of a kind.
    pub fn of_kind<'a>(
        &'a self,
        group: &str,
        kind: &str,
    ) -> impl Iterator<Item = &'a Object> + use<'a> {
        let positions = self.by_kind.get(&(group.to_owned(), kind.to_owned()));
        positions.into_iter().flatten().map(|&position| &self.all[position])
    }

    /// An object by its identity.
    #[must_use]
    pub fn get(&self, identity: &Identity) -> Option<&Object> {
        let is_same = |position: &Position| self.all[*position].identity == *identity;
        let position = self.by_identity.find(self.hasher.hash_one(identity), is_same);
        position.map(|&position| &self.all[position])
    }

    /// An object by its identity in words.
    #[must_use]
    pub fn find(
        &self,
        group: &str,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
    ) -> Option<&Object> {
        self.get(&Identity::new(group, kind, namespace, name))
    }

    /// Pairs of objects with one identity: the one that counts here, and the other.
    #[must_use]
    pub fn duplicates(&self) -> Vec<(&Object, &Object)> {
        repeated(self.all.iter().map(|object| (&object.identity, object)))
    }
}
