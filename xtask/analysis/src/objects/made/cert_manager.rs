//! cert-manager: a Secret of each `Certificate`, and of each certificate that an annotation asks for.
//!
//! Upstream: <https://cert-manager.io/docs/usage/certificate/>, <https://cert-manager.io/docs/usage/ingress/>

use super::{made, with_keys};
use crate::objects::{Object, Value, list, text};

/// The Secrets of a `Certificate`, or of an annotated Ingress or Gateway.
pub(super) fn of(object: &Object) -> Vec<Object> {
    let mut secrets = of_annotation(object);
    secrets.extend(of_certificate(object));
    secrets
}

/// Annotations by which an Ingress or a Gateway asks for certificates.
const ASKING: &[&str] =
    &["cert-manager.io/cluster-issuer", "cert-manager.io/issuer", "kubernetes.io/tls-acme"];

fn of_annotation(object: &Object) -> Vec<Object> {
    let spec = &object.json["spec"];
    if !ASKING.iter().any(|annotation| object.annotation(annotation).is_some()) {
        return Vec::new();
    }
    let names: Vec<&Value> = if object.is("networking.k8s.io", "Ingress") {
        list(&spec["tls"]).iter().map(|tls| &tls["secretName"]).collect()
    } else if object.is("gateway.networking.k8s.io", "Gateway") {
        let listeners = list(&spec["listeners"]).iter();
        let references = listeners.flat_map(|listener| list(&listener["tls"]["certificateRefs"]));
        references.map(|reference| &reference["name"]).collect()
    } else {
        Vec::new()
    };
    let secret =
        |name| with_keys("Secret", object.namespace(), name, ["ca.crt", "tls.crt", "tls.key"]);
    let secrets = names.into_iter().filter_map(text).map(secret);
    secrets.filter_map(|secret| made("cert-manager", Some(object), secret)).collect()
}

fn of_certificate(object: &Object) -> Vec<Object> {
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
