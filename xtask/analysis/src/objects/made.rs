//! What nobody writes: the objects that Kubernetes has from the start, and those that controllers make of others.
//!
//! One file a controller. An object here is as complete as others may refer to it: keys, ports, labels.

mod cert_manager;
mod external_secrets;
mod gateway_api;
mod istio;
mod kubernetes;
mod prometheus_operator;
mod rabbitmq;
mod sealed_secrets;

pub(crate) use external_secrets::secret_name;

use super::{Object, Objects, Origin};
use crate::objects::{Map, Value, json};

/// Everything that is made where these objects are.
pub(super) fn of(objects: &Objects) -> Vec<Object> {
    let mut made = kubernetes::from_the_start();
    for object in objects.all() {
        made.extend(kubernetes::of(object));
        made.extend(cert_manager::of(object));
        made.extend(external_secrets::of(object));
        made.extend(gateway_api::of(object));
        made.extend(istio::of(object));
        made.extend(prometheus_operator::of(object));
        made.extend(rabbitmq::of(object));
        made.extend(sealed_secrets::of(object));
    }
    made
}

/// An object that `who` makes, of another one where it does.
fn made(who: &str, from: Option<&Object>, json: Value) -> Option<Object> {
    let by = match from {
        Some(object) => format!("{who}, from {}", object.identity),
        None => who.to_owned(),
    };
    Object::of(json, Origin::Made { by: by.into() }, None)
}

/// A Secret or ConfigMap with these keys; its values are nobody's business.
fn with_keys<'a>(
    kind: &str,
    namespace: &str,
    name: &str,
    keys: impl IntoIterator<Item = &'a str>,
) -> Value {
    let data: Map = keys.into_iter().map(|key| (key, "")).collect();
    json!({
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        "data": data,
    })
}
