//! Namespaces.

use std::fmt;

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::label::label;
use crate::{Bundle, Name};

/// A namespace as others refer to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Namespace(Name);

impl Namespace {
    /// Names a namespace.
    #[must_use]
    pub const fn new(name: Name) -> Self {
        Self(name)
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.0
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Whether pods of a namespace get a sidecar proxy.
///
/// Upstream: <https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Injection {
    /// By the control plane of this revision or revision tag.
    Revision(Name),
    /// Not at all.
    None,
}

impl Bundle {
    /// Creates the bundle's own namespace.
    #[track_caller]
    pub fn create_namespace(&self, injection: &Injection) {
        self.add(core::Namespace {
            metadata: ObjectMeta {
                name: Some(self.namespace().to_string()),
                labels: match injection {
                    Injection::Revision(revision) => Some(label("istio.io/rev", revision)),
                    Injection::None => None,
                },
                ..ObjectMeta::default()
            },
            ..core::Namespace::default()
        });
    }
}
