//! What outlives pods, secrets, and rights.

use std::collections::BTreeMap;

use analysis::objects::{Object, Value, list, text};
use manifests_lib::cluster::{Arn, IamPolicy, PodIdentity, Statement};

use super::{Row, all, object};
use crate::page::{Piece, Text, code, codes, joined, words};
use crate::view::{Bundle, View};

/// Volumes, and what a message broker holds.
pub(super) fn rows(_: &View<'_>, bundle: &Bundle<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for own in all(bundle) {
        let spec = &own.json["spec"];
        match (own.identity.group.as_str(), own.identity.kind.as_str()) {
            ("", "PersistentVolumeClaim" | "PersistentVolume") => {
                rows.push(vec![object(bundle, own), words(claim(spec))]);
            }
            ("apps", "StatefulSet") => {
                for template in list(&spec["volumeClaimTemplates"]) {
                    let name = text(&template["metadata"]["name"]).unwrap_or_default();
                    let about = vec![
                        Piece::Words("claim ".to_owned()),
                        Piece::Code(format!("{}/{name}", own.name())),
                    ];
                    rows.push(vec![about, words(claim(&template["spec"]))]);
                }
            }
            ("rabbitmq.com", "RabbitmqCluster") => {
                if let Some(storage) = text(&spec["persistence"]["storage"]) {
                    let about = [object(bundle, own), words(": storage of each")].concat();
                    rows.push(vec![about, words(storage)]);
                }
            }
            ("rabbitmq.com", _) => rows.push(vec![object(bundle, own), messaging(own)]),
            _ => {}
        }
    }
    rows
}

fn claim(spec: &Value) -> String {
    let size = text(&spec["resources"]["requests"]["storage"])
        .or(text(&spec["capacity"]["storage"]))
        .unwrap_or("any size");
    match text(&spec["storageClassName"]) {
        Some(class) if !class.is_empty() => format!("{size}, class `{class}`"),
        _ => size.to_owned(),
    }
}

/// What an object of the message broker is called there.
fn messaging(object: &Object) -> Text {
    let spec = &object.json["spec"];
    let shown = |field: &str| {
        let value = &spec[field];
        let value =
            text(value).map(str::to_owned).or_else(|| value.as_bool().map(|yes| yes.to_string()));
        value.map(|value| [words(format!("{field} ")), code(value)].concat())
    };
    let fields =
        ["name", "vhost", "type", "source", "destination", "routingKey", "user", "pattern"];
    joined(fields.into_iter().filter_map(shown))
}

/// The Secrets that are made from a store or generated, and those of others.
pub(super) fn secrets(view: &View<'_>, bundle: &Bundle<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for external in all(bundle).filter(|own| own.is("external-secrets.io", "ExternalSecret")) {
        let name = text(&external.json["spec"]["target"]["name"]).unwrap_or(external.name());
        rows.push(vec![code(name), codes(remote(view, external))]);
    }
    for own in &bundle.built.external {
        let keys = codes(own.keys.iter().cloned());
        let by = [keys, words(format!(": {} creates it", own.by))].concat();
        rows.push(vec![code(own.name.as_str()), by]);
    }
    for certificate in all(bundle).filter(|own| own.is("cert-manager.io", "Certificate")) {
        let spec = &certificate.json["spec"];
        let name = text(&spec["secretName"]).unwrap_or(certificate.name());
        let hosts = list(&spec["dnsNames"]).iter().filter_map(text);
        let issuer = text(&spec["issuerRef"]["name"]).unwrap_or_default();
        let by = [words("certificate of issuer "), code(issuer), words(" for ")].concat();
        let hosts = codes(hosts);
        let hosts = if hosts.is_empty() { words("no host") } else { hosts };
        rows.push(vec![code(name), [by, hosts].concat()]);
    }
    rows
}

/// What an ExternalSecret reads: `prd/shop/database: username`, or what generates it.
#[must_use]
pub fn remote(view: &View<'_>, external: &Object) -> Vec<String> {
    let spec = &external.json["spec"];
    let prefix = |reference: &Value| {
        let name = text(&reference["name"]).unwrap_or_default();
        let kind = text(&reference["kind"]).unwrap_or("SecretStore");
        let mut stores = view.written("external-secrets.io", "ClusterSecretStore");
        let store = stores.find(|store| kind == "ClusterSecretStore" && store.name() == name);
        let prefix = store.and_then(|store| text(&store.json["spec"]["provider"]["aws"]["prefix"]));
        prefix.unwrap_or_default().to_owned()
    };
    let own = prefix(&spec["secretStoreRef"]);
    let mut all = Vec::new();
    for entry in list(&spec["data"]) {
        let reference = &entry["remoteRef"];
        let prefix = match &entry["sourceRef"]["storeRef"] {
            Value::Null => own.clone(),
            store => prefix(store),
        };
        let key = text(&reference["key"]).unwrap_or_default();
        let property = text(&reference["property"]).map(|name| format!(": {name}"));
        all.push(format!("{prefix}{key}{}", property.unwrap_or_default()));
    }
    for entry in list(&spec["dataFrom"]) {
        let generator = &entry["sourceRef"]["generatorRef"];
        if let Some(kind) = text(&generator["kind"]) {
            all.push(format!("generated: {kind} {}", text(&generator["name"]).unwrap_or_default()));
        } else if let Some(key) = text(&entry["extract"]["key"]) {
            all.push(format!("{own}{key}: all"));
        }
    }
    all
}

/// Rights in the cluster and in AWS.
pub(super) fn rights(view: &View<'_>, bundle: &Bundle<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for own in all(bundle) {
        if !["Role", "ClusterRole"].contains(&own.identity.kind.as_str()) {
            continue;
        }
        for rule in list(&own.json["rules"]) {
            let words_of = |field: &str| -> Vec<String> {
                list(&rule[field]).iter().filter_map(text).map(str::to_owned).collect()
            };
            let may =
                format!("{} {}", words_of("verbs").join(", "), words_of("resources").join(", "));
            rows.push(vec![object(bundle, own), code(may)]);
        }
    }
    for identity in &view.environment.platform.pod_identities {
        let (file, own) = (identity.origin.file, bundle.file());
        let namespace = identity.namespace.name() == bundle.built.namespace.name();
        if file == own || (namespace && has_account(bundle, identity)) {
            rows.extend(in_aws(identity));
        }
    }
    rows
}

fn has_account(bundle: &Bundle<'_>, identity: &PodIdentity) -> bool {
    let name = identity.service_account.as_str();
    bundle.objects.iter().any(|own| own.is("", "ServiceAccount") && own.name() == name)
}

fn in_aws(identity: &PodIdentity) -> Vec<Row> {
    let who = [words("in AWS: account "), code(identity.service_account.as_str())].concat();
    match &identity.policy {
        IamPolicy::WellKnown(known) => {
            vec![vec![who, words(format!("what eksctl knows that {known:?} needs"))]]
        }
        IamPolicy::Statements(statements) => statements
            .iter()
            .map(|statement| vec![who.clone(), statement_words(statement)])
            .collect(),
    }
}

fn statement_words(statement: &Statement) -> Text {
    let actions = codes(statement.actions.iter().map(|action| (*action).to_owned()));
    let resources = codes(statement.resources.iter().map(resource));
    let conditions: BTreeMap<&str, &Vec<String>> =
        statement.conditions.iter().map(|((_, key), values)| (*key, values)).collect();
    let mut told = [actions, words(" on "), resources].concat();
    if !conditions.is_empty() {
        let conditions = conditions
            .into_iter()
            .map(|(key, values)| code(format!("{key}: {}", values.join(", "))));
        told.extend([words(", where "), joined(conditions)].concat());
    }
    told
}

/// What an action is done to, without the account.
fn resource(arn: &Arn) -> String {
    match arn {
        Arn::Regional { service, region, resource } => format!("{service} {resource} in {region}"),
        Arn::LogGroup { name, .. } => format!("log group {name}"),
        Arn::Secret { name, .. } => format!("secret {name}"),
        Arn::Bucket { name } => format!("bucket {name}"),
        Arn::BucketObjects { name } => format!("objects of bucket {name}"),
        Arn::Global { service, resource } => format!("{service} {resource}"),
        Arn::Every => "everything".to_owned(),
    }
}
