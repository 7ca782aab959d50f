//! Matches that two routes of the Gateway API share.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashMap;

use crate::graph::{Graph, Part, Relation};
use crate::objects::{Object, Value, json, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "duplicate-route-match",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "Two HTTPRoutes of one Gateway match the same requests",
    consequence: "the older route gets all requests; which that is, changes when one is created anew",
    explanation: "Of two equal matches the older route counts, then the first by namespace and name. Routes are of one \
                  listener where they name the same parent and section, and have a host in common. A rule without \
                  matches takes every path.",
    remedy: "give the routes different hosts or paths, or remove one",
    upstream: "https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule",
    check,
};

/// Parent, section, host and match.
type Key = (String, String, String, String);

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut known: HashMap<Key, (&Object, &Value)> = HashMap::new();
    let parents = graph.named_by(Relation::RouteParent);
    for reference in parents.filter(|reference| reference.from.identity.kind == "HTTPRoute") {
        let route = reference.from;
        let section = match reference.part {
            Some(Part::Listener(name)) => name.to_string(),
            Some(Part::Port(number)) => number.to_string(),
            Some(Part::Key(_)) | None => String::new(),
        };
        let hosts: Vec<&str> =
            list(&route.json["spec"]["hostnames"]).iter().filter_map(text).collect();
        let hosts = if hosts.is_empty() { vec!["*"] } else { hosts };
        for (words, place) in matches(route) {
            for host in &hosts {
                let parent = reference.target.to_string();
                let key = (parent, section.clone(), (*host).to_owned(), words.clone());
                let (first, earlier) = *known.entry(key).or_insert((route, place));
                if first.identity != route.identity {
                    let message = format!("{} matches this for {host}, too", first.identity);
                    findings.add(route, At::Value(place), message).side(
                        "it is here",
                        first,
                        At::Value(earlier),
                    );
                }
            }
        }
    }
}

/// The matches of a route with what is left out, in words that are the same for the same ones.
fn matches(route: &Object) -> Vec<(String, &Value)> {
    let mut all = Vec::new();
    for rule in list(&route.json["spec"]["rules"]) {
        let matches = list(&rule["matches"]);
        if matches.is_empty() {
            all.push((in_words(&json!({})), rule));
        }
        all.extend(matches.iter().map(|matched| (in_words(matched), matched)));
    }
    all
}

fn in_words(matched: &Value) -> String {
    let mut words = matched.clone();
    let path = &matched["path"];
    let kind = text(&path["type"]).unwrap_or("PathPrefix");
    words["path"] = json!({"type": kind, "value": text(&path["value"]).unwrap_or("/")});
    words.to_string()
}
