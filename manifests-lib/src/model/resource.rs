//! Any object that may be applied, together with the Rust line that wrote it.

use std::any::Any;
use std::fmt;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::{ClusterResourceScope, Metadata, NamespaceResourceScope};
use serde::{Serialize, Serializer};

use crate::model::group_kind::GroupKind;
use crate::model::origin::Origin;
use crate::model::patch;
use crate::model::texts;
use crate::yaml;

/// An object that can be applied to a cluster by itself: every top-level kind of k8s-openapi and of the generated
/// custom resources.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be applied to a cluster by itself",
    label = "this is a part of an object, not an object",
    note = "put it into the object that owns it: a PodSpec belongs into a Deployment, StatefulSet, DaemonSet, Job or CronJob"
)]
pub trait Manifest: Any + Send + Serialize + Metadata<Ty = ObjectMeta> {
    /// Whether objects of this kind live in a namespace.
    const NAMESPACED: bool;
}

#[diagnostic::do_not_recommend]
impl<T> Manifest for T
where
    T: Any + Send + Serialize + Metadata<Ty = ObjectMeta>,
    T::Scope: ManifestScope,
{
    const NAMESPACED: bool = T::Scope::NAMESPACED;
}

/// A manifest that lives in a namespace.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no namespace: its kind is cluster-scoped",
    label = "remove `.namespace(…)`"
)]
pub trait Namespaced: Manifest {}

#[diagnostic::do_not_recommend]
impl<T> Namespaced for T
where
    T: Manifest,
    T::Scope: NamespacedScope,
{
}

/// The scope of what lives in a namespace.
#[doc(hidden)]
pub trait NamespacedScope {}

impl NamespacedScope for NamespaceResourceScope {}

/// The scopes an object by itself can have; subresources have none of them.
#[doc(hidden)]
pub trait ManifestScope {
    /// Whether objects of this scope live in a namespace.
    const NAMESPACED: bool;
}

impl ManifestScope for NamespaceResourceScope {
    const NAMESPACED: bool = true;
}

impl ManifestScope for ClusterResourceScope {
    const NAMESPACED: bool = false;
}

/// What makes an object the same object for the API server. The version is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// API group; empty for the core group.
    pub group: &'static str,
    /// Kind, such as `Deployment`.
    pub kind: &'static str,
    /// Namespace; absent for cluster-scoped kinds.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { group, kind, namespace, name } = self;
        formatter.write_str(kind)?;
        if !group.is_empty() {
            write!(formatter, ".{group}")?;
        }
        match namespace {
            Some(namespace) => write!(formatter, " {namespace}/{name}"),
            None => write!(formatter, " {name}"),
        }
    }
}

/// A finished object and where it comes from.
pub struct Resource {
    origin: Origin,
    patched: Vec<Origin>,
    object: Box<dyn Object>,
}

impl Resource {
    pub(crate) fn new<T: Manifest>(origin: Origin, patched: Vec<Origin>, object: T) -> Self {
        Self { origin, patched, object: Box::new(object) }
    }

    /// The line that wrote the object.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// The lines of the patches that have changed the object, in order.
    #[must_use]
    pub fn patched(&self) -> &[Origin] {
        &self.patched
    }

    /// Group, kind, namespace and name.
    #[must_use]
    pub fn object_ref(&self) -> ObjectRef {
        self.object.object_ref()
    }

    /// Group and kind.
    #[must_use]
    pub fn kind(&self) -> GroupKind {
        self.object.kind()
    }

    /// API version, such as `apps/v1`.
    #[must_use]
    pub fn api_version(&self) -> &'static str {
        self.object.api_version()
    }

    /// The object as a type of k8s-openapi or of the generated custom resources, where it is one.
    #[must_use]
    pub fn get<T: Manifest>(&self) -> Option<&T> {
        self.object.as_any().downcast_ref()
    }

    /// Appends the object as a YAML document.
    ///
    /// # Errors
    ///
    /// Where the object holds what YAML and JSON cannot carry, such as a number that is not finite.
    pub fn write_yaml(&self, output: &mut String) -> Result<(), yaml::Error> {
        self.object.write_yaml(output)
    }

    /// The object as JSON.
    ///
    /// # Errors
    ///
    /// Where the object holds what JSON cannot carry.
    pub fn to_json(&self) -> Result<serde_json::Value, serde_json::Error> {
        serde_json::to_value(self)
    }

    pub(crate) fn metadata(&self) -> &ObjectMeta {
        self.object.metadata()
    }

    /// The bytes of all its texts: less than its size wherever it is stored.
    pub(crate) fn text_size(&self) -> usize {
        let mut size = 0;
        self.texts(&mut |text| size += text.len());
        size
    }

    /// Shows every text of it, names of fields included.
    pub(crate) fn texts(&self, see: &mut dyn FnMut(&str)) {
        self.object.texts(see);
    }

    pub(crate) fn metadata_mut(&mut self) -> &mut ObjectMeta {
        self.object.metadata_mut()
    }

    pub(crate) fn is_namespaced(&self) -> bool {
        self.object.is_namespaced()
    }

    /// Runs `patch` where the object is a `T`.
    pub(super) fn patch<T: Manifest>(&mut self, origin: Origin, patch: &dyn Fn(&mut T)) {
        let object = self.object.as_any_mut().downcast_mut();
        if object.is_some_and(|object| patch::changes(object, patch)) {
            self.patched.push(origin);
        }
    }
}

/// The object alone.
impl Serialize for Resource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        erased_serde::serialize(&*self.object, serializer)
    }
}

impl fmt::Debug for Resource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} from {}", self.object_ref(), self.origin)
    }
}

/// [`Manifest`] without its type.
trait Object: erased_serde::Serialize + Send {
    fn object_ref(&self) -> ObjectRef;
    fn kind(&self) -> GroupKind;
    fn api_version(&self) -> &'static str;
    fn is_namespaced(&self) -> bool;
    fn texts(&self, see: &mut dyn FnMut(&str));
    fn metadata(&self) -> &ObjectMeta;
    fn metadata_mut(&mut self) -> &mut ObjectMeta;
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
    fn write_yaml(&self, output: &mut String) -> Result<(), yaml::Error>;
}

impl<T: Manifest> Object for T {
    fn object_ref(&self) -> ObjectRef {
        let metadata = Metadata::metadata(self);
        ObjectRef {
            group: T::GROUP,
            kind: T::KIND,
            namespace: metadata.namespace.clone(),
            name: metadata.name.clone().unwrap_or_default(),
        }
    }

    fn kind(&self) -> GroupKind {
        GroupKind::of::<T>()
    }

    fn api_version(&self) -> &'static str {
        T::API_VERSION
    }

    fn is_namespaced(&self) -> bool {
        T::NAMESPACED
    }

    fn texts(&self, see: &mut dyn FnMut(&str)) {
        texts::each(self, see);
    }

    fn metadata(&self) -> &ObjectMeta {
        Metadata::metadata(self)
    }

    fn metadata_mut(&mut self) -> &mut ObjectMeta {
        Metadata::metadata_mut(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn write_yaml(&self, output: &mut String) -> Result<(), yaml::Error> {
        yaml::write(self, output)
    }
}
