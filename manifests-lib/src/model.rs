//! What a platform is made of: bundles, components and objects, and the mistakes that only the whole shows.

mod acceptance;
pub(crate) mod bundle;
pub(crate) mod component;
pub(crate) mod conventions;
pub(crate) mod distinct;
pub(crate) mod error;
pub(crate) mod facts;
pub(crate) mod group_kind;
pub(crate) mod label;
pub(crate) mod made_for;
pub(crate) mod metadata;
pub(crate) mod namespace;
pub(crate) mod origin;
pub(crate) mod patch;
pub(crate) mod platform_id;
pub(crate) mod resource;
pub(crate) mod rule;
pub(crate) mod team;
mod texts;

pub use bundle::{Added, Bundle};
pub use component::Component;
pub use conventions::{
    ComponentLabels, Conventions, Identity, Mesh, ObjectName, Portion, ProbeDefaults, ProbeTimes,
    Rollout,
};
pub use error::BuildError;
pub use group_kind::GroupKind;
pub use label::SelectorLabels;
pub use metadata::{named, named_in};
pub use namespace::{Injection, Namespace, NamespaceHandle, NamespaceRules, PodSecurity};
pub use origin::Origin;
#[doc(hidden)]
pub use patch::Made;
pub use patch::{Makes, NoHandle};
pub use resource::{Manifest, ManifestScope, Namespaced, ObjectRef, Resource};
pub use rule::Rule;
pub use team::{Applications, Team};
