//! The bill of materials: every bundle, and the handles that they get from each other.

use manifests_lib::data::SecretsManagerStore;
use manifests_lib::data::cache::Cache;
use manifests_lib::delivery::gitops::{GitSource, Prerequisites};
use manifests_lib::model::{Conventions, Injection, Mesh, Namespace, NamespaceRules, PodSecurity};
use manifests_lib::network::Issuer;
use manifests_lib::network::gateway_api::{Exposure, GatewaySpec, Limits};
use manifests_lib::network::mesh::{Exposure as MeshExposure, IngressGatewaySpec};
use manifests_lib::network::network_policy::APP_NAME;
use manifests_lib::platform::Platform;
use manifests_lib::prelude::*;
use manifests_lib::values::{GitBranch, Region, Repository};
use manifests_lib::{git_url, label_key, relative_path};

use crate::services::{
    ad, cart, checkout, currency, email, frontend, load_generator, payment, product_catalog,
    recommendation, shipping,
};
use crate::shop::{Backends, Door, INGRESS, NAMESPACE, Shop};

const ARGOCD: Namespace = Namespace::new(name!("argocd"));
const SECRETS: Namespace = Namespace::new(name!("external-secrets"));
const DOOR: Namespace = Namespace::new(name!("nginx-gateway"));
const MONITORING: Namespace = Namespace::new(name!("monitoring"));
const CONTROL_PLANE: Namespace = Namespace::new(name!("istio-system"));

/// Namespaces without a mesh.
const PLAIN: NamespaceRules =
    NamespaceRules { injection: Injection::None, pod_security: PodSecurity::Restricted };

/// Namespaces with pods of the mesh.
const MESHED: NamespaceRules = NamespaceRules {
    injection: Injection::Revision(name!("default")),
    pod_security: PodSecurity::Restricted,
};

/// What differs between environments.
pub(crate) struct Settings {
    /// Value of a label of every object: `name!("dev")`.
    pub(crate) environment: Name,
    /// Branch that the environment follows: `git_branch!("main")`.
    pub(crate) branch: GitBranch,
    /// Pods of each service.
    pub(crate) replicas: u16,
    /// Region of the AWS Secrets Manager that has the environment's secrets; where there is none, they are generated.
    pub(crate) secrets: Option<Region>,
    /// Where carts are kept.
    pub(crate) cache: Cache,
    /// What encrypts calls and counts requests, and how visitors come in.
    pub(crate) network: Network,
    /// The image that is built in a folder of the application.
    pub(crate) image: fn(Repository) -> Image,
}

/// What is between the services.
#[derive(Clone, Copy)]
pub(crate) enum Network {
    /// Istio: identities, encryption, objectives.
    Mesh,
    /// NetworkPolicies alone, and NGINX Gateway Fabric as the door.
    Plain,
}

impl Network {
    fn conventions(self) -> Conventions {
        match self {
            Self::Mesh => Conventions::recommended(),
            Self::Plain => Conventions { mesh: Mesh::None, ..Conventions::recommended() },
        }
    }

    /// What the cluster has before, beside what every one has.
    fn prerequisites(self) -> (Vec<Namespace>, Vec<&'static str>) {
        match self {
            Self::Mesh => (vec![CONTROL_PLANE], vec!["networking.istio.io", "security.istio.io"]),
            Self::Plain => (
                Vec::new(),
                vec!["cert-manager.io", "gateway.networking.k8s.io", "gateway.nginx.org"],
            ),
        }
    }
}

/// The platform of an environment.
pub(crate) fn platform(settings: Settings) -> Platform {
    let Settings { environment, branch, replicas, secrets, cache, network, image } = settings;
    let platform = Platform::new(&environment, source(branch, network), network.conventions());

    // Prometheus is there before; Istio and its gateway's pods, or NGINX and cert-manager.
    let infra = platform.team(name!("infra"));
    let monitoring = infra.bundle(name!("monitoring"), &MONITORING);
    let prometheus = Prometheus::new(&monitoring.tool_pods(&APP_NAME, &name!("prometheus")));
    if let Some(region) = &secrets {
        let secrets = infra.bundle(name!("secrets"), &SECRETS);
        let service_account = name!("external-secrets");
        secrets.secrets_manager_store(SecretsManagerStore { region, service_account });
    }
    let door = match network {
        Network::Mesh => mesh_door(&infra, &prometheus),
        Network::Plain => direct_door(&infra),
    };

    let team = platform.team(name!("shop"));
    let shared = team.bundle(name!("shared"), &NAMESPACE);
    let rules = match network {
        Network::Mesh => MESHED,
        Network::Plain => PLAIN,
    };
    shared.create_namespace(&NAMESPACE, &rules);
    shared.deny_by_default(&prometheus);
    if let Network::Mesh = network {
        shared.require_sidecars();
        shared.strict_mutual_tls();
        // The cache of production is a host outside that speaks TCP.
        shared.capture_dns();
    }

    let shop = Shop { team, replicas, image, door };
    let backends = Backends {
        cart: cart::bundle(&shop, cache),
        currency: currency::bundle(&shop),
        products: product_catalog::bundle(&shop),
        shipping: shipping::bundle(&shop),
    };
    let (email, payment) = (email::bundle(&shop), payment::bundle(&shop));
    let parts = frontend::Parts {
        ads: ad::bundle(&shop),
        checkout: checkout::bundle(&shop, &backends, &email, &payment),
        recommendations: recommendation::bundle(&shop, &backends.products),
    };
    let frontend = frontend::bundle(&shop, &backends, &parts);
    load_generator::bundle(&shop, &frontend);
    platform
}

/// The way through the gateway of the mesh, whose proxies reach the control plane.
fn mesh_door(infra: &Team, prometheus: &Prometheus) -> Door {
    let istio = infra.bundle(name!("istio"), &CONTROL_PLANE);
    let istiod = istio.tool_pods(&label_key!("app"), &name!("istiod"));
    istiod.open_to_mesh(port!(15012));
    istiod.admit_api_server(port!(15017));
    prometheus.scrapes(&istiod, port!(15014));
    let ingress = infra.bundle(name!("ingress"), &INGRESS.namespace);
    ingress.create_namespace(&INGRESS.namespace, &MESHED);
    let exposure = MeshExposure::NodePorts;
    ingress.ingress_gateway(IngressGatewaySpec { gateway: &INGRESS, exposure, prometheus });
    Door::Mesh
}

/// The way through a gateway of the Gateway API.
fn direct_door(infra: &Team) -> Door {
    let ingress = infra.bundle(name!("ingress"), &DOOR);
    ingress.create_namespace(&DOOR, &PLAIN);
    let gateway = ingress.public_gateway(GatewaySpec {
        name: name!("ingress"),
        class: name!("nginx"),
        issuer: &ingress.host_issuer(name!("boutique"), &Issuer::SelfSigned),
        replicas: 1,
        exposure: Exposure::NodePort(node_port!(30443)),
        limits: Limits {
            requests_per_second: 50,
            burst: 100,
            max_body_size: mebibytes(1),
            body_timeout: seconds(10),
            connect_timeout: seconds(5),
            response_timeout: seconds(30),
        },
    });
    Door::Direct(gateway.to_services())
}

/// Where Argo CD reads, and what the cluster has before it deploys this.
fn source(branch: GitBranch, network: Network) -> GitSource {
    let (namespaces, api_groups) = network.prerequisites();
    GitSource {
        namespace: ARGOCD,
        repository: git_url!("https://github.com/example/online-boutique.git"),
        branch,
        snapshots: relative_path!("snapshots"),
        prerequisites: Prerequisites {
            namespaces: [vec![ARGOCD, MONITORING, SECRETS], namespaces].concat(),
            api_groups: [
                vec![
                    "argoproj.io",
                    "external-secrets.io",
                    "generators.external-secrets.io",
                    "monitoring.coreos.com",
                ],
                api_groups,
            ]
            .concat(),
        },
    }
}
