//! Fields that the documentation of Kubernetes calls required, and that the API server takes all the same where they are absent: for Go
//! an absent value is an empty one, and what is empty is refused only by code that says so.
//!
//! Upstream: <https://github.com/kubernetes/kubernetes/tree/master/pkg/apis>, `validation` and `defaults.go` of each group.

use crate::schema::{Schema, Type, resolved};

/// The field of each definition.
const FIELDS: &[(&str, &str)] = &[
    ("core.v1.HTTPHeader", "value"),
    ("core.v1.LimitRangeSpec", "limits"),
    ("core.v1.PreferredSchedulingTerm", "preference"),
    ("core.v1.Sysctl", "value"),
    ("batch.v1.PodFailurePolicy", "rules"),
    ("batch.v1.SuccessPolicy", "rules"),
    ("discovery.v1.EndpointSlice", "endpoints"),
    // Filled in.
    ("rbac.v1.RoleRef", "apiGroup"),
];

/// Groups and kinds that are nearly never written by hand, and whose code nobody has compared.
const UNKNOWN: &[&str] = &[
    "apiserverinternal.",
    "authentication.",
    "authorization.",
    "core.v1.Binding",
    "core.v1.Event",
    "discovery.v1.For",
    "events.",
    "flowcontrol.",
    "resource.",
    "storage.v1.CSI",
    "storage.v1.TokenRequest",
    "storage.v1.VolumeAttachment",
    "storagemigration.",
];

/// Whether the API server takes an object without this field.
pub(super) fn is_lenient(definition: &str, schema: &Schema, field: &str) -> bool {
    // Nothing is a number or a boolean like any other.
    let may_be_zero = schema.properties.get(field).is_some_and(|schema| {
        let schema = resolved(schema);
        matches!(schema.kind, Some(Type::Integer | Type::Boolean))
    });
    let is_preview = definition.contains("alpha") || definition.contains("beta");
    may_be_zero
        || is_preview
        || FIELDS.contains(&(definition, field))
        || UNKNOWN.iter().any(|group| definition.starts_with(group))
}
