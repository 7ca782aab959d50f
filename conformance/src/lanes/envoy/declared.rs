//! Which calls are declared, read from other objects than those that admit them: environment variables, routes,
//! `ServiceEntries` and Services.

use std::collections::BTreeSet;

use serde_json::Value;

use super::played::target_port;
use super::pods::{Role, of_kind, short, texts, workloads};
use super::targets::{Target, Way, host, name};
use super::world::World;
use crate::rendered::{Object, Rendered};

/// Who may call what, by their names.
pub type Declared = BTreeSet<(String, String)>;

/// Every call that is declared.
pub fn declared(world: &World<'_>, rendered: &Rendered, targets: &[Target]) -> Declared {
    let mut declared = Declared::new();
    let objects = &rendered.objects;
    for object in workloads(objects) {
        for text in variables(&object.value) {
            declared.extend(named(world, text).map(|target| (short(object), target)));
        }
    }
    declare_gateways(world, objects, targets, &mut declared);
    for entry in of_kind(objects, "networking.istio.io", "ServiceEntry") {
        let ports = entry.value["spec"]["ports"].as_array().into_iter().flatten();
        let numbers: Vec<u16> =
            ports.filter_map(|port| u16::try_from(port["number"].as_u64()?).ok()).collect();
        for host in texts(&entry.value["spec"]["hosts"]) {
            let named: BTreeSet<(String, String)> = workloads(objects)
                .flat_map(|caller| {
                    let texts = variables(&caller.value);
                    let named = texts.flat_map(|text| ports_of(text, host));
                    named.map(|port| (short(caller), name(host, port))).collect::<Vec<_>>()
                })
                .collect();
            if named.is_empty() {
                // Whoever calls it says so in no variable.
                let callers = workloads(objects)
                    .filter(|workload| workload.bundle == entry.bundle)
                    .filter(|workload| workload.identity.kind == "Deployment");
                for caller in callers {
                    let called = numbers.iter().map(|port| (short(caller), name(host, *port)));
                    declared.extend(called);
                }
            }
            declared.extend(named);
        }
    }
    let metrics = targets.iter().filter(|target| target.answers.is_none());
    declared.extend(metrics.map(|target| ("prometheus".to_owned(), target.name.clone())));
    declared
}

/// What routes of the API gateway and node ports lead to, and what gateways lead to.
fn declare_gateways(
    world: &World<'_>,
    objects: &[Object],
    targets: &[Target],
    declared: &mut Declared,
) {
    for target in targets {
        let Way::Through(gateway, behind) = &target.way else {
            continue;
        };
        declared.insert((format!("as-{}", gateway.pod), name(&behind.pod, behind.port)));
        for service in &world.services {
            let backends = world.backends(service);
            let Some(pod) = backends.iter().find(|pod| pod.planned.name == gateway.pod) else {
                continue;
            };
            let ports = service["spec"]["ports"].as_array().into_iter().flatten();
            for port in ports.filter(|port| target_port(port, &pod.planned) == Some(gateway.port)) {
                if target.has_node_port {
                    declared.insert(("user".to_owned(), target.name.clone()));
                }
                for route in of_kind(objects, "gateway.networking.k8s.io", "HTTPRoute") {
                    let spec = &route.value["spec"];
                    let rules = spec["rules"].as_array().into_iter().flatten();
                    let leads_here = rules
                        .flat_map(|rule| rule["backendRefs"].as_array().into_iter().flatten())
                        .any(|backend| {
                            backend["name"] == service["metadata"]["name"]
                                && backend["port"] == port["port"]
                        });
                    let parents = spec["parentRefs"].as_array().into_iter().flatten();
                    let parents = parents.filter(|_| leads_here);
                    let names = parents.filter_map(|parent| parent["name"].as_str());
                    declared.extend(
                        names.map(|parent| (format!("nginx-{parent}"), target.name.clone())),
                    );
                }
            }
        }
    }
}

/// The values of all environment variables.
fn variables(workload: &Value) -> impl Iterator<Item = &str> {
    let spec = &workload["spec"]["template"]["spec"];
    let containers =
        ["initContainers", "containers"].map(|kind| spec[kind].as_array().into_iter().flatten());
    containers
        .into_iter()
        .flatten()
        .flat_map(|container| container["env"].as_array().into_iter().flatten())
        .filter_map(|variable| variable["value"].as_str())
}

/// The targets that a text names: a Service, with the port behind it, or with all of its ports.
fn named<'a>(world: &'a World<'_>, text: &'a str) -> impl Iterator<Item = String> + 'a {
    let services = world
        .services
        .iter()
        .filter_map(move |service| Some((service, port_behind(behind(text, &host(service))?))));
    services.flat_map(move |(service, named)| {
        let backends = world.backends(service).into_iter();
        backends.filter(|backend| backend.planned.role != Role::Gateway).flat_map(move |backend| {
            let ports = service["spec"]["ports"].as_array().into_iter().flatten();
            ports.filter(move |port| named.is_none_or(|named| port["port"] == named)).filter_map(
                move |port| {
                    let number = target_port(port, &backend.planned)?;
                    Some(name(&backend.planned.name, number))
                },
            )
        })
    })
}

/// The ports of a host that a text names, such as `https://example.com:443` or `one.example.com:9092,two.example.com:9092`.
fn ports_of<'a>(text: &'a str, host: &str) -> impl Iterator<Item = u16> + 'a {
    let ends = |character: char| matches!(character, ',' | '/' | '@' | ' ' | '?');
    let host = host.to_owned();
    text.split(ends).filter_map(move |part| port_behind(part.strip_prefix(&host)?))
}

/// What follows a host in a text; another host may end like it.
fn behind<'a>(text: &'a str, host: &str) -> Option<&'a str> {
    text.match_indices(host).find_map(|(place, _)| {
        let before = text[..place].chars().next_back();
        let is_own =
            before.is_none_or(|before| !before.is_ascii_alphanumeric() && !"-.".contains(before));
        is_own.then(|| &text[place + host.len()..])
    })
}

/// The number in `:8080/path`.
fn port_behind(text: &str) -> Option<u16> {
    let digits = text.strip_prefix(':')?;
    let end = digits.find(|character: char| !character.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_outside_is_named_with_its_port() {
        let ports = |text| ports_of(text, "b.example.com").collect::<Vec<_>>();
        assert_eq!(ports("https://b.example.com:443/path"), [443]);
        assert_eq!(ports("a.example.com:9092,b.example.com:9093"), [9093]);
        assert_eq!(ports("b.example.com"), [0; 0]);
        assert_eq!(ports("https://sub.b.example.com:443"), [0; 0]);
    }

    #[test]
    fn a_host_is_not_the_end_of_another() {
        assert_eq!(behind("http://web.shop.svc:80", "web.shop.svc"), Some(":80"));
        assert_eq!(behind("old-web.shop.svc:80", "web.shop.svc"), None);
        assert_eq!(behind("old-web.shop.svc:80,web.shop.svc:81", "web.shop.svc"), Some(":81"));
    }

    #[test]
    fn the_port_is_what_follows_the_host() {
        assert_eq!(port_behind(":8080/path"), Some(8080));
        assert_eq!(port_behind(":8080"), Some(8080));
        assert_eq!(port_behind("/path:1"), None);
        assert_eq!(port_behind(""), None);
    }
}
