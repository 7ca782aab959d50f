//! What only a cluster writes: kinds, metadata and status.

use k8s_openapi::api::admissionregistration::v1 as admission;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::autoscaling::{v1 as autoscaling_v1, v2 as autoscaling};
use k8s_openapi::api::batch::v1 as batch;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::flowcontrol::v1 as flowcontrol;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::api::policy::v1 as policy;
use k8s_openapi::api::resource::v1 as devices;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1 as extensions;
use k8s_openapi::kube_aggregator::pkg::apis::apiregistration::v1 as registration;

use super::Mistake;
use crate::model::resource::Resource;
use crate::model::rule::Rule;

/// Fields of metadata that a manifest cannot have.
pub(super) fn metadata(resource: &Resource) -> Vec<Mistake> {
    let metadata = resource.metadata();
    let of_argo_cd = resource.kind().group == "argoproj.io";
    [
        (
            "resourceVersion",
            metadata.resource_version.is_some(),
            "make the API server refuse every apply after the next change",
        ),
        ("uid", metadata.uid.is_some(), "make the API server refuse the object, to which it gives another uid"),
        ("creationTimestamp", metadata.creation_timestamp.is_some(), "be overwritten"),
        ("generation", metadata.generation.is_some(), "be overwritten"),
        ("selfLink", metadata.self_link.is_some(), "be dropped"),
        ("managedFields", metadata.managed_fields.is_some(), "make the API server refuse the apply"),
        ("deletionTimestamp", metadata.deletion_timestamp.is_some(), "be dropped"),
        ("deletionGracePeriodSeconds", metadata.deletion_grace_period_seconds.is_some(), "be dropped"),
        (
            "generateName",
            metadata.generate_name.is_some(),
            "make the API server refuse the apply, which needs the name",
        ),
        (
            "ownerReferences",
            metadata.owner_references.is_some(),
            "make the cluster delete the object, as it knows no owner of that uid",
        ),
        (
            "finalizers",
            metadata.finalizers.is_some() && !of_argo_cd,
            "keep the object from being deleted, as whoever removes a finalizer sets it, too",
        ),
    ]
    .into_iter()
    .filter(|(_, written, _)| *written)
    .map(|(field, _, effect)| {
        Mistake::new(
            Rule::ClusterWrittenField,
            format!(
                "metadata.{field} is for the cluster to write, and in a manifest it would {effect}: leave it out"
            ),
        )
    })
    .collect()
}

/// A kind or a status that a manifest cannot have.
pub(super) fn kind_and_status(resource: &Resource) -> Option<Mistake> {
    let kind = resource.kind();
    if let Some(why) = kind_of_cluster(kind.group, kind.kind) {
        return Some(Mistake::new(
            Rule::ClusterWrittenKind,
            format!("objects of this kind are not for a manifest: {why}"),
        ));
    }
    has_status(resource).then(|| {
        Mistake::new(
            Rule::ClusterWrittenField,
            "status is for the cluster to write, which would drop it and show a difference for ever: leave it out",
        )
    })
}

/// Why objects of a kind do not come from a manifest. Argo CD itself looks at none of the first group.
///
/// Upstream: <https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#resource-exclusioninclusion>
fn kind_of_cluster(group: &str, kind: &str) -> Option<&'static str> {
    let why = match (group, kind) {
        ("", "Endpoints") | ("discovery.k8s.io", "EndpointSlice") => {
            "the cluster writes them for the selector of a Service, and Argo CD applies none; select pods, or name a host outside \
             by a ServiceEntry"
        }
        ("coordination.k8s.io", _) => {
            "whoever holds a lease writes it, and Argo CD applies none; remove it"
        }
        ("authentication.k8s.io" | "authorization.k8s.io", _) => {
            "they are questions to the API server, which keeps none; ask with kubectl"
        }
        ("certificates.k8s.io", "CertificateSigningRequest" | "PodCertificateRequest")
        | ("cert-manager.io", "CertificateRequest") => {
            "the cluster answers a request once and removes it, and Argo CD applies none; ask for a Certificate"
        }
        ("" | "events.k8s.io", "Event") => {
            "the cluster tells by them what happened, and removes them after an hour; remove it"
        }
        ("", "Node") | ("storage.k8s.io", "CSINode") => {
            "a kubelet registers its own node; describe the nodes of the cluster (Minikube, Eks)"
        }
        ("", "Binding") => "the scheduler binds pods to nodes; set a node selector",
        ("", "ComponentStatus") => "they only show what the cluster found; remove it",
        ("apps", "ControllerRevision") => {
            "a StatefulSet or DaemonSet keeps its own history; change the workload"
        }
        ("storage.k8s.io", "VolumeAttachment" | "CSIStorageCapacity") => {
            "the drivers of volumes write them; ask for a volume by a claim"
        }
        ("resource.k8s.io", "ResourceSlice") | ("networking.k8s.io", "IPAddress") => {
            "the cluster tells by them what it has given away; remove it"
        }
        ("internal.apiserver.k8s.io", _) => "API servers write them for each other; remove it",
        _ => return None,
    };
    Some(why)
}

/// Whether an object of a kind that has a status has one. Our types of custom resources have none.
fn has_status(resource: &Resource) -> bool {
    macro_rules! any {
        ($($kind:ty),* $(,)?) => {
            $(resource.get::<$kind>().is_some_and(|object| object.status.is_some()))||*
        };
    }
    any!(
        admission::ValidatingAdmissionPolicy,
        apps::DaemonSet,
        apps::Deployment,
        apps::ReplicaSet,
        apps::StatefulSet,
        autoscaling::HorizontalPodAutoscaler,
        autoscaling_v1::HorizontalPodAutoscaler,
        batch::CronJob,
        batch::Job,
        core::Namespace,
        core::PersistentVolume,
        core::PersistentVolumeClaim,
        core::Pod,
        core::ReplicationController,
        core::ResourceQuota,
        core::Service,
        devices::ResourceClaim,
        extensions::CustomResourceDefinition,
        flowcontrol::FlowSchema,
        flowcontrol::PriorityLevelConfiguration,
        networking::Ingress,
        networking::ServiceCIDR,
        policy::PodDisruptionBudget,
        registration::APIService,
    )
}
