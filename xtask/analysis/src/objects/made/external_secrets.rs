//! External Secrets: a Secret of each `ExternalSecret`.
//!
//! Upstream: <https://external-secrets.io/latest/api/externalsecret/>

use super::{made, with_keys};
use crate::objects::{Key, Object, Value, list, text};

/// The Secret of an `ExternalSecret`.
pub(super) fn of(object: &Object) -> Vec<Object> {
    if !object.is("external-secrets.io", "ExternalSecret") {
        return Vec::new();
    }
    let spec = &object.json["spec"];
    let target = &spec["target"];
    let name = secret_name(object);
    let template = &target["template"]["data"];
    let keys: Vec<&str> = match template.as_object() {
        Some(template) => template.keys().map(Key::as_str).collect(),
        None => list(&spec["data"]).iter().filter_map(|entry| text(&entry["secretKey"])).collect(),
    };
    let mut secret = with_keys("Secret", object.namespace(), name, keys);
    // Whole secrets are taken over, or generated: their keys are not told here.
    if !list(&spec["dataFrom"]).is_empty() || !list(&target["template"]["templateFrom"]).is_empty()
    {
        secret["data"] = Value::Null;
    }
    made("External Secrets", Some(object), secret).into_iter().collect()
}

/// The name of the Secret of an `ExternalSecret`.
pub(crate) fn secret_name(object: &Object) -> &str {
    text(&object.json["spec"]["target"]["name"]).unwrap_or(object.name())
}
