//! Types of k8s-openapi that a CRD may repeat: for an equal structure, that type is used instead of a new one.

mod trace;

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1 as meta;

pub use trace::Traced;
use trace::trace;

/// A struct of k8s-openapi.
#[derive(Clone, Debug)]
pub struct KubernetesStruct {
    /// Its public path.
    pub path: &'static str,
    /// Its name in the Kubernetes API.
    pub name: &'static str,
    /// Property, type and whether it is always written.
    pub fields: Vec<(&'static str, Traced, bool)>,
}

macro_rules! structs {
    ($($module:ident, $path:literal: [$($name:ident),* $(,)?]);* $(;)?) => {
        vec![$($(KubernetesStruct {
            path: concat!($path, "::", stringify!($name)),
            name: stringify!($name),
            fields: trace::<$module::$name>(),
        }),*),*]
    };
}

/// The known structs, read from the compiled types themselves: each field's name and type, and whether it is always
/// written. So equality with a CRD's structure is exact, whatever version of Kubernetes either is from.
///
/// For the `ObjectMeta` of a template, a CRD has `metadata: {type: object}`.
pub fn structs() -> Vec<KubernetesStruct> {
    structs![
        meta, "k8s_openapi::apimachinery::pkg::apis::meta::v1": [LabelSelector, LabelSelectorRequirement];
        core, "k8s_openapi::api::core::v1": [
            AWSElasticBlockStoreVolumeSource, Affinity, AppArmorProfile, AzureDiskVolumeSource, AzureFileVolumeSource,
            CSIVolumeSource, Capabilities, CephFSVolumeSource, CinderVolumeSource, ClientIPConfig,
            ClusterTrustBundleProjection, ConfigMapEnvSource, ConfigMapKeySelector, ConfigMapProjection,
            ConfigMapVolumeSource, Container, ContainerPort, ContainerResizePolicy, ContainerRestartRule,
            ContainerRestartRuleOnExitCodes, DownwardAPIProjection, DownwardAPIVolumeFile, DownwardAPIVolumeSource,
            EmptyDirVolumeSource, EnvFromSource, EnvVar, EnvVarSource, EphemeralContainer, EphemeralVolumeSource, ExecAction,
            FCVolumeSource,
            FileKeySelector, FlexVolumeSource, FlockerVolumeSource, GCEPersistentDiskVolumeSource, GRPCAction,
            GitRepoVolumeSource, GlusterfsVolumeSource, HTTPGetAction, HTTPHeader, HostAlias, HostPathVolumeSource,
            ISCSIVolumeSource, ImageVolumeSource, KeyToPath, Lifecycle, LifecycleHandler, LocalObjectReference,
            NFSVolumeSource, NodeAffinity, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, ObjectFieldSelector,
            ObjectReference, PersistentVolumeClaimSpec, PersistentVolumeClaimTemplate, PersistentVolumeClaimVolumeSource,
            PhotonPersistentDiskVolumeSource,
            PodAffinity, PodAffinityTerm, PodAntiAffinity, PodCertificateProjection, PodDNSConfig, PodDNSConfigOption,
            PodOS, PodReadinessGate, PodResourceClaim, PodSchedulingGate, PodSecurityContext, PodSpec, PodTemplateSpec,
            PortworxVolumeSource,
            PreferredSchedulingTerm, Probe, ProjectedVolumeSource, QuobyteVolumeSource, RBDVolumeSource, ResourceClaim,
            ResourceFieldSelector, ResourceRequirements, SELinuxOptions, ScaleIOVolumeSource, SeccompProfile,
            SecretEnvSource, SecretKeySelector, SecretProjection, SecretReference, SecretVolumeSource, SecurityContext,
            ServiceAccountTokenProjection, ServicePort, ServiceSpec, SessionAffinityConfig, SleepAction,
            StorageOSVolumeSource, Sysctl, TCPSocketAction, Toleration, TopologySpreadConstraint, TypedLocalObjectReference,
            TypedObjectReference, Volume, VolumeDevice, VolumeMount, VolumeProjection, VolumeResourceRequirements,
            VsphereVirtualDiskVolumeSource, WeightedPodAffinityTerm, WindowsSecurityContextOptions, WorkloadReference,
        ];
    ]
}
