//! What the module of a microservice needs: `use manifests_lib::prelude::*;`.

pub use crate::data::SecretValue;
pub use crate::data::rabbitmq::{Rabbitmq, Saga};
pub use crate::model::{Bundle, Component, SelectorLabels, Team};
pub use crate::network::gateway_api::{PublicEntrance, Route};
pub use crate::network::mesh::{EgressGateway, ExternalService, ExternalServiceHandle, Way};
pub use crate::network::{Grpc, Http, Http2, Service, Tcp, Tls};
pub use crate::observability::{Latency, LatencyBound, Prometheus, Slo};
pub use crate::values::{
    Host, Image, Name, Percent, Port, PublicImage, Schedule, TimeZone, gibibytes, mebibytes,
    millicores, milliseconds, seconds,
};
pub use crate::workload::{
    Capability, Concurrency, ConfigFiles, Container, ContainerHandle, ContainerPort, CronJob,
    CronJobHandle, DaemonSet, Deployment, HttpGet, InitContainer, Job, JobHandle, LocalVolume,
    LocalVolumeNames, LongRunning, PodField, PortlessContainer, PreStop, Probe, Replicas,
    ResourceField, Resources, RestartPolicy, RunsToCompletion, ScaleOn, User, VolumeClaim,
    WithPort, Workload,
};
pub use crate::{node_port, not_secret, path, percent, plain, port, slo_target, uid};
pub use {
    cidr, file_name, grpc_method, host, name, port_name, public_image, repository, schedule, tag,
    time_zone, url_path,
};
