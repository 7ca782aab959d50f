//! Services, Ingresses, NetworkPolicies.

use std::net::{IpAddr, Ipv6Addr};

use super::Mistake;
use super::shape::{Is, Shape, Validator, is_there};
use super::text::{
    ABSOLUTE_PATH, ADDRESS, HOST, HOST_OR_WILDCARD, LABEL, LABEL_1035, PATH_SEGMENT, PORT_NAME,
    PREFIXED_PATH, QUALIFIED_NAME, RANGE, SUBDOMAIN,
};
use crate::check::At;
use crate::objects::{Value, list, text};

/// A Service.
pub(super) static SERVICE: Shape =
    Shape { fields: &[("spec", &[Is::Required, Is::Part(&SERVICE_SPEC)])], together: &[] };

static SERVICE_SPEC: Shape = Shape {
    fields: &[
        (
            "trafficDistribution",
            &[Is::Filled, Is::AnyOf(&["PreferClose", "PreferSameZone", "PreferSameNode"])],
        ),
        ("ipFamilyPolicy", &[Is::Filled]),
        ("internalTrafficPolicy", &[Is::Filled]),
        ("externalIPs", &[Is::EachText(&ADDRESS)]),
        ("loadBalancerClass", &[Is::Filled, Is::Text(&QUALIFIED_NAME)]),
        ("ports", &[Is::Each(&SERVICE_PORT)]),
        ("selector", &[Is::Labels]),
        ("sessionAffinityConfig", &[Is::Part(&SESSION)]),
    ],
    together: &[external_name, cluster_ips, of_load_balancers, outside],
};

static SERVICE_PORT: Shape = Shape {
    fields: &[
        ("appProtocol", &[Is::Filled, Is::Text(&QUALIFIED_NAME)]),
        ("name", &[Is::Text(&LABEL)]),
        ("port", &[Is::Required, Is::Port]),
        ("targetPort", &[Is::Also(target_port)]),
    ],
    together: &[],
};

/// Without a number, it is the port itself.
fn target_port<'a>(validator: &mut Validator<'a>, port: &'a Value) {
    match port {
        Value::String(name) if !name.is_empty() => validator.non_empty_text(&PORT_NAME, port),
        Value::Number(number) => {
            let wrong = number
                .as_i64()
                .is_some_and(|number| number != 0 && !(1..=65_535).contains(&number));
            if wrong {
                let message = format!("targetPort is {number}, and ports are from 1 to 65535");
                validator.refuse(Mistake::Port, At::Value(port), message);
            }
        }
        _ => {}
    }
}

static SESSION: Shape = Shape { fields: &[("clientIP", &[Is::Part(&CLIENT_IP)])], together: &[] };

static CLIENT_IP: Shape =
    Shape { fields: &[("timeoutSeconds", &[Is::Within(1, 86_400)])], together: &[] };

fn type_of(spec: &Value) -> &str {
    text(&spec["type"]).filter(|kind| !kind.is_empty()).unwrap_or("ClusterIP")
}

/// A Service that is another name for a host has that name, and no address.
fn external_name<'a>(validator: &mut Validator<'a>, spec: &'a Value) {
    let kind = type_of(spec);
    let name = &spec["externalName"];
    let is_headless = spec["clusterIP"] == "None";
    if kind != "ExternalName" {
        if list(&spec["ports"]).is_empty()
            && !is_headless
            && (spec["ports"].is_null() || spec["ports"].is_array())
        {
            let at = if spec["ports"].is_null() {
                At::Missing(spec, "ports")
            } else {
                At::Value(&spec["ports"])
            };
            validator.refuse(Mistake::MissingValue, at, "a Service needs a port");
        }
        if kind == "LoadBalancer" && is_headless {
            let message = "a LoadBalancer needs an address: clusterIP cannot be None";
            validator.refuse(Mistake::ContradictingFields, At::Value(&spec["clusterIP"]), message);
        }
        if kind == "NodePort" && is_headless {
            let message = "a NodePort needs an address: clusterIP cannot be None";
            validator.refuse(Mistake::ContradictingFields, At::Value(&spec["clusterIP"]), message);
        }
        return;
    }
    for (field, has) in [
        ("clusterIP", text(&spec["clusterIP"]).is_some_and(|ip| !ip.is_empty())),
        ("clusterIPs", !list(&spec["clusterIPs"]).is_empty()),
        ("ipFamilies", !list(&spec["ipFamilies"]).is_empty()),
        ("ipFamilyPolicy", is_there(&spec["ipFamilyPolicy"])),
    ] {
        if has {
            let message = format!("{field} cannot be set of an ExternalName, which has no address");
            validator.refuse(Mistake::ContradictingFields, At::Value(&spec[field]), message);
        }
    }
    validator.required(spec, "externalName");
    if let Some(written) = text(name) {
        let host = written.strip_suffix('.').unwrap_or(written);
        if !written.is_empty()
            && let Some(wrong) = HOST.wrong(host)
        {
            validator.refuse(Mistake::Address, At::Value(name), wrong);
        }
    }
}

/// Addresses in the cluster: at most one of each family, the first as `clusterIP` says.
fn cluster_ips<'a>(validator: &mut Validator<'a>, spec: &'a Value) {
    if type_of(spec) == "ExternalName" {
        return;
    }
    let (ip, all) = (&spec["clusterIP"], list(&spec["clusterIPs"]));
    let written = text(ip).unwrap_or_default();
    let refuse = |validator: &mut Validator<'a>, message: &str| {
        validator.refuse(Mistake::ContradictingFields, At::Value(&spec["clusterIPs"]), message);
    };
    if !all.is_empty() && written.is_empty() && !ip.is_number() {
        refuse(validator, "clusterIPs needs clusterIP");
    } else if !all.is_empty() && all[0] != *ip {
        refuse(validator, "the first of clusterIPs has to be clusterIP");
    }
    if all.len() > 1 && all.iter().any(|ip| ip == "None") {
        refuse(validator, "None cannot stand beside an address");
    }
    let families: Vec<bool> = all
        .iter()
        .filter_map(text)
        .filter_map(|ip| ip.parse().ok())
        .map(|ip: IpAddr| ip.is_ipv6())
        .collect();
    if families.len() > 1 && families[0] == families[1] || all.len() > 2 {
        refuse(validator, "a Service has at most one address of each family");
    }
    let only = if all.is_empty() { std::slice::from_ref(ip) } else { all };
    for ip in only.iter().filter(|ip| *ip != "None") {
        if all.is_empty() {
            validator.text(&ADDRESS, ip);
        } else {
            validator.non_empty_text(&ADDRESS, ip);
        }
    }
    let named = list(&spec["ipFamilies"]);
    for (ip, family) in only.iter().zip(named) {
        let Some(address) = text(ip).and_then(|ip| ip.parse::<IpAddr>().ok()) else { continue };
        let is = if address.is_ipv6() { "IPv6" } else { "IPv4" };
        if family.is_string() && family != is {
            let message = format!("{address} is not of the family {family}");
            validator.refuse(Mistake::ContradictingFields, At::Value(family), message);
        }
    }
    if named.len() > 1 && named[0] == named[1] {
        validator.refuse(
            Mistake::DuplicateName,
            At::Value(&named[1]),
            format!("{} stands twice in ipFamilies", named[1]),
        );
    }
    if named.len() > 1 && spec["ipFamilyPolicy"] == "SingleStack" {
        let message = "ipFamilyPolicy SingleStack takes one family";
        validator.refuse(Mistake::ContradictingFields, At::Value(&spec["ipFamilyPolicy"]), message);
    }
}

/// What only load balancers have.
fn of_load_balancers<'a>(validator: &mut Validator<'a>, spec: &'a Value) {
    let is_one = type_of(spec) == "LoadBalancer";
    for range in list(&spec["loadBalancerSourceRanges"]) {
        let Some(written) = text(range) else { continue };
        if let Some(wrong) = RANGE.wrong(written.trim()) {
            validator.refuse(Mistake::Address, At::Value(range), wrong);
        }
    }
    if is_one {
        return;
    }
    for field in ["allocateLoadBalancerNodePorts", "loadBalancerClass", "loadBalancerSourceRanges"]
    {
        let value = &spec[field];
        let is_set = is_there(value) && !value.as_array().is_some_and(<[Value]>::is_empty);
        if is_set {
            let message = format!("{field} can only be set of a LoadBalancer");
            validator.refuse(Mistake::ContradictingFields, At::Value(value), message);
        }
    }
}

/// Policies for calls from outside need a way in from outside.
fn outside<'a>(validator: &mut Validator<'a>, spec: &'a Value) {
    let kind = type_of(spec);
    let policy = &spec["externalTrafficPolicy"];
    let is_reachable = ["LoadBalancer", "NodePort"].contains(&kind)
        || kind == "ClusterIP" && !list(&spec["externalIPs"]).is_empty();
    if text(policy).is_some_and(|policy| !policy.is_empty()) && !is_reachable {
        let message =
            format!("externalTrafficPolicy cannot be set: nobody outside reaches a {kind}");
        validator.refuse(Mistake::ContradictingFields, At::Value(policy), message);
    }
    let health = &spec["healthCheckNodePort"];
    if let Some(number) = health.as_i64().filter(|number| *number != 0) {
        if kind != "LoadBalancer" || policy != "Local" {
            let message =
                "healthCheckNodePort needs a LoadBalancer with externalTrafficPolicy Local";
            validator.refuse(Mistake::ContradictingFields, At::Value(health), message);
        } else {
            node_port(validator, health, number);
        }
    }
    for port in list(&spec["ports"]) {
        let Some(number) = port["nodePort"].as_i64().filter(|number| *number != 0) else {
            continue;
        };
        if kind == "ClusterIP" || kind == "ExternalName" {
            let message = format!("a {kind} has no port of the nodes");
            validator.refuse_with(
                Mistake::ContradictingFields,
                At::Value(&port["nodePort"]),
                message,
                "remove nodePort, or write the type NodePort",
            );
        } else {
            node_port(validator, &port["nodePort"], number);
        }
    }
}

/// A port of the nodes, of which every cluster has others; none is beyond what a port can be.
fn node_port<'a>(validator: &mut Validator<'a>, at: &'a Value, number: i64) {
    if !(1..=65_535).contains(&number) {
        let message = format!(
            "{number} is no port: they are from 1 to 65535, those of nodes from 30000 to 32767"
        );
        validator.refuse(Mistake::Port, At::Value(at), message);
    }
}

/// Endpoints.
pub(super) static ENDPOINTS: Shape =
    Shape { fields: &[("subsets", &[Is::Each(&SUBSET)])], together: &[] };

static SUBSET: Shape = Shape {
    fields: &[
        ("addresses", &[Is::Each(&ENDPOINT_ADDRESS)]),
        ("notReadyAddresses", &[Is::Each(&ENDPOINT_ADDRESS)]),
        ("ports", &[Is::Each(&ENDPOINT_PORT)]),
    ],
    together: &[|validator, subset| {
        let none = |field: &str| list(&subset[field]).is_empty();
        if none("addresses") && none("notReadyAddresses") {
            let message = "a subset needs addresses or notReadyAddresses";
            validator.refuse(Mistake::MissingValue, At::Value(subset), message);
        }
        let ports = list(&subset["ports"]);
        if ports.len() > 1 {
            for port in ports {
                validator.required(port, "name");
            }
        }
    }],
};

static ENDPOINT_ADDRESS: Shape = Shape {
    fields: &[
        ("hostname", &[Is::Text(&LABEL)]),
        ("ip", &[Is::Also(endpoint)]),
        ("nodeName", &[Is::Text(&SUBDOMAIN)]),
    ],
    together: &[],
};

/// Where traffic of a Service goes can be no address that leads to the node itself.
fn endpoint<'a>(validator: &mut Validator<'a>, address: &'a Value) {
    validator.non_empty_text(&ADDRESS, address);
    let Some(ip) = text(address).and_then(|text| text.parse::<IpAddr>().ok()) else { return };
    let is_local = match ip {
        IpAddr::V4(ip) => {
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_link_local()
                || ip.octets()[..3] == [224, 0, 0]
        }
        IpAddr::V6(ip) => {
            ip == Ipv6Addr::LOCALHOST
                || ip.is_unspecified()
                || ip.segments()[0] & 0xffc0 == 0xfe80
                || ip.segments()[0] == 0xff02
        }
    };
    if is_local {
        validator.refuse(
            Mistake::Address,
            At::Value(address),
            format!("{ip} leads nowhere outside of the node"),
        );
    }
}

static ENDPOINT_PORT: Shape = Shape {
    fields: &[
        ("appProtocol", &[Is::Filled, Is::Text(&QUALIFIED_NAME)]),
        ("name", &[Is::Text(&LABEL)]),
        ("port", &[Is::Required, Is::Port]),
    ],
    together: &[],
};

/// An `EndpointSlice`.
pub(super) static ENDPOINT_SLICE: Shape = Shape {
    fields: &[
        ("addressType", &[Is::Required]),
        ("endpoints", &[Is::Each(&SLICE_ENDPOINT)]),
        ("ports", &[Is::Each(&SLICE_PORT), Is::Unique("name")]),
    ],
    together: &[|validator, slice| {
        let kind = text(&slice["addressType"]).unwrap_or_default();
        for address in
            list(&slice["endpoints"]).iter().flat_map(|endpoint| list(&endpoint["addresses"]))
        {
            let Some(written) = text(address) else { continue };
            if kind == "FQDN" {
                validator.non_empty_text(&HOST, address);
                continue;
            }
            let ip = written.parse::<IpAddr>().ok();
            let is_right = ip.is_some_and(|ip| (kind == "IPv6") == ip.is_ipv6());
            if is_right || !["IPv4", "IPv6"].contains(&kind) {
                endpoint(validator, address);
            } else {
                let message = format!("{written:?} is no address of {kind}");
                validator.refuse(Mistake::Address, At::Value(address), message);
            }
        }
    }],
};

static SLICE_ENDPOINT: Shape = Shape {
    fields: &[
        ("addresses", &[Is::Required]),
        ("hostname", &[Is::Filled, Is::Text(&LABEL)]),
        ("nodeName", &[Is::Filled, Is::Text(&SUBDOMAIN)]),
    ],
    together: &[],
};

static SLICE_PORT: Shape = Shape {
    fields: &[
        ("protocol", &[Is::Filled]),
        ("appProtocol", &[Is::Filled, Is::Text(&QUALIFIED_NAME)]),
        ("name", &[Is::Text(&LABEL)]),
    ],
    together: &[],
};

/// An Ingress.
pub(super) static INGRESS: Shape =
    Shape { fields: &[("spec", &[Is::Required, Is::Part(&INGRESS_SPEC)])], together: &[] };

static INGRESS_SPEC: Shape = Shape {
    fields: &[
        ("defaultBackend", &[Is::Part(&BACKEND)]),
        (
            "ingressClassName",
            &[Is::Also(|validator, name| validator.non_empty_text(&SUBDOMAIN, name))],
        ),
        ("rules", &[Is::Each(&INGRESS_RULE)]),
        ("tls", &[Is::Each(&INGRESS_TLS)]),
    ],
    together: &[|validator, spec| {
        if list(&spec["rules"]).is_empty()
            && !spec["rules"].is_object()
            && !is_there(&spec["defaultBackend"])
        {
            let message = "an Ingress needs rules or a defaultBackend";
            validator.refuse(Mistake::MissingValue, At::Value(spec), message);
        }
    }],
};

static INGRESS_TLS: Shape = Shape {
    fields: &[("hosts", &[Is::Also(tls_hosts)]), ("secretName", &[Is::Text(&SUBDOMAIN)])],
    together: &[],
};

fn tls_hosts<'a>(validator: &mut Validator<'a>, hosts: &'a Value) {
    for host in list(hosts) {
        // Addresses are taken here.
        if text(host).is_some_and(|host| host.parse::<IpAddr>().is_err()) {
            validator.non_empty_text(&HOST_OR_WILDCARD, host);
        }
    }
}

static INGRESS_RULE: Shape = Shape {
    fields: &[("host", &[Is::Text(&HOST_OR_WILDCARD)]), ("http", &[Is::Part(&INGRESS_HTTP)])],
    together: &[],
};

static INGRESS_HTTP: Shape =
    Shape { fields: &[("paths", &[Is::Required, Is::Each(&INGRESS_PATH)])], together: &[] };

static INGRESS_PATH: Shape = Shape {
    fields: &[("pathType", &[Is::Required]), ("backend", &[Is::Part(&BACKEND)])],
    together: &[|validator, path| {
        let (kind, written) =
            (text(&path["pathType"]).unwrap_or_default(), text(&path["path"]).unwrap_or_default());
        if kind == "ImplementationSpecific" {
            validator.text(&ABSOLUTE_PATH, &path["path"]);
            return;
        }
        if !["Exact", "Prefix"].contains(&kind)
            || path["path"].is_number()
            || path["path"].is_object()
        {
            return;
        }
        let at = if path["path"].is_null() {
            At::Missing(path, "path")
        } else {
            At::Value(&path["path"])
        };
        if !written.starts_with('/') {
            let message = format!("the path {written:?} has to begin with a slash");
            validator.refuse(Mistake::Path, at, message);
        }
        let wrong =
            ["//", "/./", "/../", "%2f", "%2F"].iter().find(|wrong| written.contains(**wrong));
        let wrong = wrong.or(["/..", "/."].iter().find(|end| written.ends_with(**end)));
        if let Some(wrong) = wrong {
            validator.refuse(Mistake::Path, at, format!("the path {written:?} has {wrong:?}"));
        }
    }],
};

static BACKEND: Shape = Shape {
    fields: &[
        ("service", &[Is::Part(&SERVICE_BACKEND)]),
        ("resource", &[Is::Part(&RESOURCE_BACKEND)]),
    ],
    together: &[|validator, backend| {
        validator.exactly_one(backend, "where a path leads", &["service", "resource"]);
    }],
};

static SERVICE_BACKEND: Shape = Shape {
    fields: &[
        ("name", &[Is::Required, Is::Text(&LABEL_1035)]),
        ("port", &[Is::Part(&BACKEND_PORT)]),
    ],
    together: &[|validator, service| {
        let port = &service["port"];
        let has_name = text(&port["name"]).is_some_and(|name| !name.is_empty());
        let has_number = port["number"].as_i64().is_some_and(|number| number != 0);
        if has_name && has_number {
            validator.refuse(Mistake::OneOf, At::Value(port), "the port has a name and a number");
        } else if !has_name && !has_number {
            validator.refuse(
                Mistake::MissingValue,
                At::Value(service),
                "the port is missing: its number, or its name",
            );
        }
    }],
};

static BACKEND_PORT: Shape = Shape {
    fields: &[("name", &[Is::Text(&PORT_NAME)])],
    together: &[|validator, port| {
        if port["number"]
            .as_i64()
            .is_some_and(|number| number != 0 && !(1..=65_535).contains(&number))
        {
            let message = format!("number is {}, and ports are from 1 to 65535", port["number"]);
            validator.refuse(Mistake::Port, At::Value(&port["number"]), message);
        }
    }],
};

static RESOURCE_BACKEND: Shape = Shape {
    fields: &[
        ("apiGroup", &[Is::Filled, Is::Text(&SUBDOMAIN)]),
        ("kind", &[Is::Required, Is::Text(&PATH_SEGMENT)]),
        ("name", &[Is::Required, Is::Text(&PATH_SEGMENT)]),
    ],
    together: &[],
};

/// An `IngressClass`.
pub(super) static INGRESS_CLASS: Shape =
    Shape { fields: &[("spec", &[Is::Required, Is::Part(&INGRESS_CLASS_SPEC)])], together: &[] };

static INGRESS_CLASS_SPEC: Shape = Shape {
    fields: &[
        ("controller", &[Is::Required, Is::Text(&PREFIXED_PATH)]),
        ("parameters", &[Is::Part(&CLASS_PARAMETERS)]),
    ],
    together: &[],
};

static CLASS_PARAMETERS: Shape = Shape {
    fields: &[
        ("apiGroup", &[Is::Filled, Is::Text(&SUBDOMAIN)]),
        ("kind", &[Is::Required, Is::Text(&PATH_SEGMENT)]),
        ("name", &[Is::Required, Is::Text(&PATH_SEGMENT)]),
        ("namespace", &[Is::Text(&LABEL)]),
    ],
    together: &[|validator, parameters| {
        let namespace = &parameters["namespace"];
        let has_one = text(namespace).is_some_and(|namespace| !namespace.is_empty());
        match text(&parameters["scope"]) {
            Some("Namespace") if !has_one => {
                let message = "the scope Namespace needs a namespace";
                validator.refuse(Mistake::MissingValue, At::Value(parameters), message);
            }
            Some("Cluster") | None if is_there(namespace) => {
                let message = "a namespace needs the scope Namespace";
                validator.refuse(Mistake::ContradictingFields, At::Value(namespace), message);
            }
            _ => {}
        }
    }],
};

/// A `NetworkPolicy`.
pub(super) static NETWORK_POLICY: Shape =
    Shape { fields: &[("spec", &[Is::Part(&POLICY_SPEC)])], together: &[] };

static POLICY_SPEC: Shape = Shape {
    fields: &[
        ("egress", &[Is::Each(&EGRESS)]),
        ("ingress", &[Is::Each(&INGRESS_OF_POLICY)]),
        ("podSelector", &[Is::Selector]),
    ],
    together: &[|validator, spec| {
        let types = list(&spec["policyTypes"]);
        if types.len() > 2 {
            let message = "policyTypes has more than Ingress and Egress";
            validator.refuse(Mistake::DuplicateName, At::Value(&spec["policyTypes"]), message);
        }
        for kind in types.iter().filter(|kind| kind.is_string()) {
            if !["Ingress", "Egress"].iter().any(|known| kind == known) {
                let message = format!("there is no policy type {kind}");
                validator.refuse_with(
                    Mistake::UnsupportedValue,
                    At::Value(kind),
                    message,
                    "write Ingress or Egress",
                );
            }
        }
    }],
};

static INGRESS_OF_POLICY: Shape = Shape {
    fields: &[("from", &[Is::Each(&PEER)]), ("ports", &[Is::Each(&POLICY_PORT)])],
    together: &[],
};

static EGRESS: Shape = Shape {
    fields: &[("to", &[Is::Each(&PEER)]), ("ports", &[Is::Each(&POLICY_PORT)])],
    together: &[],
};

static PEER: Shape = Shape {
    fields: &[
        ("ipBlock", &[Is::Part(&IP_BLOCK)]),
        ("namespaceSelector", &[Is::Selector]),
        ("podSelector", &[Is::Selector]),
    ],
    together: &[|validator, peer| {
        let is = |field: &str| is_there(&peer[field]);
        let selects = is("podSelector") || is("namespaceSelector");
        if is("ipBlock") && selects {
            let message = "a peer has an ipBlock and a selector";
            validator.refuse(Mistake::OneOf, At::Value(peer), message);
        } else if !is("ipBlock") && !selects {
            validator.refuse_with(
                Mistake::OneOf,
                At::Value(peer),
                "a peer says nothing",
                "write podSelector, namespaceSelector or ipBlock",
            );
        }
    }],
};

static IP_BLOCK: Shape = Shape {
    fields: &[("cidr", &[Is::Required, Is::Text(&RANGE)]), ("except", &[Is::EachText(&RANGE)])],
    together: &[|validator, block| {
        let Some(all) = text(&block["cidr"]).and_then(parse) else { return };
        for except in list(&block["except"]) {
            let Some(part) = text(except).and_then(parse) else { continue };
            if part.1 <= all.1 || !contains(all, part.0) {
                let message = format!("{except} is no part of {}", block["cidr"]);
                validator.refuse(Mistake::Address, At::Value(except), message);
            }
        }
    }],
};

fn parse(range: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = range.split_once('/')?;
    Some((address.parse().ok()?, bits.parse().ok()?))
}

fn contains((all, bits): (IpAddr, u32), part: IpAddr) -> bool {
    let number = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => u128::from(ip.to_bits()) << 96,
        IpAddr::V6(ip) => ip.to_bits(),
    };
    let mask = u128::MAX.checked_shl(128 - bits.min(128)).unwrap_or(0);
    all.is_ipv4() == part.is_ipv4() && number(all) & mask == number(part) & mask
}

static POLICY_PORT: Shape = Shape {
    fields: &[("protocol", &[Is::Filled]), ("port", &[Is::PortOrName])],
    together: &[|validator, port| {
        let (first, last) = (&port["port"], &port["endPort"]);
        if last.is_null() {
            return;
        }
        match (first.as_i64(), last.as_i64()) {
            (Some(first), Some(last)) if last < first => {
                let message = format!("endPort is {last}, which is before port {first}");
                validator.refuse(Mistake::Port, At::Value(&port["endPort"]), message);
            }
            (Some(_), Some(number)) if !(1..=65_535).contains(&number) => {
                let message = format!("endPort is {number}, and ports are from 1 to 65535");
                validator.refuse(Mistake::Port, At::Value(last), message);
            }
            (None, Some(_)) => {
                let message = "endPort needs port, as a number";
                validator.refuse(Mistake::ContradictingFields, At::Value(last), message);
            }
            _ => {}
        }
    }],
};
