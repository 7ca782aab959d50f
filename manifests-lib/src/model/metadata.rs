//! Metadata of objects.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::namespace::Namespace;

/// Metadata of an object that has a name and, once its bundle completes it, a namespace and the label `env`.
#[must_use]
pub fn named(name: impl ToString) -> ObjectMeta {
    ObjectMeta { name: Some(name.to_string()), ..ObjectMeta::default() }
}

/// The same for an object of another namespace than its bundle's.
#[must_use]
pub fn named_in(namespace: &Namespace, name: impl ToString) -> ObjectMeta {
    ObjectMeta { namespace: Some(namespace.to_string()), ..named(name) }
}
