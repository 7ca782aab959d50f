//! What the module of a microservice needs: `use manifests_lib::prelude::*;`.

pub use crate::check::CheckRule;
pub use crate::cluster::{Arn, AwsRights, Bucket, BucketAccess, Role, RoleRule, Verb};
pub use crate::data::SecretValue;
pub use crate::data::database::{Dialect, Rights};
pub use crate::data::rabbitmq::{Rabbitmq, Saga};
pub use crate::model::{Bundle, Component, SelectorLabels, Team};
pub use crate::network::gateway_api::{
    Cors, DirectEntrance, DirectRoute, HttpMethod, Origins, PublicEntrance, Redirect,
    RedirectStatus, RedirectTo, Route, Share,
};
pub use crate::network::mesh::{
    ConnectionLimits, EgressGateway, ExternalService, ExternalServiceHandle, GrpcRetryOn,
    HttpRetryOn, OutlierDetection, Retries, Way,
};
pub use crate::network::{Grpc, Http, Http2, Service, Tcp, Tls};
pub use crate::observability::{Latency, LatencyBound, Prometheus, Slo};
pub use crate::values::{
    Host, Image, Name, Percent, Port, PublicImage, Schedule, TimeZone, gibibytes, mebibytes,
    millicores, milliseconds, seconds,
};
pub use crate::workload::{
    Capability, Concurrency, ConfigFiles, Container, ContainerHandle, ContainerPort, CronJob,
    CronJobHandle, DaemonSet, Deployment, HttpGet, InitContainer, Job, JobHandle, LocalVolume,
    LocalVolumeNames, LongRunning, NodeLabel, PodField, PortlessContainer, PreStop, PriorityClass,
    Probe, Replicas, ResourceField, Resources, RestartPolicy, RunsToCompletion, ScaleOn,
    TaintEffect, Toleration, Topology, User, VolumeClaim, WithPort, Workload,
};
pub use crate::{iam_action, node_port, not_secret, path, percent, plain, port, slo_target, uid};
pub use {
    binding_key, bucket_name, cidr, file_name, grpc_method, host, label_key, name, port_name,
    public_image, region, repository, schedule, tag, time_zone, url_path,
};
