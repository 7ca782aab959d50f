//! A small language of typed parts for Kubernetes manifests.
//!
//! A [`Platform`] is a list of [`Bundle`]s; a bundle has [`Component`]s; a component runs a [`Deployment`] or a
//! [StatefulSet], whose containers are exposed as a [`Service`], which routes, gateways and callers take by reference.
//! Required parts are public fields, optional ones are methods on the handle that adding a part returns. [`Bundle::add`]
//! takes any other typed object, [`Bundle::patch`] and [`ContainerHandle::patch`] adjust what was built.
//!
//! This crate names no service, no environment and no cluster, and does no input or output: the same parts give the same
//! bytes.

mod bundle;
mod certificate;
mod chart;
mod check;
mod cluster;
mod component;
mod dashboard;
mod database;
mod error;
mod file_name;
mod gateway_api;
mod gitops;
mod grafana;
mod image;
mod kind;
mod label;
mod mesh;
mod message_broker;
mod namespace;
pub mod network_policy;
mod objective;
mod origin;
mod platform;
mod port;
mod quantity;
mod resource;
mod secret_store;
mod service;
mod text;
mod tool_service;
mod workload;
pub mod yaml;

pub use bundle::{Added, Bundle};
pub use certificate::{
    Acme, AcmeServer, Certificate, CertificateHosts, ClusterIssuer, Issuer, TlsSecret,
};
pub use chart::{
    Chart, ChartHandle, Kustomization, KustomizeImage, Source, SourceFrom, SourceHandle,
};
pub use cluster::{
    AvailabilityZone, Cluster, ClusterConfig, ControlPlane, Eks, EksNodeGroup, InstanceType,
    KubernetesMinor, KubernetesRelease, Minikube, NodePool, PodIdentity, Rights, Statement,
    StorageClass, VolumeBinding, WellKnownRights,
};
pub use component::Component;
pub use dashboard::{Dashboard, Scheme};
pub use database::{
    Aurora, AuroraEndpoint, Database, DatabaseHandle, GeneratedLogin, GeneratedSecret, LoginKeys,
    LoginSource, MysqlContainer, Secret, SecretKey, SecretSource, SecretText, SecretsManagerSecret,
};
pub use error::BuildError;
pub use file_name::file_names;
pub use gateway_api::{
    Audience, DashboardRoute, Entrance, Gateway, GatewayServer, HttpRoute, Internal, Limits, Public,
};
pub use gitops::{Delivery, Existing, IgnoredDifference, Parent, Root, application_name};
pub use grafana::{GrafanaChoice, GrafanaGraph, GrafanaLines, GrafanaPage, GrafanaUnit};
pub use image::{EcrImage, EcrRegistry, Image, LocalImage, PublicImage, Version};
pub use kind::Kind;
pub use label::SelectorLabels;
pub use mesh::{
    Egress, EgressGateway, EgressHandle, GatewayExposure, GatewayPort, GatewayRoute,
    GatewayService, IngressGateway, IngressPort, MetricsScraper,
};
pub use message_broker::{Broker, BrokerHandle, BrokerServer, MessagingOperator, Saga, SagaHandle};
pub use namespace::{Injection, Namespace, NamespaceRules, PodSecurity};
pub use objective::{Latency, LatencyBound, Objective, PerMille, Severity};
pub use origin::Origin;
pub use platform::{BuiltBundle, BuiltPlatform, Platform};
pub use port::{NodePort, Port};
pub use quantity::{Bytes, Cpu, gibibytes, mebibytes, millicores};
pub use resource::{Identity, Manifest, ManifestScope, Namespaced, Resource};
pub use secret_store::{ClusterSecretStore, StoredSecret};
pub use service::{Endpoint, Expose, Protocol, Service};
pub use text::{
    AbsolutePath, AccountId, ChartVersion, Cidr, Digest, EmailAddress, GitBranch, GitUrl, Host,
    InvalidText, LabelKey, LogGroup, Name, PlainVariableName, Region, RelativePath, Repository,
    SecretDataKey, SecretsManagerName, Tag, UrlPath, VariableName,
};
pub use tool_service::ToolService;
pub use workload::{
    Allowance, Claim, ClaimHandle, Container, ContainerHandle, Deployment, DeploymentHandle,
    Exposable, HostVolume, HostVolumeHandle, HostVolumeNames, Listens, NodeGroup,
    PortlessContainer, Probe, Resources, SecurityException, Silent, StatefulSet, StatefulSetHandle,
    User, Variable, Volume, spread,
};
