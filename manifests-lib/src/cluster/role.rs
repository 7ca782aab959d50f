//! What the pods of a component may do in the cluster's API.

use std::collections::BTreeSet;
use std::fmt;

use k8s_openapi::api::rbac::v1 as rbac;

use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::error::BuildError;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::resource::Manifest;
use crate::model::rule::Rule;
use crate::network::outbound::{Destination, MeshHost, Receiver};
use crate::values::{Cidr, Name, Port};

/// What may be done to objects. `escalate`, `bind`, `impersonate` and `*` cannot be written: whoever has them has every right.
///
/// Upstream: <https://kubernetes.io/docs/reference/access-authn-authz/authorization/#request-verbs-and-authorization>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Read one.
    Get,
    /// Read all.
    List,
    /// Be told of changes.
    Watch,
    /// Make one.
    Create,
    /// Replace one.
    Update,
    /// Change one.
    Patch,
    /// Delete one.
    Delete,
    /// Delete all.
    DeleteCollection,
}

/// A part of an object with rights of its own.
///
/// Upstream: <https://kubernetes.io/docs/reference/using-api/api-concepts/>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subresource {
    /// The logs of a pod.
    Log,
    /// The number of pods of a workload.
    Scale,
    /// What its controller writes.
    Status,
    /// The eviction of a pod.
    Eviction,
    /// A program in a container: with it come the container's secrets.
    Exec,
    /// A token of a ServiceAccount: with it come the rights of that account.
    Token,
}

impl Verb {
    fn as_str(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Watch => "watch",
            Self::Create => "create",
            Self::Update => "update",
            Self::Patch => "patch",
            Self::Delete => "delete",
            Self::DeleteCollection => "deletecollection",
        }
    }

    fn reads(self) -> bool {
        matches!(self, Self::Get | Self::List | Self::Watch)
    }

    /// Whether a request names the object.
    fn names_object(self) -> bool {
        matches!(self, Self::Get | Self::Update | Self::Patch | Self::Delete)
    }
}

impl Subresource {
    fn as_str(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Scale => "scale",
            Self::Status => "status",
            Self::Eviction => "eviction",
            Self::Exec => "exec",
            Self::Token => "token",
        }
    }
}

/// What may be done to the objects of one kind: `RoleRule::of::<core::ConfigMap>([Verb::Get, Verb::Watch])`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleRule {
    group: &'static str,
    kind: &'static str,
    resource: &'static str,
    namespaced: bool,
    subresource: Option<Subresource>,
    verbs: BTreeSet<Verb>,
    names: Vec<Name>,
    reason: Option<&'static str>,
}

impl RoleRule {
    /// Objects of a type of k8s-openapi or of the generated custom resources.
    #[must_use]
    pub fn of<T: Manifest>(verbs: impl IntoIterator<Item = Verb>) -> Self {
        Self {
            group: T::GROUP,
            kind: T::KIND,
            resource: T::URL_PATH_SEGMENT,
            namespaced: T::NAMESPACED,
            subresource: None,
            verbs: verbs.into_iter().collect(),
            names: Vec::new(),
            reason: None,
        }
    }

    /// A part of the objects in their place.
    #[must_use]
    pub fn subresource(self, subresource: Subresource) -> Self {
        Self { subresource: Some(subresource), ..self }
    }

    /// Those of these names alone: `.named([name!("leader")])`.
    #[must_use]
    pub fn named(self, names: impl IntoIterator<Item = Name>) -> Self {
        Self { names: names.into_iter().collect(), ..self }
    }

    /// Why the component needs what gives it more than it says: all Secrets, or the rights of others.
    #[must_use]
    pub fn because(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    fn build(&self) -> rbac::PolicyRule {
        let resource = match self.subresource {
            Some(subresource) => format!("{}/{}", self.resource, subresource.as_str()),
            None => self.resource.to_owned(),
        };
        let names: Vec<String> = self.names.iter().map(ToString::to_string).collect();
        rbac::PolicyRule {
            api_groups: Some(vec![self.group.to_owned()]),
            resources: Some(vec![resource]),
            resource_names: (!names.is_empty()).then_some(names),
            verbs: self.verbs.iter().map(|verb| verb.as_str().to_owned()).collect(),
            non_resource_urls: None,
        }
    }

    /// What the rule gives beyond what it says.
    fn beyond(&self) -> Option<&'static str> {
        let any = |of: fn(Verb) -> bool| self.verbs.iter().copied().any(of);
        let writes = any(|verb| !verb.reads());
        match (self.group, self.kind, self.subresource) {
            (_, _, Some(Subresource::Exec)) => {
                Some("it enters containers, and has what is in them")
            }
            (_, _, Some(Subresource::Token)) => Some("it takes the rights of other accounts"),
            (_, _, Some(_)) => None,
            ("", "Secret", None) => self.beyond_of_secrets(),
            ("rbac.authorization.k8s.io", ..) if writes => Some("it changes who may do what"),
            ("", "ServiceAccount" | "Node" | "PersistentVolume", None) if writes => {
                Some("it takes the rights of others")
            }
            ("", "Pod" | "ReplicationController", None) | ("apps" | "batch", ..)
                if any(|verb| matches!(verb, Verb::Create | Verb::Update | Verb::Patch)) =>
            {
                Some("it runs pods as any account, with any Secret")
            }
            ("external-secrets.io" | "generators.external-secrets.io", ..) if writes => {
                Some("it fetches secrets of others, or replaces them")
            }
            ("argoproj.io", ..) if writes => {
                Some("Argo CD applies whatever it asks for, with Argo CD's rights")
            }
            ("admissionregistration.k8s.io", ..) if writes => Some("it changes what is admitted"),
            _ => None,
        }
    }

    /// Every answer of the API server but the one to an update tells what it did not know of a Secret: that to a patch has all of it,
    /// and so has that to a deletion which waits for dependents.
    fn beyond_of_secrets(&self) -> Option<&'static str> {
        let any = |of: fn(Verb) -> bool| self.verbs.iter().copied().any(of);
        if any(|verb| verb == Verb::Create) {
            return Some(
                "a Secret that it makes may ask for a token of any account of the namespace",
            );
        }
        let all = self.names.is_empty() || any(|verb| !verb.names_object());
        if !all {
            return None;
        }
        if any(|verb| verb != Verb::Update) {
            return Some("it reads all Secrets, those of others too");
        }
        any(|verb| verb == Verb::Update).then_some("it replaces all Secrets, those of others too")
    }

    /// What is wrong with the rule in a role of this scope.
    fn mistake(&self, everywhere: bool) -> Option<(Rule, String)> {
        let Self { kind, .. } = self;
        if self.verbs.is_empty() {
            let message = format!(
                "the rule about {kind} has no verb and allows nothing: name one, or remove the rule"
            );
            return Some((Rule::MismatchedRights, message));
        }
        if !self.namespaced && !everywhere {
            let message = format!(
                "{kind} is in no namespace, and a Role of one allows nothing about it: ask for it by `cluster_role`"
            );
            return Some((Rule::MismatchedRights, message));
        }
        let unnamed = self.verbs.iter().find(|verb| !verb.names_object());
        if let (Some(verb), false) = (unnamed, self.names.is_empty()) {
            let message = format!(
                "a request to {verb} names no {kind}, so that a rule with names never allows it: write a rule without names for it"
            );
            return Some((Rule::MismatchedRights, message));
        }
        match (self.beyond(), self.reason) {
            (Some(what), None) => {
                let message = format!(
                    "the component would have more rights than the rule about {kind} says: {what}; name the objects, ask for fewer \
                     verbs, or say why (`because`)"
                );
                Some((Rule::TooManyRights, message))
            }
            (_, Some(reason)) if reason.trim().is_empty() => Some((
                Rule::MissingReason,
                format!("the rule about {kind} has an empty reason: say why"),
            )),
            _ => None,
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Where the API server of the cluster is: where pods send to that speak to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiServer {
    /// Its addresses, behind the Service `kubernetes`: of EKS those of the VPC. `cidr!("192.168.0.0/16")`.
    pub addresses: Cidr,
    /// Where it listens, behind the Service: 443 of EKS, 8443 of Minikube. `port!(443)`.
    pub port: Port,
}

/// What a component may do in the cluster's API, in its own namespace or, by [`Component::cluster_role`], in all.
///
/// Upstream: <https://kubernetes.io/docs/reference/access-authn-authz/rbac/>
#[derive(Clone, Debug)]
pub struct Role<'a> {
    /// What it may do: `vec![RoleRule::of::<core::ConfigMap>([Verb::Get])]`.
    pub rules: Vec<RoleRule>,
    /// What for; stands beside the other exceptions of its containers, which carry a token. `"elects a leader"`.
    pub reason: &'static str,
    /// The API server, which its pods may send to.
    pub api_server: &'a ApiServer,
}

/// A [`Role`] of a component.
#[derive(Clone)]
pub struct RoleHandle {
    made: Made,
}

/// A [`Role`] of a component, in all namespaces.
#[derive(Clone)]
pub struct ClusterRoleHandle {
    made: Made,
}

patchable! {
    RoleHandle { made: rbac::Role, rbac::RoleBinding; }
}

patchable! {
    ClusterRoleHandle { made: rbac::ClusterRole, rbac::ClusterRoleBinding; }
}

impl Component {
    /// Lets the component's pods speak to the cluster's API, about objects of their own namespace.
    ///
    /// Becomes a Role and a RoleBinding. The pods carry a token of their ServiceAccount, which no others do, and may send to the
    /// API server.
    ///
    /// The build reports a rule that allows nothing, and one that gives more than it says without a reason.
    #[track_caller]
    pub fn role(&self, role: Role<'_>) -> RoleHandle {
        RoleHandle { made: self.role_at(Origin::here(), role, false) }
    }

    /// The same about objects of all namespaces and of none. Whoever changes what the pods run has these rights everywhere.
    ///
    /// Becomes a ClusterRole and a ClusterRoleBinding named `<namespace>-<bundle>-<component>`.
    #[track_caller]
    pub fn cluster_role(&self, role: Role<'_>) -> ClusterRoleHandle {
        ClusterRoleHandle { made: self.role_at(Origin::here(), role, true) }
    }

    fn role_at(&self, origin: Origin, role: Role<'_>, everywhere: bool) -> Made {
        let Role { rules, reason, api_server } = role;
        for (rule, message) in rules.iter().filter_map(|rule| rule.mistake(everywhere)) {
            self.bundle.error(BuildError::new(rule, origin, message));
        }
        if rules.is_empty() {
            let message = "a role without rules allows nothing: add one, or remove the role, so that its pods carry no token";
            self.bundle.error(BuildError::new(Rule::MismatchedRights, origin, message));
        }
        let default = Namespace::new(name!("default"));
        self.sends_to(Destination {
            receiver: Receiver::Range(api_server.addresses.clone()),
            port: api_server.port,
            hosts: vec![MeshHost {
                host: self.conventions().host("kubernetes", &default),
                namespace: default,
            }],
        });
        self.bundle.carry_token(self.name(), origin, reason);
        self.bundle.push(RolePart { component: self.clone(), origin, rules, everywhere })
    }
}

struct RolePart {
    component: Component,
    origin: Origin,
    rules: Vec<RoleRule>,
    everywhere: bool,
}

impl Part for RolePart {
    fn build(&self, output: &mut Output<'_>) {
        let component = &self.component;
        let namespace = component.bundle.namespace.to_string();
        let rules = Some(self.rules.iter().map(RoleRule::build).collect());
        let account = rbac::Subject {
            api_group: None,
            kind: "ServiceAccount".to_owned(),
            name: component.service_account(),
            namespace: Some(namespace.clone()),
        };
        let subjects = Some(vec![account]);
        let of = |kind: &str, name: &str| rbac::RoleRef {
            api_group: "rbac.authorization.k8s.io".to_owned(),
            kind: kind.to_owned(),
            name: name.to_owned(),
        };
        if self.everywhere {
            let name = format!("{namespace}-{}-{}", component.bundle.name, component.name());
            let metadata = || component.metadata_named(name.clone());
            let role = rbac::ClusterRole { metadata: metadata(), rules, aggregation_rule: None };
            output.add(self.origin, role);
            let role_ref = of("ClusterRole", &name);
            let metadata = metadata();
            output.add(self.origin, rbac::ClusterRoleBinding { metadata, role_ref, subjects });
        } else {
            let name = component.object_name("role");
            output.add(self.origin, rbac::Role { metadata: component.metadata("role"), rules });
            let metadata = component.metadata("role-binding");
            let role_ref = of("Role", &name);
            output.add(self.origin, rbac::RoleBinding { metadata, role_ref, subjects });
        }
    }
}
