//! What is around the recipes: gateways, a broker, secrets, and the rules of the namespace.

use k8s_openapi::api::scheduling::v1 as scheduling;
use manifests_lib::cluster::ApiServer;
use manifests_lib::data::cache::Cache;
use manifests_lib::data::database::{Database, Postgres};
use manifests_lib::data::rabbitmq::RabbitmqClusterSpec;
use manifests_lib::data::{CredentialsSource, SecretSource, SecretsManagerStore};
use manifests_lib::delivery::gitops::{GitSource, Prerequisites};
use manifests_lib::model::{Conventions, Injection, Namespace, NamespaceRules, PodSecurity, named};
use manifests_lib::network::gateway_api::{Exposure, GatewaySpec, Limits};
use manifests_lib::network::mesh::{
    EgressGatewaySpec, Exposure as IngressExposure, IngressGatewaySpec,
};
use manifests_lib::network::network_policy::APP_NAME;
use manifests_lib::network::{ClusterIssuer, Issuer};
use manifests_lib::platform::Platform;
use manifests_lib::prelude::*;
use manifests_lib::values::{GitBranch, Region};
use manifests_lib::{git_url, relative_path};

use crate::kitchen::{EGRESS, INGRESS, Kitchen, NODES, SHOP};
use crate::recipes;

const ARGOCD: Namespace = Namespace::new(name!("argocd"));
const CERTIFICATES: Namespace = Namespace::new(name!("cert-manager"));
const GATEWAYS: Namespace = Namespace::new(name!("nginx-gateway"));
const MONITORING: Namespace = Namespace::new(name!("monitoring"));
const RABBITMQ: Namespace = Namespace::new(name!("rabbitmq"));
const SECRETS: Namespace = Namespace::new(name!("external-secrets"));

/// What differs between environments.
pub(crate) struct Settings {
    /// Value of a label of every object: `name!("dev")`.
    pub(crate) environment: Name,
    /// Branch that the environment follows: `git_branch!("main")`.
    pub(crate) branch: GitBranch,
    /// Region of the AWS Secrets Manager that has the environment's secrets; where there is none, they are generated.
    pub(crate) secrets: Option<Region>,
    /// How requests come to the public gateway.
    pub(crate) public: Exposure,
    pub(crate) api_server: ApiServer,
    pub(crate) postgres: fn(Name) -> Database<Postgres>,
    pub(crate) reader: CredentialsSource,
    pub(crate) cache: Cache,
    pub(crate) license: SecretSource,
    pub(crate) storage_class: Name,
}

/// The platform of an environment.
pub(crate) fn platform(settings: Settings) -> Platform {
    let Settings { environment, branch, secrets, public, storage_class, .. } = &settings;
    let platform = Platform::new(environment, source(branch), Conventions::recommended());
    let infra = platform.team(name!("infra"));
    let monitoring = infra.bundle(name!("monitoring"), &MONITORING);
    let prometheus = Prometheus::new(&monitoring.tool_pods(&APP_NAME, &name!("prometheus")));
    if let Some(region) = secrets {
        let secrets = infra.bundle(name!("secrets"), &SECRETS);
        let service_account = name!("external-secrets");
        secrets.secrets_manager_store(SecretsManagerStore { region, service_account });
    }
    let certificates = infra.bundle(name!("certificates"), &CERTIFICATES);
    let issuer = certificates.host_issuer(name!("hosts"), &Issuer::SelfSigned);
    let entrance = entrance(&infra, &issuer, *public, &prometheus);
    let rabbitmq = rabbitmq(&infra, &issuer, storage_class, &prometheus);

    let team = platform.team(name!("shop"));
    let shared = team.bundle(name!("shared"), &SHOP);
    let pod_security = PodSecurity::Restricted;
    let injection = Injection::Revision(name!("default"));
    shared.create_namespace(&SHOP, &NamespaceRules { injection, pod_security });
    shared.require_sidecars();
    shared.strict_mutual_tls();
    shared.deny_by_default(&prometheus);
    shared.capture_dns();

    let Settings { api_server, postgres, reader, cache, license, storage_class, .. } = settings;
    let kitchen = Kitchen {
        team,
        entrance,
        egress: EGRESS,
        rabbitmq,
        api_server,
        postgres,
        reader,
        cache,
        license,
        storage_class,
    };
    for recipe in recipes::ALL {
        (recipe.cook)(&kitchen);
    }
    platform
}

/// The gateways: one that everybody reaches, one by which its requests enter the mesh, one by which requests leave it.
fn entrance(
    infra: &Team,
    issuer: &ClusterIssuer,
    exposure: Exposure,
    prometheus: &Prometheus,
) -> PublicEntrance {
    let egress = infra.bundle(name!("egress"), &EGRESS.namespace);
    egress.egress_gateway(EgressGatewaySpec { gateway: &EGRESS, prometheus });
    let ingress = infra.bundle(name!("ingress"), &INGRESS.namespace);
    ingress.ingress_gateway(IngressGatewaySpec {
        gateway: &INGRESS,
        exposure: IngressExposure::ApiGateway { issuer: issuer.clone() },
        prometheus,
    });
    let gateways = infra.bundle(name!("gateways"), &GATEWAYS);
    let gateway = gateways.public_gateway(GatewaySpec {
        name: name!("public"),
        class: name!("nginx"),
        issuer,
        replicas: 2,
        exposure,
        limits: Limits {
            requests_per_second: 20,
            burst: 40,
            max_body_size: mebibytes(1),
            body_timeout: seconds(10),
            connect_timeout: seconds(5),
            response_timeout: seconds(30),
        },
    });
    gateway.into_mesh(&INGRESS)
}

fn rabbitmq(
    infra: &Team,
    issuer: &ClusterIssuer,
    storage_class: &Name,
    prometheus: &Prometheus,
) -> Rabbitmq {
    let operators = infra.bundle(name!("operators"), &RABBITMQ);
    // Whom a recipe puts first.
    operators.add(scheduling::PriorityClass {
        metadata: named("business"),
        preemption_policy: Some("PreemptLowerPriority".to_owned()),
        value: 1000,
        ..scheduling::PriorityClass::default()
    });
    infra.bundle(name!("rabbitmq"), &RABBITMQ).rabbitmq_cluster(RabbitmqClusterSpec {
        name: name!("rabbitmq"),
        replicas: 1,
        image: public_image!("rabbitmq:4.2.9-management@sha256:a2751b3b5eed89e47ebbd5e776de0d6d85d924002773933ab881da49c073b85d"),
        nodes: &NODES,
        resources: Resources { cpu: millicores(100), memory: mebibytes(512) },
        storage: gibibytes(5),
        storage_class,
        issuer,
        topology_operator: &operators.tool_pods(&APP_NAME, &name!("messaging-topology-operator")),
        prometheus,
    })
}

/// Where Argo CD reads, and what the cluster has before it deploys this.
fn source(branch: &GitBranch) -> GitSource {
    GitSource {
        namespace: ARGOCD,
        repository: git_url!("https://github.com/example/cookbook.git"),
        branch: branch.clone(),
        snapshots: relative_path!("snapshots"),
        prerequisites: Prerequisites {
            namespaces: vec![
                ARGOCD,
                CERTIFICATES,
                GATEWAYS,
                MONITORING,
                RABBITMQ,
                SECRETS,
                INGRESS.namespace,
                EGRESS.namespace,
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
