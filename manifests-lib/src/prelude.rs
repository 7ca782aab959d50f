//! What the module of a microservice needs: `use manifests_lib::prelude::*;`.

pub use crate::data::SecretValue;
pub use crate::data::rabbitmq::{RabbitmqHandle, Saga};
pub use crate::model::{Bundle, Injection, Namespace, NamespaceRules, PodSecurity, SelectorLabels};
pub use crate::network::mesh::{Egress, GatewayRoute, IngressPort, MetricsScraper};
pub use crate::network::{Expose, Protocol, Service};
pub use crate::observability::{Latency, LatencyBound, Slo};
pub use crate::values::{Port, PublicImage, Version, gibibytes, mebibytes, millicores, seconds};
pub use crate::workload::{
    Container, Deployment, LocalVolume, LocalVolumeNames, PortlessContainer, Probe, Resources,
};
pub use crate::{node_port, path, plain, port, slo_target, uid};
pub use {digest, host, name, repository, tag, url_path};
