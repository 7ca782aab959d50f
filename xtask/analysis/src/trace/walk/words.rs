//! Steps in words.

use crate::graph::Outcome;
use crate::graph::network::{Callee, Gate, Leg, Port};
use crate::objects::{Map, Pod, Value, list, text, texts};
use crate::trace::{Kind, Step};

pub(super) fn caller(pod: &Pod<'_>, what: &str, port: Option<u64>) -> Step {
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    let words = format!("calls {what}{port}");
    Step::at(Kind::Caller, Outcome::Admitted, words, pod.owner, None)
}

/// Whether the only thing that a rule of an `AuthorizationPolicy` asks of requests is the name that TLS asks for, and it is this host.
pub(super) fn is_for_host(rule: &Value, host: &str) -> bool {
    let asks_only = |list_of: &str, inner: &str, known: &[&str]| {
        list(&rule[list_of]).iter().all(|one| {
            let fields = one[inner].as_object().into_iter().flat_map(Map::keys);
            fields.into_iter().all(|field| known.contains(&field.as_str()))
        })
    };
    let conditions = list(&rule["when"]);
    !conditions.is_empty()
        && asks_only("from", "source", &["principals", "namespaces"])
        && asks_only("to", "operation", &["ports"])
        && conditions.iter().all(|condition| {
            let mut values = list(&condition["values"]).iter().filter_map(text);
            text(&condition["key"]) == Some("connection.sni") && values.any(|value| value == host)
        })
}

pub(super) fn gate_step(gate: &Gate<'_>, port: Port<'_>) -> Step {
    let words = match (gate.outcome, gate.what) {
        (Outcome::Refused, _) => gate.words(port),
        (Outcome::Admitted, "egress") => "lets it out".to_owned(),
        (Outcome::Admitted, "ingress") => "lets it in".to_owned(),
        (Outcome::Admitted, _) => "admits the caller".to_owned(),
        (Outcome::Depends, "egress") => {
            "lets it out if the address is in its range, or something that is not here lets it"
                .to_owned()
        }
        (Outcome::Depends, "ingress") => {
            "lets it in if the address is in its range, or something that is not here lets it"
                .to_owned()
        }
        (Outcome::Depends, _) => "admits some requests, by what they ask for".to_owned(),
    };
    match gate.policies.first() {
        Some(policy) => Step::at(Kind::Policy, gate.outcome, words, policy, gate.rule),
        None => Step::bare(Kind::Policy, gate.outcome, words),
    }
}

/// What a rule of a route matches, and where it leads, in words.
pub(super) fn route_words(rule: &Value, leg: &Leg<'_>) -> String {
    let mut matches = Vec::new();
    let all = || list(&rule["match"]).iter().chain(list(&rule["matches"]));
    let assumed: Vec<String> = all().map(|matched| assumptions(matched).join(" and ")).collect();
    // One that asks for nothing else takes every request.
    let assumed = match assumed.as_slice() {
        all if all.iter().any(String::is_empty) => String::new(),
        [] => String::new(),
        several => format!(", assumed: {}", several.join(", or ")),
    };
    for matched in all() {
        for (name, value) in
            [("path", &matched["uri"]), ("path", &matched["path"]), ("port", &matched["port"])]
        {
            let plain =
                ["exact", "prefix", "regex", "value"].iter().find_map(|key| text(&value[*key]));
            if let Some(value) = plain
                .map(str::to_owned)
                .or_else(|| value.as_u64().map(|port| port.to_string()))
                .or_else(|| text(value).map(str::to_owned))
            {
                matches.push(format!("{name} {value}"));
            }
        }
        for host in list(&matched["sniHosts"]).iter().filter_map(text) {
            matches.push(format!("TLS for {host}"));
        }
    }
    for of_path in list(&rule["http"]["paths"]) {
        let is_it = leg.destination.is_some_and(|destination| {
            [&of_path["backend"]["service"]].iter().any(|place| std::ptr::eq(*place, destination))
        });
        matches.extend(text(&of_path["path"]).filter(|_| is_it).map(|path| format!("path {path}")));
    }
    matches.dedup();
    let weights: Vec<u64> = ["route", "backendRefs"]
        .iter()
        .flat_map(|field| list(&rule[*field]))
        .map(|one| one["weight"].as_u64().unwrap_or(1))
        .collect();
    let own = leg.destination.map_or(1, |destination| {
        let all = list(&rule["route"]).iter().chain(list(&rule["backendRefs"]));
        let own = all.into_iter().find(|one| {
            [one, &one["destination"]].iter().any(|place| std::ptr::eq(*place, destination))
        });
        own.map_or(1, |own| own["weight"].as_u64().unwrap_or(1))
    });
    let share = match weights.as_slice() {
        [] | [_] => String::new(),
        several => format!(", {own} of {} requests", several.iter().sum::<u64>()),
    };
    let to = match &leg.callee {
        Callee::Service(service) => service.identity.to_string(),
        Callee::Entry(_, host) | Callee::Unknown(host) => host.clone(),
        Callee::Missing(identity) => identity.to_string(),
    };
    let port = leg.port.map_or_else(String::new, |port| format!(" at port {port}"));
    let what = if matches.is_empty() { "everything".to_owned() } else { matches.join(", ") };
    format!("sends {what} to {to}{port}{share}{assumed}")
}

/// What a match asks of a request that nobody knows here, in words: `header end-user is jason`.
fn assumptions(matched: &Value) -> Vec<String> {
    let mut all = Vec::new();
    let named = |what: &str, name: &str, value: &Value| {
        let kinds = [("exact", "is"), ("prefix", "begins with"), ("regex", "matches")];
        match kinds.iter().find_map(|(kind, verb)| Some((verb, text(&value[*kind])?))) {
            Some((verb, wanted)) => format!("{what}{name} {verb} {wanted}"),
            None => format!("{what}{name} is there"),
        }
    };
    for what in ["method", "scheme", "authority"] {
        match &matched[what] {
            Value::Null => {}
            Value::String(wanted) => all.push(format!("{what} is {wanted}")),
            value => all.push(named(what, "", value)),
        }
    }
    for (what, field) in
        [("header ", "headers"), ("query ", "queryParams"), ("no header ", "withoutHeaders")]
    {
        let of_mesh = matched[field].as_object().into_iter().flatten();
        all.extend(of_mesh.map(|(name, value)| named(what, name, value)));
        for of_api in list(&matched[field]) {
            let [name, value] = ["name", "value"].map(|key| text(&of_api[key]).unwrap_or_default());
            let verb = if of_api["type"] == "RegularExpression" { "matches" } else { "is" };
            all.push(format!("{what}{name} {verb} {value}"));
        }
    }
    let labels = texts(&matched["sourceLabels"]);
    all.extend(labels.map(|(key, value)| format!("label {key} of the caller is {value}")));
    if let Some(namespace) = text(&matched["sourceNamespace"]) {
        all.push(format!("namespace of the caller is {namespace}"));
    }
    all
}
