//! Rights: of Kubernetes, and of Argo CD's projects.

use super::{added, gained};
use crate::objects::{Object, Value, list, text};
use crate::plan::effect::{Effect, Subject};

const GROUP: &str = "rbac.authorization.k8s.io";

/// Tells which rights are given.
pub(super) fn tell(subject: &mut Subject<'_, '_>) {
    let Some(new) = subject.pair.new else { return };
    let is = |kinds: [&str; 2]| {
        new.identity.group == GROUP && kinds.contains(&new.identity.kind.as_str())
    };
    if is(["Role", "ClusterRole"]) {
        role(subject, new);
    } else if is(["RoleBinding", "ClusterRoleBinding"]) {
        binding(subject, new);
    } else if new.is("argoproj.io", "AppProject") {
        project(subject);
    }
}

fn role(subject: &mut Subject<'_, '_>, new: &Object) {
    let Some((old, _)) = subject.both() else {
        let is_all = |rule: &Value, field: &str| list(&rule[field]).iter().any(|own| own == "*");
        let mut rules = list(&new.json["rules"]).iter();
        if rules.any(|rule| {
            is_all(rule, "verbs") && (is_all(rule, "resources") || is_all(rule, "nonResourceURLs"))
        }) {
            subject.whole(Effect::Security, "it gives every right");
        }
        return;
    };
    let known = list(&old.json["rules"]);
    let mut more = Vec::new();
    for rule in list(&new.json["rules"]) {
        for right in rights(rule) {
            if !known.iter().any(|rule| right.is_in(rule)) {
                more.push(right.to_string());
            }
        }
    }
    more.dedup();
    if more.is_empty() {
        return;
    }
    let rest = more.len().saturating_sub(4);
    more.truncate(4);
    let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    let cause = format!("it gives more rights: {}{rest}", more.join(", "));
    for position in gained(subject, "rules") {
        subject.field(position, Effect::Security, cause.clone());
    }
}

/// One right of a rule.
struct Right<'a> {
    group: Option<&'a str>,
    resource: &'a str,
    verb: &'a str,
    name: Option<&'a str>,
}

fn rights(rule: &Value) -> Vec<Right<'_>> {
    let texts = |field: &str| list(&rule[field]).iter().filter_map(text).collect::<Vec<_>>();
    let names: Vec<Option<&str>> = match texts("resourceNames") {
        names if names.is_empty() => vec![None],
        names => names.into_iter().map(Some).collect(),
    };
    let mut rights = Vec::new();
    for verb in texts("verbs") {
        for resource in texts("nonResourceURLs") {
            rights.push(Right { group: None, resource, verb, name: None });
        }
        for group in texts("apiGroups") {
            for resource in texts("resources") {
                for &name in &names {
                    rights.push(Right { group: Some(group), resource, verb, name });
                }
            }
        }
    }
    rights
}

impl Right<'_> {
    fn is_in(&self, rule: &Value) -> bool {
        let has = |field: &str, value: &str| {
            list(&rule[field]).iter().any(|own| own == value || own == "*")
        };
        let names = list(&rule["resourceNames"]);
        let is_named =
            names.is_empty() || self.name.is_some_and(|name| names.iter().any(|own| own == name));
        has("verbs", self.verb)
            && match self.group {
                Some(group) => {
                    has("apiGroups", group) && has("resources", self.resource) && is_named
                }
                None => has("nonResourceURLs", self.resource),
            }
    }
}

impl std::fmt::Display for Right<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.verb, self.resource)?;
        if let Some(group) = self.group.filter(|group| !group.is_empty()) {
            write!(formatter, ".{group}")?;
        }
        self.name.map_or(Ok(()), |name| write!(formatter, " {name}"))
    }
}

fn binding(subject: &mut Subject<'_, '_>, new: &Object) {
    let role = text(&new.json["roleRef"]["name"]).unwrap_or_default();
    let old = subject.pair.old.map_or(&Value::Null, |old| &old.json);
    let subjects = added(&old["subjects"], &new.json["subjects"]);
    let names: Vec<String> = subjects
        .into_iter()
        .map(|subject| {
            let kind = text(&subject["kind"]).unwrap_or_default();
            let name = text(&subject["name"]).unwrap_or_default();
            match text(&subject["namespace"]) {
                Some(namespace) => format!("{kind} {namespace}/{name}"),
                None => format!("{kind} {name}"),
            }
        })
        .collect();
    if subject.created().is_some() {
        if role == "cluster-admin" {
            subject
                .whole(Effect::Security, format!("it gives every right to {}", names.join(", ")));
        }
        return;
    }
    if names.is_empty() {
        return;
    }
    for position in gained(subject, "subjects") {
        subject.field(
            position,
            Effect::Security,
            format!("it gives the rights of {role} to {}", names.join(", ")),
        );
    }
}

/// What a project lists as allowed.
const ALLOWS: &[&str] = &[
    "spec.sourceRepos",
    "spec.destinations",
    "spec.clusterResourceWhitelist",
    "spec.namespaceResourceWhitelist",
    "spec.sourceNamespaces",
    "spec.roles",
];

/// What a project lists as forbidden, or demands.
const FORBIDS: &[&str] =
    &["spec.clusterResourceBlacklist", "spec.namespaceResourceBlacklist", "spec.signatureKeys"];

/// What a project of Argo CD allows, and what it forbids.
fn project(subject: &mut Subject<'_, '_>) {
    if subject.both().is_none() {
        return;
    }
    for field in ALLOWS {
        for position in gained(subject, field) {
            let difference = &subject.differences[position];
            let is_less = match (&difference.old, &difference.new) {
                (Some(old @ Value::Array(_)), Some(new @ Value::Array(_))) => {
                    added(old, new).is_empty()
                }
                _ => false,
            };
            if !is_less {
                subject.field(
                    position,
                    Effect::Security,
                    "Applications of the project may do more",
                );
            }
        }
    }
    // Without a list of what is allowed in namespaces, everything is.
    for position in subject.matching(|difference| {
        difference.is_below("spec.namespaceResourceWhitelist")
            && difference.new.is_none()
            && difference.keys.len() == 2
            && !difference.shown.ends_with(']')
    }) {
        subject.field(
            position,
            Effect::Security,
            "Applications of the project may create every kind in namespaces",
        );
    }
    for field in FORBIDS {
        for position in
            subject.matching(|difference| difference.is_below(field) && difference.old.is_some())
        {
            subject.field(
                position,
                Effect::Security,
                "Applications of the project are forbidden less",
            );
        }
    }
}
