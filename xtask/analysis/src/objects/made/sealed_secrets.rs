//! Sealed Secrets: a Secret of each `SealedSecret`.
//!
//! Upstream: <https://github.com/bitnami-labs/sealed-secrets>

use super::{made, with_keys};
use crate::objects::{Key, Object, text};

/// The Secret of a `SealedSecret`.
pub(super) fn of(object: &Object) -> Vec<Object> {
    if !object.is("bitnami.com", "SealedSecret") {
        return Vec::new();
    }
    let spec = &object.json["spec"];
    let name = text(&spec["template"]["metadata"]["name"]).unwrap_or(object.name());
    let fields = [&spec["encryptedData"], &spec["template"]["data"]];
    let keys = fields.into_iter().filter_map(|field| field.as_object());
    let keys = keys.flat_map(|fields| fields.keys().map(Key::as_str));
    let secret = with_keys("Secret", object.namespace(), name, keys);
    made("Sealed Secrets", Some(object), secret).into_iter().collect()
}
