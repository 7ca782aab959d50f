//! Istio's own charts, of which only an Application is here: the pods of its gateways and of its control plane.
//!
//! Upstream: <https://istio.io/latest/docs/setup/install/helm/>

use super::made;
use crate::objects::{Object, Value, json, list, text, texts};

/// The account and the Deployment of a gateway, or the Deployment of istiod.
pub(super) fn of(object: &Object) -> Vec<Object> {
    if !object.is("argoproj.io", "Application") {
        return Vec::new();
    }
    let spec = &object.json["spec"];
    let Some(namespace) = text(&spec["destination"]["namespace"]) else { return Vec::new() };
    let mut all = Vec::new();
    for source in list(&spec["sources"]).iter().chain(Some(&spec["source"])) {
        let is_of_istio =
            text(&source["repoURL"]).is_some_and(|repository| repository.contains("istio-release"));
        let helm = &source["helm"];
        // What stands elsewhere than in `valuesObject` may say something else.
        let is_told = is_of_istio
            && helm["values"].is_null()
            && list(&helm["valueFiles"]).is_empty()
            && list(&helm["parameters"]).is_empty();
        let release = text(&helm["releaseName"]).unwrap_or(object.name());
        let values = &helm["valuesObject"];
        let of_chart = match text(&source["chart"]).filter(|_| is_told) {
            Some("gateway") => gateway(namespace, release, values),
            Some("istiod") => vec![istiod(namespace, values)],
            _ => Vec::new(),
        };
        all.extend(
            of_chart.into_iter().filter_map(|json| made("Istio's chart", Some(object), json)),
        );
    }
    all
}

fn gateway(namespace: &str, release: &str, values: &Value) -> Vec<Value> {
    let name = text(&values["name"]).filter(|name| !name.is_empty()).unwrap_or(release);
    let account = text(&values["serviceAccount"]["name"]).filter(|name| !name.is_empty());
    let account = account.unwrap_or(name);
    let mut selected = json!({"app": name, "istio": name.strip_prefix("istio-").unwrap_or(name)});
    for (key, value) in texts(&values["labels"]) {
        selected[key] = value.into();
    }
    let mut labels = selected.clone();
    labels["sidecar.istio.io/inject"] = "true".into();
    labels["app.kubernetes.io/name"] = name.into();
    labels["app.kubernetes.io/instance"] = name.into();
    let ports = json!([{"name": "http-envoy-prom", "containerPort": 15090}]);
    vec![
        json!({
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": account, "namespace": namespace},
        }),
        json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {
                "selector": {"matchLabels": selected},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {
                        "serviceAccountName": account,
                        "containers": [{"name": "istio-proxy", "image": "auto", "ports": ports}],
                    },
                },
            },
        }),
    ]
}

fn istiod(namespace: &str, values: &Value) -> Value {
    let revision = text(&values["revision"]).filter(|revision| !revision.is_empty());
    let name =
        revision.map_or_else(|| "istiod".to_owned(), |revision| format!("istiod-{revision}"));
    let ports: Vec<Value> =
        [8080, 15_010, 15_012, 15_014, 15_017].map(|port| json!({"containerPort": port})).to_vec();
    let labels = json!({
        "app": "istiod",
        "istio": if revision.is_some() { "istiod" } else { "pilot" },
        "istio.io/rev": revision.unwrap_or("default"),
        "istio.io/dataplane-mode": "none",
        "sidecar.istio.io/inject": "false",
        "app.kubernetes.io/name": "istiod",
    });
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": {"app": "istiod"}},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "serviceAccountName": name,
                    "containers": [{"name": "discovery", "ports": ports}],
                },
            },
        },
    })
}
