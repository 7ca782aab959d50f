//! cert-manager: a Secret of each `Certificate`.
//!
//! Upstream: <https://cert-manager.io/docs/usage/certificate/>

use super::{made, with_keys};
use crate::objects::{Object, text};

/// The Secret of a `Certificate`.
pub(super) fn of(object: &Object) -> Vec<Object> {
    if !object.is("cert-manager.io", "Certificate") {
        return Vec::new();
    }
    let spec = &object.json["spec"];
    let Some(name) = text(&spec["secretName"]) else { return Vec::new() };
    let mut keys = vec!["ca.crt", "tls.crt", "tls.key"];
    let stores =
        [("jks", "keystore.jks", "truststore.jks"), ("pkcs12", "keystore.p12", "truststore.p12")];
    for (store, key, trust) in stores {
        if spec["keystores"][store]["create"].as_bool() == Some(true) {
            keys.extend([key, trust]);
        }
    }
    let mut secret = with_keys("Secret", object.namespace(), name, keys);
    secret["type"] = "kubernetes.io/tls".into();
    made("cert-manager", Some(object), secret).into_iter().collect()
}
