//! Faults of what the small platform alone has.

use harness::Failure;
use serde_json::{Map, Value, json};

use crate::lanes::envoy::Measured;
use crate::lanes::envoy::calls::Expectation;
use crate::lanes::envoy::faults::{Fault, SeenBy, nothing};
use crate::lanes::envoy::player::grpc::{FAIL, WAIT};
use crate::rendered::{Object, Rendered};

/// All of them.
pub fn all<'a>(rendered: &'a Rendered, measured: &'a Measured) -> Result<Vec<Fault<'a>>, Failure> {
    let small = Small { rendered, measured };
    Ok([of_ports(&small)?, of_methods(&small)?, of_hosts(&small)?].into_iter().flatten().collect())
}

fn of_ports<'a>(small: &Small<'a>) -> Result<Vec<Fault<'a>>, Failure> {
    Ok(vec![
        changed(
            "an AuthorizationPolicy that admits to the other port, too",
            small.object("AuthorizationPolicy", "pets-app-authorization-policy")?,
            |policy| {
                for rule in elements(&mut policy["spec"]["rules"]) {
                    let ports = &mut rule["to"][0]["operation"]["ports"];
                    if *ports == json!(["50051"]) {
                        *ports = json!(["50051", "8081"]);
                    }
                }
            },
            small.pair("web-app", "pets-app:8081")?,
        )?,
        changed(
            "a NetworkPolicy that admits to the other port, too",
            small.object("NetworkPolicy", "pets-app-network-policy")?,
            |policy| {
                for rule in elements(&mut policy["spec"]["ingress"]) {
                    if rule["ports"][0]["port"] == 50051 {
                        rule["ports"] = Value::Null;
                    }
                }
            },
            small.pair("web-app", "pets-app:8081")?,
        )?,
        changed(
            "a port of gRPC that says HTTP/1.1",
            small.object("Service", "pets-app-service")?,
            |service| {
                for port in elements(&mut service["spec"]["ports"]) {
                    if port["port"] == 50051 {
                        port["appProtocol"] = "http".into();
                    }
                }
            },
            small.pair("web-app", "pets-app:50051")?,
        )?,
    ])
}

fn of_methods<'a>(small: &Small<'a>) -> Result<Vec<Fault<'a>>, Failure> {
    let route = small.object("VirtualService", "pets-app-virtual-service")?;
    Ok(vec![
        changed(
            "a method of gRPC without its route",
            route,
            |route| {
                remove(&mut route["spec"]["http"], |route| {
                    route["match"][0]["uri"]["exact"] == "/shop.Pets/Adopt"
                });
            },
            small.call("/shop.Pets/Adopt", WAIT, 1700)?,
        )?,
        changed(
            "a method of gRPC that is asked again",
            route,
            |route| {
                for route in elements(&mut route["spec"]["http"]) {
                    if route["match"][0]["uri"]["exact"] == "/shop.Pets/Pay" {
                        route
                            .as_object_mut()
                            .and_then(|route: &mut Map<_, _>| route.remove("retries"));
                    }
                }
            },
            small.call("/shop.Pets/Pay", FAIL, 14)?,
        )?,
    ])
}

fn of_hosts<'a>(small: &Small<'a>) -> Result<Vec<Fault<'a>>, Failure> {
    let web = small.object("AuthorizationPolicy", "web-app-egress")?;
    let clerk = small.object("AuthorizationPolicy", "clerk-app-egress")?;
    let removed =
        |what, object, seen_by| Fault { what, changed: None, removed: vec![object], seen_by };
    Ok(vec![
        removed(
            "a missing admission to a host of TLS",
            web,
            small.pair("web-app", "bank.example.com:443")?,
        ),
        changed(
            "an admission to another port of a host",
            web,
            |policy| {
                let names = &mut policy["spec"]["rules"][0]["when"][0]["values"];
                *names = json!([names[0], "port-9443.bank.example.com"]);
            },
            small.pair("web-app", "bank.example.com:9443")?,
        )?,
        removed(
            "a missing admission to a host of TCP",
            clerk,
            small.pair("clerk-app", "events.example.com:9092")?,
        ),
        changed(
            "a missing way to addresses",
            small.object("NetworkPolicy", "courier-app-egress-network-policy")?,
            |policy| {
                remove(&mut policy["spec"]["egress"], |rule| !rule["to"][0]["ipBlock"].is_null());
            },
            small.pair("courier-app", "tracking.example.com:8443")?,
        )?,
    ])
}

struct Small<'a> {
    rendered: &'a Rendered,
    measured: &'a Measured,
}

impl<'a> Small<'a> {
    fn object(&self, kind: &'static str, name: &'static str) -> Result<&'a Object, Failure> {
        let mut objects = self.rendered.objects.iter();
        let found =
            objects.find(|object| object.identity.kind == kind && object.identity.name == name);
        found.ok_or_else(|| nothing(name))
    }

    fn pair(&self, caller: &str, target: &'static str) -> Result<SeenBy<'a>, Failure> {
        let found = self.measured.targets.iter().find(|known| known.name == target);
        let target = found.ok_or_else(|| nothing(target))?;
        Ok(SeenBy::Pair { caller: caller.to_owned(), target })
    }

    fn call(&self, method: &'static str, header: &str, value: u64) -> Result<SeenBy<'a>, Failure> {
        let is_it = |call: &&Expectation| call.asks(method, header, value);
        let found = self.measured.calls.iter().find(is_it);
        found.map(SeenBy::Call).ok_or_else(|| nothing(method))
    }
}

fn changed<'a>(
    what: &'static str,
    object: &'a Object,
    change: fn(&mut Value),
    seen_by: SeenBy<'a>,
) -> Result<Fault<'a>, Failure> {
    let changed = Some((object, object.with(change)?));
    Ok(Fault { what, changed, removed: Vec::new(), seen_by })
}

fn elements(list: &mut Value) -> impl Iterator<Item = &mut Value> {
    list.as_array_mut().into_iter().flatten()
}

fn remove(list: &mut Value, is_removed: fn(&Value) -> bool) {
    if let Some(list) = list.as_array_mut() {
        list.retain(|element| !is_removed(element));
    }
}
