//! Pods.

use std::collections::HashSet;

use super::Mistake;
use super::container::{CONTAINER, INIT_CONTAINER, containers};
use super::metadata;
use super::selector;
use super::shape::{Is, Shape, Validator};
use super::text::{
    ADDRESS, HOST, LABEL, LABEL_KEY, QUALIFIED_NAME, RELATIVE_PATH, SEARCH_DOMAIN, SUBDOMAIN,
};
use super::volume;
use crate::check::At;
use crate::objects::{Value, list, text};

/// The largest number of a user or group, and of most seconds.
pub(super) const LARGEST: i64 = 2_147_483_647;

/// A Pod.
pub(super) static POD: Shape = Shape {
    fields: &[("spec", &[Is::Required, Is::Part(&SPEC)])],
    together: &[|validator, pod| {
        let spec = &pod["spec"];
        if !list(&spec["ephemeralContainers"]).is_empty() {
            let message = "ephemeral containers cannot be there from the start";
            validator.refuse(
                Mistake::ContradictingFields,
                At::Value(&spec["ephemeralContainers"]),
                message,
            );
        }
    }],
};

/// The template of pods.
pub(super) static TEMPLATE: Shape = Shape {
    fields: &[
        ("metadata", &[Is::Part(&metadata::TEMPLATE)]),
        ("spec", &[Is::Required, Is::Part(&SPEC)]),
    ],
    together: &[],
};

static SPEC: Shape = Shape {
    fields: &[
        ("activeDeadlineSeconds", &[Is::Within(1, LARGEST)]),
        ("affinity", &[Is::Part(&AFFINITY)]),
        ("containers", &[Is::Required, Is::Each(&CONTAINER)]),
        ("dnsConfig", &[Is::Part(&DNS)]),
        ("hostAliases", &[Is::Each(&HOST_ALIAS)]),
        ("hostname", &[Is::Text(&LABEL)]),
        ("initContainers", &[Is::Each(&INIT_CONTAINER)]),
        ("nodeName", &[Is::Text(&SUBDOMAIN)]),
        ("nodeSelector", &[Is::Labels]),
        ("os", &[Is::Part(&OS)]),
        ("overhead", &[Is::Quantities]),
        ("priorityClassName", &[Is::Text(&SUBDOMAIN)]),
        ("readinessGates", &[Is::Each(&READINESS_GATE)]),
        ("resources", &[Is::Part(&super::container::RESOURCES), Is::Also(of_pod)]),
        ("runtimeClassName", &[Is::Filled, Is::Text(&SUBDOMAIN)]),
        ("schedulingGates", &[Is::Each(&SCHEDULING_GATE), Is::Unique("name")]),
        ("securityContext", &[Is::Part(&SECURITY)]),
        ("serviceAccountName", &[Is::Text(&SUBDOMAIN)]),
        ("subdomain", &[Is::Text(&LABEL)]),
        ("terminationGracePeriodSeconds", &[]),
        ("tolerations", &[Is::Each(&TOLERATION)]),
        ("topologySpreadConstraints", &[Is::Each(&SPREAD), Is::Also(spread_twice)]),
        ("volumes", &[Is::Each(&volume::VOLUME), Is::Unique("name")]),
    ],
    together: &[containers, dns, host, host_users],
};

/// What a pod as a whole can be given.
fn of_pod<'a>(validator: &mut Validator<'a>, resources: &'a Value) {
    for field in ["limits", "requests"] {
        for (name, written) in resources[field].as_object().into_iter().flatten() {
            if !["cpu", "memory"].contains(&name.as_str()) && !name.starts_with("hugepages-") {
                let message = format!("{name} can be given to containers, not to a pod as a whole");
                validator.refuse(Mistake::Resources, At::Value(written), message);
            }
        }
    }
}

static OS: Shape =
    Shape { fields: &[("name", &[Is::Required, Is::AnyOf(&["linux", "windows"])])], together: &[] };

static READINESS_GATE: Shape = Shape {
    fields: &[("conditionType", &[Is::Required, Is::Text(&QUALIFIED_NAME)])],
    together: &[],
};

static SCHEDULING_GATE: Shape =
    Shape { fields: &[("name", &[Is::Required, Is::Text(&QUALIFIED_NAME)])], together: &[] };

static HOST_ALIAS: Shape = Shape {
    fields: &[("ip", &[Is::Required, Is::Text(&ADDRESS)]), ("hostnames", &[Is::EachText(&HOST)])],
    together: &[],
};

static DNS: Shape = Shape {
    fields: &[
        (
            "nameservers",
            &[
                Is::EachText(&ADDRESS),
                Is::Also(|validator, value| {
                    most(validator, value, "nameservers", 3);
                }),
            ],
        ),
        (
            "searches",
            &[
                Is::EachText(&SEARCH_DOMAIN),
                Is::Also(|validator, value| {
                    most(validator, value, "searches", 32);
                }),
            ],
        ),
        ("options", &[Is::Each(&DNS_OPTION)]),
    ],
    together: &[],
};

static DNS_OPTION: Shape = Shape { fields: &[("name", &[Is::Required])], together: &[] };

fn most<'a>(validator: &mut Validator<'a>, value: &'a Value, name: &str, most: usize) {
    let count = list(value).len();
    if count > most {
        let message = format!("{name} has {count} elements, and may have {most}");
        validator.refuse(Mistake::NumberOutOfRange, At::Value(value), message);
    }
}

fn dns<'a>(validator: &mut Validator<'a>, spec: &'a Value) {
    if spec["dnsPolicy"] == "None" && list(&spec["dnsConfig"]["nameservers"]).is_empty() {
        validator.refuse(
            Mistake::ContradictingFields,
            At::Value(&spec["dnsPolicy"]),
            "dnsPolicy None needs dnsConfig with at least one nameserver",
        );
    }
}

/// With the network of its node, the port of a container is the port of the node.
fn host<'a>(validator: &mut Validator<'a>, spec: &'a Value) {
    let all = list(&spec["containers"]).iter().chain(list(&spec["initContainers"]));
    if spec["hostNetwork"] == true {
        for port in all.flat_map(|container| list(&container["ports"])) {
            let (number, of_host) = (&port["containerPort"], &port["hostPort"]);
            if of_host
                .as_i64()
                .is_some_and(|of_host| of_host != 0 && Some(of_host) != number.as_i64())
            {
                let message = format!(
                    "hostPort is {of_host} and containerPort {number}: with hostNetwork they are the same"
                );
                validator.refuse(Mistake::ContradictingFields, At::Value(of_host), message);
            }
        }
    }
    if spec["shareProcessNamespace"] == true && spec["hostPID"] == true {
        let message = "shareProcessNamespace and hostPID exclude each other";
        validator.refuse(Mistake::ContradictingFields, At::Value(&spec["hostPID"]), message);
    }
}

fn host_users<'a>(validator: &mut Validator<'a>, spec: &'a Value) {
    if spec["hostUsers"] != false {
        return;
    }
    for field in ["hostNetwork", "hostPID", "hostIPC"] {
        if spec[field] == true {
            let message = format!("{field} is true while hostUsers is false");
            validator.refuse(Mistake::ContradictingFields, At::Value(&spec[field]), message);
        }
    }
}

/// A taint of nodes that a pod bears.
pub(super) static TOLERATION: Shape = Shape {
    fields: &[("key", &[Is::Text(&LABEL_KEY)])],
    together: &[|validator, toleration| {
        let of = |field: &str| text(&toleration[field]).unwrap_or_default();
        let operator = of("operator");
        if of("key").is_empty() && operator != "Exists" {
            let message = "a toleration without a key needs the operator Exists";
            validator.refuse(Mistake::ContradictingFields, At::Value(toleration), message);
        }
        if !toleration["tolerationSeconds"].is_null() && of("effect") != "NoExecute" {
            let message = "tolerationSeconds needs the effect NoExecute";
            validator.refuse(
                Mistake::ContradictingFields,
                At::Value(&toleration["tolerationSeconds"]),
                message,
            );
        }
        match operator {
            "" | "Equal" => validator.text(&super::text::LABEL_VALUE, &toleration["value"]),
            "Exists" if !of("value").is_empty() => {
                let message = "the operator Exists takes no value";
                validator.refuse(
                    Mistake::ContradictingFields,
                    At::Value(&toleration["value"]),
                    message,
                );
            }
            "Gt" | "Lt" => {
                let message = format!(
                    "there is no operator {operator:?} of tolerations in this version of Kubernetes"
                );
                validator.refuse(
                    Mistake::UnsupportedValue,
                    At::Value(&toleration["operator"]),
                    message,
                );
            }
            _ => {}
        }
    }],
};

static SPREAD: Shape = Shape {
    fields: &[
        ("nodeTaintsPolicy", &[Is::Filled]),
        ("nodeAffinityPolicy", &[Is::Filled]),
        ("maxSkew", &[Is::Required, Is::AtLeast(1)]),
        ("topologyKey", &[Is::Required]),
        ("whenUnsatisfiable", &[Is::Required]),
        ("minDomains", &[Is::AtLeast(1)]),
        ("labelSelector", &[Is::Selector]),
        ("matchLabelKeys", &[Is::EachText(&LABEL_KEY)]),
    ],
    together: &[
        |validator, spread| {
            if spread["minDomains"].is_i64() && spread["whenUnsatisfiable"] == "ScheduleAnyway" {
                let message = "minDomains needs whenUnsatisfiable DoNotSchedule";
                validator.refuse(
                    Mistake::ContradictingFields,
                    At::Value(&spread["minDomains"]),
                    message,
                );
            }
        },
        |validator, spread| label_keys(validator, spread, &["matchLabelKeys"]),
    ],
};

/// Keys by which the labels of the pod itself are taken need a selector that does not name them.
fn label_keys<'a>(validator: &mut Validator<'a>, parent: &'a Value, fields: &[&str]) {
    let selector = &parent["labelSelector"];
    for field in fields {
        let keys = list(&parent[field]);
        if selector.is_null() && !keys.is_empty() {
            let message = format!("{field} needs a labelSelector");
            validator.refuse(Mistake::Selector, At::Value(&parent[field]), message);
            continue;
        }
        for key in keys {
            let Some(name) = text(key) else { continue };
            let named = list(&selector["matchExpressions"]).iter().any(|one| one["key"] == name);
            if named || !selector["matchLabels"][name].is_null() {
                let message = format!("{name} is in {field} and in the labelSelector");
                validator.refuse(Mistake::Selector, At::Value(key), message);
            }
        }
    }
}

fn spread_twice<'a>(validator: &mut Validator<'a>, constraints: &'a Value) {
    let mut seen = HashSet::new();
    for constraint in list(constraints) {
        let key = &constraint["topologyKey"];
        let pair = (text(key), text(&constraint["whenUnsatisfiable"]));
        if !seen.insert(pair) {
            let message = format!(
                "two constraints are for {} with the same whenUnsatisfiable",
                pair.0.unwrap_or_default()
            );
            validator.refuse(Mistake::DuplicateName, At::Value(key), message);
        }
    }
}

static AFFINITY: Shape = Shape {
    fields: &[
        ("nodeAffinity", &[Is::Part(&NODE_AFFINITY)]),
        ("podAffinity", &[Is::Part(&POD_AFFINITY)]),
        ("podAntiAffinity", &[Is::Part(&POD_AFFINITY)]),
    ],
    together: &[],
};

static NODE_AFFINITY: Shape = Shape {
    fields: &[
        ("requiredDuringSchedulingIgnoredDuringExecution", &[Is::Part(&NODE_SELECTOR)]),
        ("preferredDuringSchedulingIgnoredDuringExecution", &[Is::Each(&PREFERRED_NODE)]),
    ],
    together: &[],
};

/// Which nodes will do.
pub(super) static NODE_SELECTOR: Shape = Shape {
    fields: &[("nodeSelectorTerms", &[Is::Required, Is::Each(&NODE_TERM)])],
    together: &[],
};

static PREFERRED_NODE: Shape = Shape {
    fields: &[
        ("weight", &[Is::Required, Is::Within(1, 100)]),
        ("preference", &[Is::Part(&PREFERRED_TERM)]),
    ],
    together: &[],
};

const NODE_OPERATORS: &[&str] = &["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"];

/// Of preferred nodes the API server does not look at the values.
static PREFERRED_TERM: Shape = Shape {
    fields: &[
        (
            "matchExpressions",
            &[Is::Also(|validator, all| {
                for one in list(all) {
                    selector::operator(validator, one, NODE_OPERATORS);
                }
            })],
        ),
        ("matchFields", &[Is::Each(&NODE_FIELD)]),
    ],
    together: &[],
};

static NODE_TERM: Shape = Shape {
    fields: &[
        (
            "matchExpressions",
            &[Is::Also(|validator, all| {
                for one in list(all) {
                    selector::expression(validator, one, NODE_OPERATORS);
                }
            })],
        ),
        ("matchFields", &[Is::Each(&NODE_FIELD)]),
    ],
    together: &[],
};

static NODE_FIELD: Shape = Shape {
    fields: &[],
    together: &[|validator, field| {
        let key = &field["key"];
        if key != "metadata.name" {
            let message =
                format!("nodes cannot be chosen by the field {key}, only by metadata.name");
            validator.refuse(Mistake::Selector, At::Value(field), message);
        }
        let values = list(&field["values"]);
        if !["In", "NotIn"].contains(&text(&field["operator"]).unwrap_or_default())
            || values.len() != 1
        {
            let message = "a condition on a field of nodes has the operator In or NotIn and exactly one value";
            validator.refuse(Mistake::Selector, At::Value(field), message);
        }
        for value in values {
            validator.non_empty_text(&SUBDOMAIN, value);
        }
    }],
};

static POD_AFFINITY: Shape = Shape {
    fields: &[
        ("requiredDuringSchedulingIgnoredDuringExecution", &[Is::Each(&POD_TERM)]),
        ("preferredDuringSchedulingIgnoredDuringExecution", &[Is::Each(&PREFERRED_POD)]),
    ],
    together: &[],
};

static PREFERRED_POD: Shape = Shape {
    fields: &[
        ("weight", &[Is::Required, Is::Within(1, 100)]),
        ("podAffinityTerm", &[Is::Required, Is::Part(&POD_TERM)]),
    ],
    together: &[],
};

static POD_TERM: Shape = Shape {
    fields: &[
        ("labelSelector", &[Is::Selector]),
        ("namespaceSelector", &[Is::Selector]),
        ("namespaces", &[Is::EachText(&LABEL)]),
        ("topologyKey", &[Is::Required, Is::Text(&LABEL_KEY)]),
        ("matchLabelKeys", &[Is::EachText(&LABEL_KEY)]),
        ("mismatchLabelKeys", &[Is::EachText(&LABEL_KEY)]),
    ],
    together: &[|validator, term| {
        label_keys(validator, term, &["matchLabelKeys", "mismatchLabelKeys"]);
    }],
};

static SECURITY: Shape = Shape {
    fields: &[
        ("fsGroupChangePolicy", &[Is::Filled]),
        ("appArmorProfile", &[Is::Part(&PROFILE)]),
        ("fsGroup", &[Is::Within(0, LARGEST)]),
        ("runAsGroup", &[Is::Within(0, LARGEST)]),
        ("runAsUser", &[Is::Within(0, LARGEST)]),
        ("seccompProfile", &[Is::Part(&PROFILE)]),
        (
            "supplementalGroups",
            &[Is::Also(|validator, groups| {
                for group in list(groups) {
                    validator.within(group, "a supplemental group", 0, LARGEST);
                }
            })],
        ),
        ("sysctls", &[Is::Each(&SYSCTL), Is::Unique("name")]),
    ],
    together: &[],
};

/// A profile of seccomp or `AppArmor`.
pub(super) static PROFILE: Shape = Shape {
    fields: &[("type", &[Is::Required]), ("localhostProfile", &[Is::Text(&RELATIVE_PATH)])],
    together: &[|validator, profile| {
        let (kind, path) = (&profile["type"], &profile["localhostProfile"]);
        let is_local = kind == "Localhost";
        if is_local && path.is_null() {
            let message = "the type Localhost needs localhostProfile";
            validator.refuse(Mistake::MissingValue, At::Value(profile), message);
        }
        if !is_local && path.is_string() && kind.is_string() {
            let message = format!("localhostProfile needs the type Localhost, which is {kind}");
            validator.refuse(Mistake::ContradictingFields, At::Value(path), message);
        }
    }],
};

static SYSCTL: Shape = Shape {
    fields: &[("name", &[Is::Required])],
    together: &[|validator, sysctl| {
        let Some(name) = text(&sysctl["name"]) else { return };
        let part = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|byte| {
                    byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte)
                })
                && !part.starts_with(['-', '_'])
                && !part.ends_with(['-', '_'])
        };
        let is_name = name.len() <= 253 && name.split(['.', '/']).all(part);
        if !is_name && !name.is_empty() {
            let message = format!("{name:?} is no name of a sysctl, such as net.core.somaxconn");
            validator.refuse(Mistake::Name, At::Value(&sysctl["name"]), message);
        }
    }],
};
