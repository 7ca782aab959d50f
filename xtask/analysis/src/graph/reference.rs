//! A field that names another object.

use crate::objects::{Identity, Object, Value};

/// A field that names another object.
#[derive(Clone, Debug)]
pub struct Reference<'a> {
    /// The object with the field.
    pub from: &'a Object,
    /// The value that names, in `from`.
    pub field: &'a Value,
    /// What the named object is to the other one.
    pub relation: Relation,
    /// What is named.
    pub target: Identity,
    /// A part of what is named.
    pub part: Option<Part<'a>>,
    /// Whether the other one does without it where it is not there.
    pub optional: bool,
}

/// A part of an object that is named.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// A key of a Secret or ConfigMap.
    Key(&'a Value),
    /// A port of a Service, by name or number.
    Port(&'a Value),
    /// A listener of a Gateway, by its name.
    Listener(&'a Value),
}

/// What a named object is to the one that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// A ConfigMap that a pod reads or mounts.
    ConfigMap,
    /// A Secret that a pod reads or mounts, or something else reads.
    Secret,
    /// A Secret with which images are pulled.
    PullSecret,
    /// A claim that a pod mounts.
    Claim,
    /// The service account that a pod runs as.
    ServiceAccount,
    /// The priority of a pod.
    PriorityClass,
    /// What runs the containers of a pod.
    RuntimeClass,
    /// The class of a claim.
    StorageClass,
    /// The role that a binding gives.
    Role,
    /// The service account that a binding gives rights to.
    Subject,
    /// The workload that an autoscaler scales.
    ScaleTarget,
    /// The Service that names the pods of a StatefulSet.
    GoverningService,
    /// The Service behind a rule of an Ingress.
    Backend,
    /// The Service that a webhook or an aggregated API leads to.
    WebhookService,
    /// The class of an Ingress or a Gateway.
    GatewayClass,
    /// The Secret with the certificate that a way in serves.
    ServedCertificate,
    /// The Gateway or Service that a route belongs to.
    RouteParent,
    /// What a route leads to.
    RouteBackend,
    /// What a filter of a route takes from elsewhere.
    RouteFilter,
    /// What a policy is for.
    PolicyTarget,
    /// The store that an `ExternalSecret` reads, or a `PushSecret` writes.
    SecretStore,
    /// What generates the values of an `ExternalSecret`.
    Generator,
    /// Who issues a certificate.
    Issuer,
    /// The Secret with which an issuer, a store or a monitor shows who it is.
    Credential,
    /// The cluster of RabbitMQ in which something is created.
    MessagingCluster,
    /// The user that gets a permission of RabbitMQ.
    MessagingUser,
    /// The project of an Application.
    Project,
    /// The volume that a claim asks for by name.
    Volume,
    /// The policy that a binding puts into force.
    AdmissionPolicy,
    /// The Alertmanager that gets alerts of a Prometheus.
    Alertmanager,
    /// The Istio Gateway that a `VirtualService` belongs to.
    MeshGateway,
    /// The `VirtualService` to which another one delegates a path.
    Delegate,
    /// The service account whom a policy of the mesh admits or refuses.
    Principal,
    /// The namespace whose callers a policy of the mesh admits or refuses.
    CallingNamespace,
    /// The namespace to which an object of the mesh is exported.
    ExportNamespace,
    /// The namespace into which an Application deploys.
    DestinationNamespace,
}

/// Group and kind of what is named, and the namespace where it has one.
pub(super) type Named<'n> = (&'n str, &'n str, Option<&'n str>);

/// Collects what one object names.
pub(super) struct Names<'r, 'a> {
    pub(super) from: &'a Object,
    pub(super) references: &'r mut Vec<Reference<'a>>,
}

impl<'a> Names<'_, 'a> {
    /// A name, where it is one.
    pub(super) fn name(&mut self, field: &'a Value, relation: Relation, named: Named<'_>) {
        self.part(field, relation, named, None);
    }

    /// A name and a part of what it names, where it is a name.
    pub(super) fn part(
        &mut self,
        field: &'a Value,
        relation: Relation,
        (group, kind, namespace): Named<'_>,
        part: Option<Part<'a>>,
    ) {
        let Some(name) = field.as_str().filter(|name| !name.is_empty()) else { return };
        self.to(field, relation, Identity::new(group, kind, namespace, name), part);
    }

    /// The same, of what `source` says whether the object does without it: `optional: true`.
    pub(super) fn of_source(
        &mut self,
        source: &'a Value,
        field: &'a Value,
        relation: Relation,
        named: Named<'_>,
        part: Option<Part<'a>>,
    ) {
        let before = self.references.len();
        self.part(field, relation, named, part);
        for reference in &mut self.references[before..] {
            reference.optional = source["optional"].as_bool() == Some(true);
        }
    }

    /// A field that names an object in a way of its own.
    pub(super) fn to(
        &mut self,
        field: &'a Value,
        relation: Relation,
        target: Identity,
        part: Option<Part<'a>>,
    ) {
        let from = self.from;
        self.references.push(Reference { from, field, relation, target, part, optional: false });
    }
}
