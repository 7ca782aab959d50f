//! Where users come in.

use super::{Request, Walk};
use crate::graph::Outcome;
use crate::graph::mesh::overlap;
use crate::graph::network::{End, Port};
use crate::objects::{list, text};
use crate::trace::place::Address;
use crate::trace::{Kind, Step};

impl Walk<'_, '_> {
    /// Where users come in.
    pub(super) fn enter(&mut self, address: Option<&Address>) {
        let start = || Request {
            host: address.map(|address| address.host.clone()),
            path: address.and_then(|address| address.path.clone()),
            ..Request::default()
        };
        let asked = address.and_then(|address| address.port);
        let host = address.map(|address| address.host.as_str());
        for gateway in self.graph.objects().of_kind("gateway.networking.k8s.io", "Gateway") {
            for listener in list(&gateway.json["spec"]["listeners"]) {
                let number = listener["port"].as_u64();
                let is_host = text(&listener["hostname"])
                    .is_none_or(|named| host.is_none_or(|host| overlap(named, host)));
                if !is_host || asked.is_some() && asked != number {
                    continue;
                }
                let port = number.map_or_else(String::new, |port| format!(" at port {port}"));
                let name = text(&listener["name"]).unwrap_or_default();
                let words = format!("users come in by listener {name}{port}");
                let step =
                    Step::at(Kind::Entrance, Outcome::Admitted, words, gateway, Some(listener));
                let path = start().with(step);
                let pods = self.graph.pods_of_gateway(gateway);
                for pod in &pods {
                    let port = Port { protocol: "TCP", number };
                    let path = self.gates(path.clone(), End::Address(None), End::Pod(pod), port);
                    self.gateway_api(path, End::Pod(pod), Some(pod), gateway);
                }
                if pods.is_empty() {
                    self.gateway_api(path, End::Somebody, None, gateway);
                }
            }
        }
        for ingress in self.graph.objects().of_kind("networking.k8s.io", "Ingress") {
            let path = start();
            for leg in self.graph.legs_of_ingress(ingress, host, path.path.as_deref()) {
                let words = "users come in by this Ingress".to_owned();
                let step = Step::at(Kind::Entrance, Outcome::Admitted, words, ingress, None);
                self.leg(path.with(step), End::Somebody, None, leg);
            }
        }
        for service in
            self.graph.objects().of_kind("", "Service").filter(|service| service.is_written())
        {
            let kind = text(&service.json["spec"]["type"]).unwrap_or_default();
            if !["NodePort", "LoadBalancer"].contains(&kind) {
                continue;
            }
            for port in list(&service.json["spec"]["ports"]) {
                let numbers = [port["port"].as_u64(), port["nodePort"].as_u64()];
                if asked.is_some() && !numbers.contains(&asked) {
                    continue;
                }
                let node = port["nodePort"]
                    .as_u64()
                    .map_or_else(String::new, |node| format!(" (port {node} of each node)"));
                let words = format!("users come in by a {kind}{node}");
                let step = Step::at(Kind::Entrance, Outcome::Admitted, words, service, Some(port));
                let path = start().with(step);
                self.service(path, End::Address(None), service, numbers[0]);
            }
        }
        self.enter_unseen(&start(), asked);
    }

    /// Gateways of Istio whose pods and Services are not here.
    fn enter_unseen(&mut self, start: &Request, asked: Option<u64>) {
        for gateway in self.graph.objects().of_kind("networking.istio.io", "Gateway") {
            if !self.graph.selected_anywhere(&gateway.json["spec"]["selector"]).is_empty() {
                continue;
            }
            for server in list(&gateway.json["spec"]["servers"]) {
                if asked.is_none() || asked == server["port"]["number"].as_u64() {
                    self.server(start.clone(), End::Somebody, None, (gateway, server));
                }
            }
        }
    }
}
