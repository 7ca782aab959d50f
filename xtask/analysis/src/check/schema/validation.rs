//! What the API server refuses of Kubernetes' own kinds by code that no schema tells: its hand-written validation.
//!
//! One walk of an object finds everything; each kind of mistake is told by a rule of its own. [`shape`] says what a field has to be, and
//! the other files what the fields of each kind are.

mod admission;
mod configuration;
mod container;
mod cron;
mod definition;
mod metadata;
mod network;
mod pod;
mod quantity;
mod rights;
mod scaling;
mod selector;
mod shape;
mod storage;
mod text;
mod volume;
mod workload;

use std::collections::{HashMap, HashSet};
use std::ptr;
use std::rc::Rc;

use crate::check::{At, Findings};
use crate::environment::Environment;
use crate::graph::Graph;
use crate::objects::{Object, Value};
use shape::{Shape, Validator};

/// A kind of mistake: each has a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::check) enum Mistake {
    Address,
    Annotation,
    ConfigurationKey,
    ContradictingFields,
    DuplicateName,
    Encoding,
    EnvironmentVariable,
    FieldPath,
    Label,
    MissingValue,
    Name,
    NumberOutOfRange,
    OneOf,
    OversizedObject,
    OwnerOrFinalizer,
    Path,
    Port,
    Quantity,
    Resources,
    Role,
    Schedule,
    Selector,
    UnsupportedValue,
}

/// Something that the API server refuses.
#[derive(Debug)]
pub(in crate::check) struct Refusal<'a> {
    object: &'a Object,
    at: At<'a>,
    message: String,
    help: Option<String>,
}

/// What the API server refuses of an environment, by mistake.
#[derive(Debug, Default)]
pub(in crate::check) struct Refusals<'a>(HashMap<Mistake, Vec<Refusal<'a>>>);

impl<'a> Refusals<'a> {
    /// Looks at every object that somebody wrote.
    pub(in crate::check) fn of(environment: &'a Environment) -> Self {
        let mut refusals = Self::default();
        for object in environment.objects.written() {
            let mut validator = Validator::of(object);
            metadata::object(&mut validator, object);
            if let Some(shape) = shape_of(object) {
                validator.shape(shape, &object.json);
            }
            for (mistake, refusal) in validator.into_refusals() {
                refusals.0.entry(mistake).or_default().push(refusal);
            }
        }
        refusals
    }
}

/// Tells what was found of one kind of mistake. Where the schema of the kind says that a place is wrong, that is enough.
pub(in crate::check) fn tell(mistake: Mistake, graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let refusals: Rc<Refusals<'_>> = findings.refusals();
    let Some(refusals) = refusals.0.get(&mistake) else { return };
    let breaches = graph.breaches().iter();
    let told: HashSet<(*const Value, Option<&str>)> =
        breaches.map(|breach| (ptr::from_ref(breach.value), breach.missing.as_deref())).collect();
    for refusal in refusals {
        let is_told = match refusal.at {
            At::Object => false,
            At::Value(value) => told.contains(&(ptr::from_ref(value), None)),
            At::Missing(parent, key) => told.contains(&(ptr::from_ref(parent), Some(key))),
        };
        if is_told {
            continue;
        }
        let added = findings.add(refusal.object, refusal.at, refusal.message.clone());
        if let Some(help) = &refusal.help {
            added.help(help.clone());
        }
    }
}

/// The fields of a kind; none where this code knows nothing of it.
fn shape_of(object: &Object) -> Option<&'static Shape> {
    Some(match (object.api_version.as_str(), object.identity.kind.as_str()) {
        ("v1", "ConfigMap") => &configuration::CONFIG_MAP,
        ("v1", "Endpoints") => &network::ENDPOINTS,
        ("v1", "LimitRange") => &configuration::LIMIT_RANGE,
        ("v1", "Node") => &configuration::NODE,
        ("v1", "PersistentVolume") => &storage::PERSISTENT_VOLUME,
        ("v1", "PersistentVolumeClaim") => &storage::CLAIM,
        ("v1", "Pod") => &pod::POD,
        ("v1", "PodTemplate") => &workload::POD_TEMPLATE,
        ("v1", "ReplicationController") => &workload::REPLICATION_CONTROLLER,
        ("v1", "ResourceQuota") => &configuration::RESOURCE_QUOTA,
        ("v1", "Secret") => &configuration::SECRET,
        ("v1", "Service") => &network::SERVICE,
        ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration") => {
            &admission::MUTATING_WEBHOOKS
        }
        ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy") => &admission::POLICY,
        ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding") => {
            &admission::BINDING
        }
        ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration") => {
            &admission::VALIDATING_WEBHOOKS
        }
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition") => &definition::DEFINITION,
        ("apiregistration.k8s.io/v1", "APIService") => &definition::API_SERVICE,
        ("apps/v1", "ControllerRevision") => &workload::REVISION,
        ("apps/v1", "DaemonSet") => &workload::DAEMON_SET,
        ("apps/v1", "Deployment") => &workload::DEPLOYMENT,
        ("apps/v1", "ReplicaSet") => &workload::REPLICA_SET,
        ("apps/v1", "StatefulSet") => &workload::STATEFUL_SET,
        ("autoscaling/v1", "HorizontalPodAutoscaler") => &scaling::AUTOSCALER_V1,
        ("autoscaling/v2", "HorizontalPodAutoscaler") => &scaling::AUTOSCALER,
        ("batch/v1", "CronJob") => &workload::CRON_JOB,
        ("batch/v1", "Job") => &workload::JOB,
        ("coordination.k8s.io/v1", "Lease") => &configuration::LEASE,
        ("discovery.k8s.io/v1", "EndpointSlice") => &network::ENDPOINT_SLICE,
        ("networking.k8s.io/v1", "Ingress") => &network::INGRESS,
        ("networking.k8s.io/v1", "IngressClass") => &network::INGRESS_CLASS,
        ("networking.k8s.io/v1", "NetworkPolicy") => &network::NETWORK_POLICY,
        ("node.k8s.io/v1", "RuntimeClass") => &configuration::RUNTIME_CLASS,
        ("policy/v1", "PodDisruptionBudget") => &scaling::DISRUPTION_BUDGET,
        ("rbac.authorization.k8s.io/v1", "ClusterRole") => &rights::CLUSTER_ROLE,
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding") => &rights::CLUSTER_ROLE_BINDING,
        ("rbac.authorization.k8s.io/v1", "Role") => &rights::ROLE,
        ("rbac.authorization.k8s.io/v1", "RoleBinding") => &rights::ROLE_BINDING,
        ("scheduling.k8s.io/v1", "PriorityClass") => &configuration::PRIORITY_CLASS,
        ("storage.k8s.io/v1", "CSIDriver") => &storage::CSI_DRIVER,
        ("storage.k8s.io/v1", "StorageClass") => &storage::STORAGE_CLASS,
        _ => return None,
    })
}
