//! Services of public applications, written from their facts: ports, variables, sizes, volumes, probes, and who calls whom.

mod opentelemetry_demo;
mod sock_shop;

use std::collections::BTreeSet;

use manifests_lib::model::{Bundle, Conventions};
use manifests_lib::network::mesh::{EgressGateway, EgressGatewaySpec};
use manifests_lib::observability::Prometheus;
use manifests_lib::{name, yaml};
use serde_json::Value;

use crate::support::{ELSEWHERE, Shop};

const EGRESS: EgressGateway =
    EgressGateway { name: name!("way-out"), namespace: ELSEWHERE, selector: name!("egress") };

/// A platform of these conventions whose namespace lets nobody in or out who is not declared, with a way to hosts outside.
#[track_caller]
fn platform() -> (Shop, Prometheus) {
    let shop = Shop::by(&name!("demo"), Conventions::recommended());
    let prometheus = shop.prometheus();
    let doors = shop.bundle_in(&ELSEWHERE, name!("doors"));
    doors.egress_gateway(EgressGatewaySpec { gateway: &EGRESS, prometheus: &prometheus });
    let shared = shop.bundle_named(name!("shared"));
    shared.deny_by_default(&prometheus);
    shared.capture_dns();
    (shop, prometheus)
}

/// What a bundle becomes, an object a line.
fn objects(shop: &Shop, bundle: &Bundle) -> String {
    let lines = shop.resources(bundle).into_iter().map(|resource| {
        let object = resource.object_ref();
        format!("{} {}", object.kind, object.name)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What every container has, and what follows from other fields.
const UNINTERESTING: [&str; 3] = ["image", "imagePullPolicy", "startupProbe"];

/// What a bundle's Deployment runs, without what every container has.
fn pods(shop: &Shop, bundle: &Bundle) -> String {
    let resources = shop.resources(bundle);
    let object = resources.iter().find(|it| it.object_ref().kind == "Deployment");
    let mut object = object.expect("a Deployment").to_json().expect("finite numbers");
    let mut pods = object["spec"]["template"]["spec"].take();
    let kept = ["initContainers", "containers", "volumes"];
    pods.as_object_mut().expect("an object").retain(|key, _| kept.contains(&key.as_str()));
    for list in ["initContainers", "containers"] {
        let containers = pods.get_mut(list).and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten() {
            let container = container.as_object_mut().expect("a container");
            container.retain(|key, _| !UNINTERESTING.contains(&key.as_str()));
            let context = container.remove("securityContext").unwrap_or_default();
            if let Some(added) = context.pointer("/capabilities/add") {
                container.insert("capabilities".to_owned(), added.clone());
            }
        }
    }
    yaml::to_string(&pods).expect("JSON")
}

/// Of which service, broker or gateway pods are.
fn service(pods: &Value) -> Option<&str> {
    let labels = pods.get("matchLabels")?;
    labels.get("app.kubernetes.io/name").or_else(|| labels.get("istio"))?.as_str()
}

/// Whom the NetworkPolicies admit where, a caller and a port a line.
fn edges(shop: &Shop) -> String {
    let built = shop.build();
    let policies = built.resources().filter(|it| it.object_ref().kind == "NetworkPolicy");
    let mut edges = BTreeSet::new();
    for policy in policies.map(|it| it.to_json().expect("finite numbers")) {
        let Some(receiver) = service(&policy["spec"]["podSelector"]) else { continue };
        for rule in policy["spec"]["ingress"].as_array().into_iter().flatten() {
            let list = |field: &str| rule[field].as_array().cloned().unwrap_or_default();
            for (caller, port) in list("from")
                .iter()
                .filter_map(|it| service(&it["podSelector"]).map(str::to_owned))
                .flat_map(|caller| list("ports").into_iter().map(move |it| (caller.clone(), it)))
            {
                edges.insert(format!("{caller} -> {receiver}: {}", port["port"]));
            }
        }
    }
    edges.into_iter().collect::<Vec<_>>().join("\n")
}
