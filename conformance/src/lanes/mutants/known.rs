//! Where the rules and the API server differ, and why they may.

use std::fmt;

/// Cases in which the rules and the API server differ.
#[derive(Debug)]
pub struct Known {
    /// Whether the rules are the ones that refuse.
    pub only_rules: bool,
    /// Group and kind; any where it is empty.
    pub kind: &'static str,
    /// How the path begins; any where it is empty.
    pub path: &'static str,
    /// What is in the message of the one that refuses.
    pub message: &'static str,
    /// Why it is so.
    pub reason: &'static str,
}

const fn only_api_server(
    kind: &'static str,
    path: &'static str,
    message: &'static str,
    reason: &'static str,
) -> Known {
    Known { only_rules: false, kind, path, message, reason }
}

const fn only_rules(
    kind: &'static str,
    path: &'static str,
    message: &'static str,
    reason: &'static str,
) -> Known {
    Known { only_rules: true, kind, path, message, reason }
}

const DEFINITION: &str = "CustomResourceDefinition.apiextensions.k8s.io";

/// Every difference that is known.
pub const KNOWN: &[Known] = &[
    only_api_server(
        "",
        "",
        "compilation failed",
        "it compiles expressions with the types of what they judge, which no rule has",
    ),
    only_api_server(
        "",
        "",
        "must evaluate to",
        "it compiles expressions with the types of what they judge, which no rule has",
    ),
    only_api_server(
        "Deployment",
        "",
        "cannot unmarshal number 1.0",
        "kubectl sends 1 where 1.0 is written, and the lane sends what is written",
    ),
    only_api_server(
        DEFINITION,
        "",
        ".default: Invalid value",
        "no rule compares the defaults of a schema with the schema itself",
    ),
    only_api_server(
        DEFINITION,
        "",
        "must be a valid regular expression",
        "no rule reads regular expressions as Go does",
    ),
    only_api_server(
        DEFINITION,
        "",
        "JSONSchemaProps",
        "schemas contain schemas, to any depth, and the facts say nothing of the inner ones",
    ),
    only_api_server(
        DEFINITION,
        "",
        "boolean or JSON schema expected",
        "schemas contain schemas, to any depth, and the facts say nothing of the inner ones",
    ),
    only_api_server(
        DEFINITION,
        "spec.versions[\"#\"].subresources.status",
        "unknown field",
        "the facts take an object without fields for one with any",
    ),
    only_api_server(
        "",
        "",
        "failed to create typed patch object",
        "only a server-side apply looks at the keys of these lists, which the facts do not have",
    ),
    only_api_server(
        "CronJob.batch",
        "spec.timeZone",
        "unknown time zone",
        "the names of time zones come from the machine of the API server",
    ),
    only_api_server(
        "Pod",
        "spec.",
        "is forbidden",
        "admission plugins ask for other objects, or have decided themselves",
    ),
    only_api_server(
        "",
        "",
        "of type uint8",
        "bytes may be written as a list of numbers too, which the facts take for any list",
    ),
    only_api_server(
        "Gateway.gateway.networking.k8s.io",
        "spec.listeners",
        "no such key",
        "a condition that cannot be evaluated is refused; the rule asks only whether it holds",
    ),
    only_api_server(
        "",
        "",
        "type conversion error",
        "a condition that cannot be evaluated is refused; the rule asks only whether it holds",
    ),
    only_api_server(
        "VirtualService",
        "",
        "\"null\"",
        "a custom resource is refused for a null that its schema does not allow; the rule takes every null for what is not there",
    ),
    only_api_server(
        "",
        "status",
        "strict decoding error",
        "nobody writes a status, and the facts of some kinds leave it out",
    ),
    only_rules(
        "PersistentVolumeClaim",
        "spec.dataSource",
        "missing-required-field",
        "the API server drops a source without a word where it does not know its kind",
    ),
    only_rules(
        "Pod",
        "spec.volumes[\"#\"].projected.sources[\"#\"].clusterTrustBundle",
        "missing-required-field",
        "the API server drops the field where the feature is not switched on",
    ),
    only_rules(
        "",
        "",
        "an integer of 32 bits belongs",
        "the API server stores it all the same; the controller of the kind cannot read it",
    ),
    only_rules(
        "Service",
        "spec.ports[\"#\"].nodePort",
        "invalid-port",
        "ports of nodes are looked at when they are allocated, which a dry run does not do",
    ),
];

impl Known {
    /// Whether this is such a case.
    pub fn explains(&self, only_rules: bool, kind: &str, path: &str, message: &str) -> bool {
        self.only_rules == only_rules
            && (self.kind.is_empty() || self.kind == kind)
            && path.starts_with(self.path)
            && message.contains(self.message)
    }
}

impl fmt::Display for Known {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, path, message, reason, .. } = self;
        let parts = [*kind, *path].into_iter().filter(|part| !part.is_empty());
        for part in parts {
            write!(formatter, "{part} ")?;
        }
        write!(formatter, "{message:?} ({reason})")
    }
}
