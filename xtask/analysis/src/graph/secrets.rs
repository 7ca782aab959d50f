//! What External Secrets and cert-manager name: stores, generators, issuers.
//!
//! Upstream: <https://external-secrets.io/latest/api/spec/>, <https://cert-manager.io/docs/reference/api-docs/>

use super::Relation;
use super::reference::Names;
use crate::objects::{Value, list, text};

const STORES: &str = "external-secrets.io";
const GENERATORS: &str = "generators.external-secrets.io";
const CERTIFICATES: &str = "cert-manager.io";

/// The stores, generators and issuers that an object names, and the Secrets with which these show who they are.
pub(super) fn references(names: &mut Names<'_, '_>) {
    let object = names.from;
    let spec = &object.json["spec"];
    match (object.identity.group.as_str(), object.identity.kind.as_str()) {
        (STORES, "ExternalSecret") => external_secret(names, spec),
        (STORES, "ClusterExternalSecret") => {
            store(names, &spec["externalSecretSpec"]["secretStoreRef"], None);
        }
        (STORES, "PushSecret") => {
            for reference in list(&spec["secretStoreRefs"]) {
                store(names, reference, Some(object.namespace()));
            }
            let secret = ("", "Secret", Some(object.namespace()));
            names.name(&spec["selector"]["secret"]["name"], Relation::Credential, secret);
        }
        (CERTIFICATES, "Certificate" | "CertificateRequest") => {
            let reference = &spec["issuerRef"];
            let group = text(&reference["group"]).unwrap_or(CERTIFICATES);
            if group == CERTIFICATES {
                let kind = text(&reference["kind"]).unwrap_or("Issuer");
                let namespace = (kind == "Issuer").then(|| object.namespace());
                names.name(&reference["name"], Relation::Issuer, (group, kind, namespace));
            }
        }
        (CERTIFICATES, "Issuer") => {
            let secret = ("", "Secret", Some(object.namespace()));
            names.name(&spec["ca"]["secretName"], Relation::Credential, secret);
        }
        ("networking.k8s.io", "Ingress") | (super::gateway_api::GROUP, "Gateway") => {
            let annotations = &object.json["metadata"]["annotations"];
            let cluster = (CERTIFICATES, "ClusterIssuer", None);
            names.name(&annotations["cert-manager.io/cluster-issuer"], Relation::Issuer, cluster);
            if annotations["cert-manager.io/issuer-kind"].is_null() {
                let issuer = (CERTIFICATES, "Issuer", Some(object.namespace()));
                names.name(&annotations["cert-manager.io/issuer"], Relation::Issuer, issuer);
            }
        }
        _ => {}
    }
}

fn external_secret<'a>(names: &mut Names<'_, 'a>, spec: &'a Value) {
    let namespace = Some(names.from.namespace());
    store(names, &spec["secretStoreRef"], namespace);
    for source in list(&spec["data"]).iter().chain(list(&spec["dataFrom"])) {
        let source = &source["sourceRef"];
        store(names, &source["storeRef"], namespace);
        let generator = &source["generatorRef"];
        if let Some(kind) = text(&generator["kind"]) {
            let namespace = namespace.filter(|_| kind != "ClusterGenerator");
            let what = (GENERATORS, kind, namespace);
            names.name(&generator["name"], Relation::Generator, what);
        }
    }
}

fn store<'a>(names: &mut Names<'_, 'a>, reference: &'a Value, namespace: Option<&str>) {
    let kind = text(&reference["kind"]).unwrap_or("SecretStore");
    let is_of_cluster = kind == "ClusterSecretStore";
    if is_of_cluster || namespace.is_some() {
        let namespace = namespace.filter(|_| !is_of_cluster);
        names.name(&reference["name"], Relation::SecretStore, (STORES, kind, namespace));
    }
}
