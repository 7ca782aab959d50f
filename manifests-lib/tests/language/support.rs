//! A small platform to test with, and how its objects and mistakes are shown.

use custom_resources::rabbitmq::v1beta1 as rabbitmq;
use helm_values::{HelmChart, Nullable};
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1 as meta;
use manifests_lib::cluster::ApiServer;
use manifests_lib::data::cache::{ElastiCache, Persistence, ValkeyContainer};
use manifests_lib::data::database::{
    AuroraEndpoint, AuroraMysql, AuroraPostgres, MysqlContainer, PostgresContainer,
};
use manifests_lib::data::{CaCertificates, Encryption, SecretsManagerStore};
use manifests_lib::delivery::gitops::{GitSource, Prerequisites};
use manifests_lib::delivery::{Chart, HelmRelease, SourceHandle};
use manifests_lib::model::{
    BuildError, Bundle, Component, Conventions, GroupKind, Injection, Mesh, Namespace,
    NamespaceRules, PodSecurity, Resource, Team, named,
};
use manifests_lib::network::gateway_api::{Exposure, GatewaySpec, Limits};
use manifests_lib::network::mesh::IngressGateway;
use manifests_lib::network::network_policy::APP_NAME;
use manifests_lib::network::{ClusterIssuer, Http, Issuer, Service};
use manifests_lib::observability::Prometheus;
use manifests_lib::platform::{BuiltPlatform, Platform};
use manifests_lib::values::{LocalImage, Name, Port, gibibytes, mebibytes, millicores, seconds};
use manifests_lib::workload::{
    Container, ContainerHandle, Deployment, NodeGroup, PortlessContainer, Probe, Resources,
    WithPort, Workload,
};
use manifests_lib::{
    cidr, git_branch, git_url, host, label_key, name, port, public_image, region, relative_path,
    repository, secrets_manager_name, tag, uid, yaml,
};
use serde::Serialize;

pub(crate) const NAMESPACE: Namespace = Namespace::new(name!("shop"));

pub(crate) const ELSEWHERE: Namespace = Namespace::new(name!("elsewhere"));

pub(crate) const NODES: NodeGroup =
    NodeGroup { label: label_key!("example.com/group"), value: name!("app") };

pub(crate) const RULES: NamespaceRules =
    NamespaceRules { injection: Injection::None, pod_security: PodSecurity::Baseline };

pub(crate) const FRONT_DOOR: IngressGateway =
    IngressGateway { name: name!("front-door"), namespace: ELSEWHERE, selector: name!("ingress") };

/// A database in a container.
pub(crate) fn mysql() -> MysqlContainer {
    MysqlContainer {
        image: public_image!(
            "mysql:8.0@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        ),
        on: NODES,
        resources: Resources { cpu: millicores(100), memory: mebibytes(768) },
        storage: gibibytes(5),
        storage_class: name!("fast"),
    }
}

/// A database of PostgreSQL in a container.
pub(crate) fn postgres() -> PostgresContainer {
    PostgresContainer {
        image: public_image!(
            "postgres:17@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        ),
        on: NODES,
        resources: Resources { cpu: millicores(100), memory: mebibytes(512) },
        storage: gibibytes(5),
        storage_class: name!("fast"),
    }
}

/// A cache in a container.
pub(crate) fn valkey(persistence: Persistence) -> ValkeyContainer {
    ValkeyContainer {
        image: public_image!(
            "valkey/valkey:8.1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        ),
        on: NODES,
        resources: Resources { cpu: millicores(50), memory: mebibytes(128) },
        persistence,
    }
}

/// A cache outside the cluster.
pub(crate) fn elasticache() -> ElastiCache {
    ElastiCache {
        host: host!("master.web.abc123.euw1.cache.amazonaws.com"),
        addresses: cidr!("10.0.0.0/16"),
        credentials: secrets_manager_name!("test/web/cache"),
    }
}

/// Where the API server is.
pub(crate) const API_SERVER: ApiServer =
    ApiServer { addresses: cidr!("10.0.0.0/16"), port: port!(443) };

/// CAs as a provider publishes them; what they sign is nobody's.
pub(crate) const CAS: CaCertificates =
    CaCertificates("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");

/// A database of PostgreSQL outside the cluster, by TLS.
pub(crate) fn aurora_postgres() -> AuroraPostgres {
    let AuroraMysql { endpoint, addresses, database, credentials, .. } = aurora();
    let encryption = Encryption::Tls(CAS);
    AuroraPostgres { endpoint, addresses, database, credentials, encryption }
}

/// A database outside the cluster.
pub(crate) fn aurora() -> AuroraMysql {
    AuroraMysql {
        endpoint: AuroraEndpoint {
            cluster: name!("web"),
            account: name!("c0example0ab"),
            region: region!("eu-west-1"),
        },
        addresses: cidr!("10.0.0.0/16"),
        database: name!("shop"),
        credentials: secrets_manager_name!("test/web/database"),
        encryption: Encryption::None { reason: "the test says so" },
    }
}

/// What a gateway takes from one client.
pub(crate) const LIMITS: Limits = Limits {
    requests_per_second: 10,
    burst: 20,
    max_body_size: mebibytes(1),
    body_timeout: seconds(10),
    connect_timeout: seconds(5),
    response_timeout: seconds(30),
};

/// A gateway of two pods, as it is without anything of its own.
pub(crate) fn gateway_spec(
    issuer: &ClusterIssuer,
    name: Name,
    exposure: Exposure,
) -> GatewaySpec<'_> {
    GatewaySpec { name, class: name!("example"), issuer, replicas: 2, exposure, limits: LIMITS }
}

/// A platform of one team, in a cluster that has what its bundles need.
pub(crate) struct Shop {
    platform: Platform,
    team: Team,
}

impl Shop {
    pub(crate) fn new() -> Self {
        Self::named(&name!("test"))
    }

    /// The platform of an environment of this name.
    #[track_caller]
    pub(crate) fn named(environment: &Name) -> Self {
        Self::by(environment, Conventions::named_by_kind())
    }

    /// A platform of these conventions.
    #[track_caller]
    pub(crate) fn by(environment: &Name, conventions: Conventions) -> Self {
        let platform = Platform::new(environment, git_source(), conventions);
        let team = platform.team(name!("team"));
        Self { platform, team }
    }

    /// The platform of an environment without a mesh.
    #[track_caller]
    pub(crate) fn without_mesh() -> Self {
        let conventions = Conventions { mesh: Mesh::None, ..Conventions::named_by_kind() };
        Self::by(&name!("test"), conventions)
    }

    pub(crate) fn platform(&self) -> &Platform {
        &self.platform
    }

    pub(crate) fn team(&self) -> &Team {
        &self.team
    }

    /// The bundle `web`.
    #[track_caller]
    pub(crate) fn bundle(&self) -> Bundle {
        self.bundle_named(name!("web"))
    }

    /// A bundle of another name, in the same namespace.
    #[track_caller]
    pub(crate) fn bundle_named(&self, name: Name) -> Bundle {
        self.team.bundle(name, &NAMESPACE)
    }

    /// A bundle of another namespace.
    #[track_caller]
    pub(crate) fn bundle_in(&self, namespace: &Namespace, name: Name) -> Bundle {
        self.team.bundle(name, namespace)
    }

    /// An issuer of certificates, in a bundle of its own.
    #[track_caller]
    pub(crate) fn issuer(&self) -> ClusterIssuer {
        let certificates = self.bundle_named(name!("certificates"));
        certificates.host_issuer(name!("everybody"), &Issuer::SelfSigned)
    }

    /// A Prometheus, in a bundle of its own.
    #[track_caller]
    pub(crate) fn prometheus(&self) -> Prometheus {
        let monitoring = self.bundle_in(&Namespace::new(name!("monitoring")), name!("prometheus"));
        monitoring.add(config_map("settings"));
        Prometheus::new(&monitoring.tool_pods(&APP_NAME, &name!("scraper")))
    }

    /// A store of AWS Secrets Manager, in a bundle of its own.
    #[track_caller]
    pub(crate) fn secrets_manager(&self) -> Bundle {
        let secrets = self.bundle_in(&ELSEWHERE, name!("secrets"));
        secrets.secrets_manager_store(SecretsManagerStore {
            region: &region!("eu-west-1"),
            service_account: name!("reader"),
        });
        secrets.add(config_map("settings"));
        secrets
    }

    pub(crate) fn build(&self) -> BuiltPlatform {
        self.platform.build().unwrap_or_else(|errors| panic!("{}", listed(&errors)))
    }

    pub(crate) fn errors(&self) -> Vec<BuildError> {
        self.platform.build().err().unwrap_or_default()
    }

    /// What the build refuses, one mistake a line; `N` stands for the numbers of lines in this crate's tests.
    pub(crate) fn mistakes(&self) -> String {
        match self.platform.build() {
            Ok(_) => panic!("the build finds no mistake"),
            Err(errors) => without_lines(&listed(&errors)),
        }
    }

    pub(crate) fn resources(&self, bundle: &Bundle) -> Vec<Resource> {
        let built = self.build().bundles.into_iter();
        let of_bundle = built.filter(|built| built.name == *bundle.name());
        of_bundle.flat_map(|built| built.resources).collect()
    }

    /// The kinds of all objects of a bundle, in order.
    pub(crate) fn kinds(&self, bundle: &Bundle) -> Vec<&'static str> {
        self.resources(bundle).iter().map(|resource| resource.object_ref().kind).collect()
    }

    /// The objects of these kinds, as YAML documents.
    pub(crate) fn objects(&self, bundle: &Bundle, kinds: &[&str]) -> String {
        let resources = self.resources(bundle);
        let of_kinds = resources.iter().filter(|it| kinds.contains(&it.object_ref().kind));
        of_kinds.map(document).collect::<Vec<_>>().join("---\n")
    }

    /// A part of a bundle's first object of a kind, by JSON pointer, as YAML.
    pub(crate) fn part(&self, bundle: &Bundle, kind: &str, pointer: &str) -> String {
        let resources = self.resources(bundle);
        let object = resources
            .iter()
            .find(|resource| resource.object_ref().kind == kind)
            .unwrap_or_else(|| panic!("no {kind}"))
            .to_json()
            .expect("finite numbers");
        let part = object.pointer(pointer).unwrap_or_else(|| panic!("{kind} has no {pointer}"));
        yaml::to_string(part).expect("JSON")
    }

    /// A part of the only container of the bundle's first Deployment.
    pub(crate) fn container_part(&self, bundle: &Bundle, pointer: &str) -> String {
        let pointer = format!("/spec/template/spec/containers/0{pointer}");
        self.part(bundle, "Deployment", &pointer)
    }
}

fn git_source() -> GitSource {
    GitSource {
        namespace: Namespace::new(name!("argocd")),
        repository: git_url!("https://example.com/manifests.git"),
        branch: git_branch!("main"),
        snapshots: relative_path!("snapshots"),
        prerequisites: Prerequisites {
            namespaces: vec![
                Namespace::new(name!("argocd")),
                Namespace::new(name!("monitoring")),
                ELSEWHERE,
                NAMESPACE,
            ],
            api_groups: vec![
                "argoproj.io",
                "cert-manager.io",
                "external-secrets.io",
                "gateway.networking.k8s.io",
                "gateway.nginx.org",
                "generators.external-secrets.io",
                "monitoring.coreos.com",
                "networking.istio.io",
                "rabbitmq.com",
                "security.istio.io",
            ],
        },
    }
}

pub(crate) fn container() -> Container {
    Container {
        name: name!("server"),
        image: LocalImage { repository: repository!("web-server"), tag: tag!("1.0") }.into(),
        port: port!(8080),
        resources: Resources { cpu: millicores(100), memory: mebibytes(64) },
        user: uid!(1000),
        probe: Probe::Tcp,
    }
}

/// What runs to its end.
pub(crate) fn task() -> PortlessContainer {
    PortlessContainer {
        name: name!("task"),
        image: LocalImage { repository: repository!("web-task"), tag: tag!("1.0") }.into(),
        resources: Resources { cpu: millicores(100), memory: mebibytes(64) },
        user: uid!(1000),
    }
}

pub(crate) fn deployment(component: &Component) -> Deployment {
    component.deployment(1)
}

/// A Deployment of one container.
pub(crate) fn server(component: &Component) -> ContainerHandle<WithPort> {
    deployment(component).container(container())
}

/// A Service of such a Deployment.
pub(crate) fn service(component: &Component) -> Service<Http> {
    service_on(component, port!(80))
}

pub(crate) fn service_on(component: &Component, port: Port) -> Service<Http> {
    server(component).expose_http(port)
}

pub(crate) fn config_map(name: &str) -> core::ConfigMap {
    core::ConfigMap { metadata: named(name), ..core::ConfigMap::default() }
}

/// A broker that changes its operator's pods.
pub(crate) fn overriding(
    name: &str,
    change: impl Fn(&mut rabbitmq::TemplateSpec),
) -> rabbitmq::RabbitmqCluster {
    let mut pods = rabbitmq::TemplateSpec::required(vec![core::Container {
        name: "rabbitmq".to_owned(),
        ..core::Container::default()
    }]);
    change(&mut pods);
    rabbitmq::RabbitmqCluster {
        metadata: named(name),
        spec: Some(rabbitmq::RabbitmqClusterSpec {
            override_: Some(rabbitmq::RabbitmqClusterOverride {
                stateful_set: Some(rabbitmq::OverrideStatefulSet {
                    spec: Some(rabbitmq::StatefulSetSpec {
                        template: Some(rabbitmq::SpecTemplate { spec: Some(pods) }),
                    }),
                }),
            }),
            ..rabbitmq::RabbitmqClusterSpec::default()
        }),
    }
}

/// Makes it what no API server takes: a time before the year 0.
pub(crate) fn break_override(pods: &mut rabbitmq::TemplateSpec) {
    let long_ago = meta::Time(k8s_openapi::jiff::Timestamp::MIN);
    let claim = core::PersistentVolumeClaimTemplate {
        metadata: Some(meta::ObjectMeta {
            creation_timestamp: Some(long_ago),
            ..meta::ObjectMeta::default()
        }),
        spec: core::PersistentVolumeClaimSpec::default(),
    };
    pods.volumes = Some(vec![core::Volume {
        name: "scratch".to_owned(),
        ephemeral: Some(core::EphemeralVolumeSource { volume_claim_template: Some(claim) }),
        ..core::Volume::default()
    }]);
}

/// Values of a chart that nobody has released. Its default number of shards can be erased.
#[derive(Default, Serialize)]
pub(crate) struct Values {
    pub(crate) replicas: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shards: Option<Nullable<u8>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) settings: Option<serde_json::Value>,
}

impl HelmChart for Values {
    const NAME: &'static str = "tool";
    const REPOSITORY: &'static str = "https://example.com/charts";
    const VERSION: &'static str = "1.2.3";
    const NULLABLE: &'static [&'static [&'static str]] = &[&["shards"]];

    fn to_json(&self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(self)
    }
}

/// A chart of one Deployment.
pub(crate) fn with_chart(bundle: &Bundle) -> SourceHandle<HelmRelease> {
    chart(bundle, Vec::new())
}

/// A chart of one Deployment and the CRDs of a group.
pub(crate) fn with_crds(bundle: &Bundle, group: &'static str) -> SourceHandle<HelmRelease> {
    chart(bundle, vec![group])
}

/// The same with other values.
pub(crate) fn with_values(bundle: &Bundle, values: Values) -> SourceHandle<HelmRelease> {
    with(bundle, values, Vec::new())
}

fn chart(bundle: &Bundle, crd_groups: Vec<&'static str>) -> SourceHandle<HelmRelease> {
    with(bundle, Values { replicas: 2, ..Values::default() }, crd_groups)
}

fn with(
    bundle: &Bundle,
    values: Values,
    crd_groups: Vec<&'static str>,
) -> SourceHandle<HelmRelease> {
    bundle.chart(Chart {
        release: name!("tool"),
        values,
        kinds: vec![GroupKind::of::<apps::Deployment>()],
        crd_groups,
    })
}

pub(crate) fn listed(errors: &[BuildError]) -> String {
    let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

pub(crate) fn without_lines(text: &str) -> String {
    let mut parts = text.split(".rs:");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shown.push_str(".rs:N");
        shown.push_str(part.trim_start_matches(|character: char| character.is_ascii_digit()));
    }
    shown
}

/// One object, as a YAML document.
pub(crate) fn document(resource: &Resource) -> String {
    let mut document = String::new();
    resource.write_yaml(&mut document).expect("finite numbers");
    document
}

/// The waves of all Applications.
pub(crate) fn waves(built: &BuiltPlatform) -> String {
    let mut waves = Vec::new();
    for resource in built.resources() {
        let json = resource.to_json().expect("finite numbers");
        if json["kind"] == "Application" {
            let wave = &json["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"];
            waves.push(format!(
                "{} {}",
                wave.as_str().unwrap_or("none"),
                resource.object_ref().name
            ));
        }
    }
    waves.sort();
    waves.join("\n")
}
