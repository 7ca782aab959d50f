//! Names of Services in texts: variables, arguments, files of ConfigMaps, values of charts.

use super::Graph;
use crate::objects::{Identity, Map, Object, Pod, Value, list, text};

/// A Service that a text names.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// The object with the text.
    pub from: &'a Object,
    /// The text.
    pub field: &'a Value,
    /// The Service.
    pub service: Identity,
    /// The port that is called, where the text says one.
    pub port: Option<u64>,
}

/// Schemes of URLs that lead to hosts, with the port that they call where none is said.
const SCHEMES: &[(&str, Option<u64>)] = &[
    ("amqp", Some(5672)),
    ("grpc", None),
    ("http", Some(80)),
    ("https", Some(443)),
    ("mongodb", Some(27_017)),
    ("mysql", Some(3306)),
    ("nats", Some(4222)),
    ("postgres", Some(5432)),
    ("postgresql", Some(5432)),
    ("redis", Some(6379)),
    ("tcp", None),
];

impl<'a> Graph<'a> {
    /// Every Service that a text names.
    #[must_use]
    pub fn calls(&self) -> Vec<Call<'a>> {
        let mut calls = Vec::new();
        for pod in &self.pods {
            of_pod(pod, &mut calls);
        }
        for map in self.objects().of_kind("", "ConfigMap") {
            for value in map.json["data"].as_object().into_iter().flat_map(Map::values) {
                in_full(map, value, &mut calls);
            }
        }
        for application in self.objects().of_kind("argoproj.io", "Application") {
            let spec = &application.json["spec"];
            for source in list(&spec["sources"]).iter().chain(Some(&spec["source"])) {
                let helm = &source["helm"];
                below(application, &helm["valuesObject"], &mut calls);
                in_full(application, &helm["values"], &mut calls);
            }
        }
        calls
    }
}

fn of_pod<'a>(pod: &Pod<'a>, calls: &mut Vec<Call<'a>>) {
    for container in pod.containers() {
        for variable in list(&container.json["env"]) {
            let value = &variable["value"];
            in_full(pod.owner, value, calls);
            short(pod, value, calls);
        }
        for field in ["args", "command"] {
            for value in list(&container.json[field]) {
                in_full(pod.owner, value, calls);
            }
        }
    }
}

fn below<'a>(object: &'a Object, value: &'a Value, calls: &mut Vec<Call<'a>>) {
    match value {
        Value::String(_) => in_full(object, value, calls),
        Value::Array(items) => items.iter().for_each(|item| below(object, item, calls)),
        Value::Object(fields) => fields.values().for_each(|field| below(object, field, calls)),
        _ => {}
    }
}

/// Letters of a name in DNS.
fn is_of_name(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-' || letter == '.'
}

/// Names that are spelled out: `service.namespace.svc`, with what follows.
fn in_full<'a>(object: &'a Object, field: &'a Value, calls: &mut Vec<Call<'a>>) {
    let Some(content) = text(field) else { return };
    for line in content.lines() {
        // What is written for people is no call.
        if line.trim_start().starts_with(['#', ';']) || line.trim_start().starts_with("//") {
            continue;
        }
        for (at, found) in line.match_indices(".svc") {
            let before = &line[..at];
            let start = before.rfind(|letter| !is_of_name(letter)).map_or(0, |start| {
                start + before[start..].chars().next().map_or(0, char::len_utf8)
            });
            let after = &line[at + found.len()..];
            let after = after.strip_prefix(".cluster.local").unwrap_or(after);
            // A longer name, or a part of a template or a pattern.
            if after.starts_with(|letter| is_of_name(letter) || "_$*\\{(".contains(letter))
                && !after.starts_with(". ")
                || line[..start].ends_with(['_', '$', '}', ')', '*', '>', '%', '\\', '{', '['])
            {
                continue;
            }
            let mut labels = line[start..at].rsplit('.');
            let (Some(namespace), Some(name)) = (labels.next(), labels.next()) else { continue };
            if is_label(namespace) && is_label(name) {
                let service = Identity::new("", "Service", Some(namespace), name);
                let port = port(scheme(&line[..start]), after);
                calls.push(Call { from: object, field, service, port });
            }
        }
    }
}

fn is_label(label: &str) -> bool {
    !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.len() < 64
}

/// The scheme of the URL whose host follows.
fn scheme(before: &str) -> Option<&'static (&'static str, Option<u64>)> {
    // Who logs in stands before the host.
    let before = match before.rsplit_once("://") {
        Some((scheme, login)) if login.is_empty() || login.ends_with('@') => scheme,
        _ => return None,
    };
    let start = before.rfind(|letter: char| !letter.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
    SCHEMES.iter().find(|(name, _)| before.get(start..) == Some(name))
}

/// The port that stands after a host, or the one of the scheme.
fn port(scheme: Option<&(&str, Option<u64>)>, after: &str) -> Option<u64> {
    match after.strip_prefix(':') {
        Some(after) => {
            let end = after.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(after.len());
            after[..end].parse().ok()
        }
        None => scheme.and_then(|(_, port)| *port),
    }
}

/// A whole variable that is a URL with a host of one label, which only the Services beside the pod can have.
fn short<'a>(pod: &Pod<'a>, field: &'a Value, calls: &mut Vec<Call<'a>>) {
    let Some((before, rest)) = text(field).and_then(|url| url.split_once("://")) else { return };
    let Some(scheme) = SCHEMES.iter().find(|(name, _)| *name == before) else { return };
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let end = rest.find(|letter| !is_of_name(letter)).unwrap_or(rest.len());
    let (host, after) = rest.split_at(end);
    let is_plain = after.is_empty() || after.starts_with([':', '/', '?']);
    let is_alias = || {
        list(&pod.spec["hostAliases"])
            .iter()
            .any(|alias| list(&alias["hostnames"]).iter().any(|name| text(name) == Some(host)))
    };
    let is_word = host.starts_with(|letter: char| letter.is_ascii_lowercase());
    if host.contains('.')
        || !is_label(host)
        || !is_word
        || !is_plain
        || host == "localhost"
        || is_alias()
    {
        return;
    }
    let service = Identity::new("", "Service", Some(pod.namespace()), host);
    calls.push(Call { from: pod.owner, field, service, port: port(Some(scheme), after) });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::{Origin, json};

    fn found(line: &str) -> Vec<String> {
        let json = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"a": line}});
        let object =
            Object::of(json, Origin::Made { by: "a test".into() }, None).expect("an object");
        let mut calls = Vec::new();
        in_full(&object, &object.json["data"]["a"], &mut calls);
        let words = calls.iter().map(|call| match call.port {
            Some(port) => format!("{}:{port}", call.service),
            None => call.service.to_string(),
        });
        words.collect()
    }

    #[test]
    fn names_are_found_with_their_ports() {
        assert_eq!(found("a.b.svc"), ["Service b/a"]);
        assert_eq!(found("http://a.b.svc.cluster.local/x"), ["Service b/a:80"]);
        assert_eq!(found("amqp://me:secret@a.b.svc:5673/v"), ["Service b/a:5673"]);
        assert_eq!(found("a-0.a.b.svc:1 c.d.svc:2"), ["Service b/a:1", "Service d/c:2"]);
    }

    #[test]
    fn what_is_no_name_is_passed_over() {
        for line in [
            "# a.b.svc",
            "$(A).b.svc",
            "*.b.svc",
            "a.b.svca",
            "a.b.svc.example.com",
            ".svc",
            "é.svc",
        ] {
            assert_eq!(found(line), <[String; 0]>::default(), "{line}");
        }
    }
}
