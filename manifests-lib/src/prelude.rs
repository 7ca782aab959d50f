//! What the module of a microservice needs: `use manifests_lib::prelude::*;`.

pub use crate::data::SecretText;
pub use crate::data::message_broker::{BrokerHandle, Saga};
pub use crate::model::{Bundle, Injection, Namespace, NamespaceRules, PodSecurity, SelectorLabels};
pub use crate::network::mesh::{Egress, GatewayRoute, IngressPort, MetricsScraper};
pub use crate::network::{Expose, Protocol, Service};
pub use crate::observability::{Latency, LatencyBound, Objective};
pub use crate::values::{Port, PublicImage, Version, gibibytes, mebibytes, millicores};
pub use crate::workload::{
    Container, Deployment, HostVolume, HostVolumeNames, PortlessContainer, Probe, Resources,
};
pub use crate::{node_port, path, per_mille, plain, port, uid};
pub use {digest, host, name, repository, tag, url_path};
