//! Roles and who has them.

use super::Mistake;
use super::shape::{Is, Shape, Validator};
use super::text::{PATH_SEGMENT, SUBDOMAIN};
use crate::check::At;
use crate::objects::{Value, list, text};

/// A Role.
pub(super) static ROLE: Shape = Shape {
    fields: &[("rules", &[Is::Each(&RULE)])],
    together: &[|validator, role| {
        for rule in list(&role["rules"]) {
            if !list(&rule["nonResourceURLs"]).is_empty() {
                let message = "a Role gives rights in its namespace, and URLs are in none";
                validator.refuse_with(
                    Mistake::Role,
                    At::Value(&rule["nonResourceURLs"]),
                    message,
                    "write it in a ClusterRole",
                );
            }
        }
    }],
};

/// A `ClusterRole`.
pub(super) static CLUSTER_ROLE: Shape = Shape {
    fields: &[("aggregationRule", &[Is::Part(&AGGREGATION)]), ("rules", &[Is::Each(&RULE)])],
    together: &[],
};

static AGGREGATION: Shape = Shape {
    fields: &[("clusterRoleSelectors", &[Is::Also(selectors)])],
    together: &[|validator, aggregation| {
        if list(&aggregation["clusterRoleSelectors"]).is_empty() {
            let message = "an aggregationRule needs clusterRoleSelectors";
            validator.refuse(Mistake::MissingValue, At::Value(aggregation), message);
        }
    }],
};

fn selectors<'a>(validator: &mut Validator<'a>, all: &'a Value) {
    for one in list(all) {
        super::selector::selector(validator, one);
    }
}

static RULE: Shape = Shape {
    fields: &[],
    together: &[|validator, rule| {
        let none = |field: &str| list(&rule[field]).is_empty();
        let is_wrong = |field: &str| !rule[field].is_null() && !rule[field].is_array();
        if none("verbs") && !is_wrong("verbs") {
            validator.refuse(Mistake::Role, At::Value(rule), "a rule without verbs allows nothing");
        }
        if ["resources", "apiGroups", "nonResourceURLs"].iter().any(|field| is_wrong(field)) {
            return;
        }
        if !none("nonResourceURLs") {
            let others = ["apiGroups", "resources", "resourceNames"];
            if let Some(other) = others.iter().find(|field| !none(field)) {
                let message = format!(
                    "a rule is about URLs or about resources: it has nonResourceURLs and {other}"
                );
                validator.refuse(Mistake::Role, At::Value(rule), message);
            }
            return;
        }
        for field in ["apiGroups", "resources"] {
            if none(field) {
                let message = format!("a rule about resources needs {field}");
                validator.refuse_with(
                    Mistake::Role,
                    At::Value(rule),
                    message,
                    "the group of Kubernetes' own core is written as an empty text",
                );
            }
        }
    }],
};

/// A `RoleBinding`.
pub(super) static ROLE_BINDING: Shape = Shape {
    fields: &[("roleRef", &[Is::Part(&ROLE_REFERENCE)]), ("subjects", &[Is::Each(&SUBJECT)])],
    together: &[|validator, binding| kind(validator, binding, &["Role", "ClusterRole"])],
};

/// A `ClusterRoleBinding`.
pub(super) static CLUSTER_ROLE_BINDING: Shape = Shape {
    fields: &[("roleRef", &[Is::Part(&ROLE_REFERENCE)]), ("subjects", &[Is::Each(&SUBJECT)])],
    together: &[
        |validator, binding| kind(validator, binding, &["ClusterRole"]),
        |validator, binding| {
            for subject in list(&binding["subjects"]) {
                let has_namespace =
                    text(&subject["namespace"]).is_some_and(|namespace| !namespace.is_empty());
                if subject["kind"] == "ServiceAccount"
                    && !has_namespace
                    && !subject["namespace"].is_number()
                {
                    let message = "a ServiceAccount needs its namespace here";
                    validator.refuse(Mistake::Role, At::Value(subject), message);
                }
            }
        },
    ],
};

static ROLE_REFERENCE: Shape =
    Shape { fields: &[("name", &[Is::Required, Is::Text(&PATH_SEGMENT)])], together: &[] };

/// The group of rights.
const GROUP: &str = "rbac.authorization.k8s.io";

fn kind<'a>(validator: &mut Validator<'a>, binding: &'a Value, known: &[&'static str]) {
    let reference = &binding["roleRef"];
    if !reference.is_object() {
        return;
    }
    let group = &reference["apiGroup"];
    if text(group).is_some_and(|group| !["", GROUP].contains(&group)) {
        let message = format!("roleRef is of the group {group}, and roles are of {GROUP}");
        validator.refuse(Mistake::Role, At::Value(group), message);
    }
    let kind = &reference["kind"];
    if kind.is_null() || text(kind).is_some_and(|kind| !known.contains(&kind)) {
        let message =
            format!("roleRef is a {kind}, and {} is bound here", super::shape::either(known));
        validator.refuse(Mistake::Role, At::Value(reference), message);
    }
}

static SUBJECT: Shape = Shape {
    fields: &[("name", &[Is::Required])],
    together: &[|validator, subject| {
        let (group, name) = (&subject["apiGroup"], &subject["name"]);
        let expected = match text(&subject["kind"]) {
            Some("ServiceAccount") => {
                validator.text(&SUBDOMAIN, name);
                ""
            }
            Some("User" | "Group") => GROUP,
            None if !subject["kind"].is_null() => return,
            other => {
                let message =
                    format!("there is no kind {:?} of subjects", other.unwrap_or_default());
                validator.refuse_with(
                    Mistake::Role,
                    At::Value(subject),
                    message,
                    "write ServiceAccount, User or Group",
                );
                return;
            }
        };
        if text(group).is_some_and(|group| !group.is_empty() && group != expected) {
            let message = format!("the subject is of the group {group}, which is {expected:?}");
            validator.refuse(Mistake::Role, At::Value(group), message);
        }
    }],
};
