//! Whom the mesh admits: `AuthorizationPolicies`, read as proxies read them.
//!
//! Upstream: <https://istio.io/latest/docs/reference/config/security/authorization-policy/>

use super::TRUST;
use super::membership::Proxy;
use super::mutual_tls::Mode;
use crate::graph::Graph;
use crate::objects::{Object, Pod, Selector, Value, list, text};

/// Who calls, as policies of the mesh see him.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller<'c> {
    /// A pod in the mesh, which shows its service account.
    Account {
        /// The namespace of the account.
        namespace: &'c str,
        /// The account.
        name: &'c str,
    },
    /// Somebody outside of the mesh, who shows nothing.
    Stranger,
}

/// Whether a connection or its requests are let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All are.
    Admitted,
    /// That depends on what cannot be known before: paths, tokens, addresses.
    Depends,
    /// None is.
    Refused,
}

/// Whether somebody is let in, and who decides it.
#[derive(Clone, Copy, Debug)]
pub struct Verdict<'a> {
    /// Whether he is let in.
    pub outcome: Outcome,
    /// The policy that decides. Where nothing refuses and nothing has to admit there is none; where several could have admitted
    /// and none does, the first.
    pub policy: Option<&'a Object>,
    /// The rule of the policy, or the mode of a `PeerAuthentication`.
    pub rule: Option<&'a Value>,
}

/// What a policy does with what its rules match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Lets it in, and what no such policy matches is refused.
    Allow,
    /// Refuses it.
    Deny,
    /// Asks somebody else.
    Custom,
    /// Writes it down.
    Audit,
}

impl Action {
    /// The action of a policy.
    #[must_use]
    pub fn of(policy: &Object) -> Self {
        match text(&policy.json["spec"]["action"]) {
            Some("DENY") => Self::Deny,
            Some("CUSTOM") => Self::Custom,
            Some("AUDIT") => Self::Audit,
            _ => Self::Allow,
        }
    }
}

/// Whether a rule matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// No request.
    Never,
    /// Some requests, or it is not known.
    Sometimes,
    /// Each request.
    Always,
}

impl Match {
    fn not(self) -> Self {
        match self {
            Self::Never => Self::Always,
            Self::Sometimes => Self::Sometimes,
            Self::Always => Self::Never,
        }
    }
}

impl From<bool> for Match {
    fn from(is: bool) -> Self {
        if is { Self::Always } else { Self::Never }
    }
}

/// What a rule is asked of.
#[derive(Clone, Copy, Debug)]
struct Request<'r> {
    caller: Caller<'r>,
    port: u64,
    /// Whether nobody reads requests: what a rule says of them never admits, and does not keep it from refusing.
    opaque: bool,
    action: Action,
    /// The namespace of the policy.
    own: &'r str,
}

impl<'a> Graph<'a> {
    /// The policies in force for a pod, dry runs left out.
    pub fn authorization_policies<'s>(
        &'s self,
        pod: &'s Pod<'_>,
    ) -> impl Iterator<Item = &'a Object> + use<'s, 'a> {
        let root = self.root_namespace();
        let own = Some(pod.namespace()).filter(|own| *own != root);
        let namespaces = [Some(root), own].into_iter().flatten();
        let policies =
            namespaces.filter_map(|namespace| self.mesh.authorization_policies.get(namespace));
        policies
            .flatten()
            .copied()
            .filter(move |policy| is_attached(policy, pod) && !is_dry_run(policy))
    }

    /// How a pod looks to those whom it calls.
    #[must_use]
    pub fn caller<'p>(&self, pod: &Pod<'p>) -> Caller<'p> {
        match self.proxy(pod) {
            Proxy::None => Caller::Stranger,
            Proxy::Sidecar | Proxy::Ambient | Proxy::Unknown => {
                Caller::Account { namespace: pod.namespace(), name: pod.service_account() }
            }
        }
    }

    /// Whether the mesh lets somebody in at a port of a pod, and who decides it.
    ///
    /// A pod without a proxy lets everybody in. What a waypoint before it says is [`Graph::waypoint_admits`].
    #[must_use]
    pub fn admits(&self, caller: Caller<'_>, pod: &Pod<'_>, port: u64) -> Verdict<'a> {
        let proxy = self.proxy(pod);
        if proxy == Proxy::None {
            return Verdict { outcome: Outcome::Admitted, policy: None, rule: None };
        }
        let mutual_tls = self.mutual_tls(pod, port);
        let caller = match mutual_tls.mode {
            // Who calls without mutual TLS shows nothing.
            Mode::Disable => Caller::Stranger,
            Mode::Strict if caller == Caller::Stranger => {
                let (policy, rule) = mutual_tls.decided.unzip();
                return Verdict { outcome: Outcome::Refused, policy, rule };
            }
            Mode::Permissive | Mode::Strict => caller,
        };
        let policies: Vec<&'a Object> = self.authorization_policies(pod).collect();
        judge(&policies, caller, port, proxy == Proxy::Ambient)
    }
}

/// What policies say of a caller, dry runs left out; `opaque` where nobody reads requests.
pub(super) fn judge<'a>(
    policies: &[&'a Object],
    caller: Caller<'_>,
    port: u64,
    opaque: bool,
) -> Verdict<'a> {
    let look = |policy: &'a Object, action| {
        matched(policy, Request { caller, port, opaque, action, own: policy.namespace() })
    };
    let best = |action| {
        let of_action = policies
            .iter()
            .filter(move |policy| Action::of(policy) == action && !is_dry_run(policy));
        let matched = of_action.map(|policy| (*policy, look(policy, action)));
        // The first of equal ones.
        matched.reduce(|best, other| if other.1.0 > best.1.0 { other } else { best })
    };
    let verdict = |outcome, policy, rule| Verdict { outcome, policy: Some(policy), rule };
    let refused = best(Action::Deny);
    if let Some((policy, (Match::Always, rule))) = refused {
        return verdict(Outcome::Refused, policy, rule);
    }
    let admitted = best(Action::Allow);
    if let Some((policy, (Match::Never, _))) = admitted {
        return verdict(Outcome::Refused, policy, None);
    }
    let asked = best(Action::Custom);
    for (policy, (matched, rule)) in [refused, asked].into_iter().flatten() {
        if matched != Match::Never {
            return verdict(Outcome::Depends, policy, rule);
        }
    }
    match admitted {
        Some((policy, (Match::Always, rule))) => verdict(Outcome::Admitted, policy, rule),
        Some((policy, (_, rule))) => verdict(Outcome::Depends, policy, rule),
        None => Verdict { outcome: Outcome::Admitted, policy: None, rule: None },
    }
}

/// Whether a policy is for a pod, by labels or as its Gateway.
fn is_attached(policy: &Object, pod: &Pod<'_>) -> bool {
    let spec = &policy.json["spec"];
    let gateway = text(&pod.labels()["gateway.networking.k8s.io/gateway-name"]);
    let mut targets = list(&spec["targetRefs"])
        .iter()
        .chain(Some(&spec["targetRef"]).filter(|target| target.is_object()))
        .peekable();
    if targets.peek().is_some() {
        return gateway.is_some()
            && policy.namespace() == pod.namespace()
            && targets.any(|target| {
                text(&target["kind"]) == Some("Gateway") && text(&target["name"]) == gateway
            });
    }
    let is_waypoint = text(&pod.labels()["gateway.networking.k8s.io/gateway-class-name"])
        == Some("istio-waypoint");
    !is_waypoint && pod.is_selected_by(&Selector::of(&spec["selector"]))
}

fn is_dry_run(policy: &Object) -> bool {
    policy.annotation("istio.io/dry-run") == Some("true")
}

/// How much a policy matches, and by which rule.
fn matched<'a>(policy: &'a Object, request: Request<'_>) -> (Match, Option<&'a Value>) {
    let rules = list(&policy.json["spec"]["rules"]).iter();
    let matched = rules.map(|rule| (rule_matches(rule, request), Some(rule)));
    matched
        .reduce(|best, other| if other.0 > best.0 { other } else { best })
        // A policy without rules matches nothing.
        .unwrap_or((Match::Never, None))
}

fn rule_matches(rule: &Value, request: Request<'_>) -> Match {
    let any = |alternatives: &[Value], matches: &dyn Fn(&Value) -> Match| {
        alternatives.iter().map(matches).max().unwrap_or(Match::Always)
    };
    let from = any(list(&rule["from"]), &|from| source_matches(&from["source"], request));
    let to = any(list(&rule["to"]), &|to| operation_matches(&to["operation"], request));
    let when = list(&rule["when"]).iter().map(|condition| condition_matches(condition, request));
    from.min(to).min(when.min().unwrap_or(Match::Always))
}

fn source_matches(source: &Value, request: Request<'_>) -> Match {
    const FIELDS: &[(&str, &str, &str)] = &[
        ("source.principal", "principals", "notPrincipals"),
        ("source.namespace", "namespaces", "notNamespaces"),
        ("source.serviceAccount", "serviceAccounts", "notServiceAccounts"),
        ("source.trustDomain", "trustDomains", "notTrustDomains"),
        ("source.ip", "ipBlocks", "notIpBlocks"),
        ("remote.ip", "remoteIpBlocks", "notRemoteIpBlocks"),
        ("request.auth.principal", "requestPrincipals", "notRequestPrincipals"),
    ];
    all_fields(source, FIELDS, request)
}

fn operation_matches(operation: &Value, request: Request<'_>) -> Match {
    const FIELDS: &[(&str, &str, &str)] = &[
        ("destination.port", "ports", "notPorts"),
        ("request.host", "hosts", "notHosts"),
        ("request.method", "methods", "notMethods"),
        ("request.path", "paths", "notPaths"),
    ];
    all_fields(operation, FIELDS, request)
}

fn all_fields(from: &Value, fields: &[(&str, &str, &str)], request: Request<'_>) -> Match {
    let each = fields.iter().map(|(key, values, not_values)| {
        values_match(key, list(&from[*values]), list(&from[*not_values]), request)
    });
    each.min().unwrap_or(Match::Always)
}

fn condition_matches(condition: &Value, request: Request<'_>) -> Match {
    let key = text(&condition["key"]).unwrap_or_default();
    values_match(key, list(&condition["values"]), list(&condition["notValues"]), request)
}

fn values_match(key: &str, values: &[Value], not: &[Value], request: Request<'_>) -> Match {
    if key.starts_with("request.") && request.opaque && !(values.is_empty() && not.is_empty()) {
        return (request.action != Action::Allow).into();
    }
    let any = |values: &[Value]| {
        let texts = values.iter().filter_map(text);
        texts.map(|value| value_matches(key, value, request)).max()
    };
    let positive = any(values).unwrap_or(Match::Always);
    positive.min(any(not).map_or(Match::Always, Match::not))
}

/// Whether one value of an attribute matches.
fn value_matches(key: &str, value: &str, request: Request<'_>) -> Match {
    let Request { caller, port, own, .. } = request;
    match (key, caller) {
        ("destination.port", _) => (value.parse() == Ok(port)).into(),
        // Nobody has an identity but by mutual TLS.
        (
            "source.principal"
            | "source.namespace"
            | "source.serviceAccount"
            | "source.trustDomain",
            Caller::Stranger,
        ) => Match::Never,
        ("source.namespace", Caller::Account { namespace, .. }) => is_like(value, namespace).into(),
        ("source.principal", Caller::Account { namespace, name }) => {
            principal_matches(value, namespace, name)
        }
        ("source.serviceAccount", Caller::Account { namespace, name }) => {
            let (of, account) = value.split_once('/').unwrap_or((own, value));
            (is_like(of, namespace) && is_like(account, name)).into()
        }
        ("request.host" | "request.method" | "request.path", _) if value == "*" => Match::Always,
        ("request.path", _) if value == "/*" => Match::Always,
        _ => Match::Sometimes,
    }
}

fn principal_matches(value: &str, namespace: &str, name: &str) -> Match {
    let rest = format!("{namespace}/sa/{name}");
    if value.starts_with('*') || value.ends_with('*') || value.starts_with(TRUST) {
        return is_like(value, &format!("{TRUST}{rest}")).into();
    }
    // The mesh may have another trust domain, which `cluster.local` stands for.
    let is_same = value.split_once("/ns/").is_some_and(|(_, account)| account == rest);
    if is_same { Match::Sometimes } else { Match::Never }
}

/// Whether a text is like a pattern: the same, or with an asterisk at its beginning or end.
#[must_use]
pub fn is_like(pattern: &str, value: &str) -> bool {
    if pattern == "*" {
        return !value.is_empty();
    }
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => value.ends_with(end),
        (None, Some(start)) => value.starts_with(start),
        (None, None) => value == pattern,
    }
}
