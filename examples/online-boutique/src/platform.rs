//! The bill of materials: every bundle, and the handles that they get from each other.

use manifests_lib::data::SecretsManagerStore;
use manifests_lib::data::cache::Cache;
use manifests_lib::delivery::gitops::{GitSource, Prerequisites};
use manifests_lib::model::{Conventions, Injection, Namespace, NamespaceRules, PodSecurity};
use manifests_lib::network::mesh::{Exposure, IngressGatewaySpec};
use manifests_lib::network::network_policy::APP_NAME;
use manifests_lib::platform::Platform;
use manifests_lib::prelude::*;
use manifests_lib::values::{GitBranch, Region, Repository};
use manifests_lib::{git_url, relative_path};

use crate::services::{
    ad, cart, checkout, currency, email, frontend, load_generator, payment, product_catalog,
    recommendation, shipping,
};
use crate::shop::{Backends, INGRESS, NAMESPACE, Shop};

const ARGOCD: Namespace = Namespace::new(name!("argocd"));
const SECRETS: Namespace = Namespace::new(name!("external-secrets"));
const MONITORING: Namespace = Namespace::new(name!("monitoring"));

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
    /// The image that is built in a folder of the application.
    pub(crate) image: fn(Repository) -> Image,
}

/// The platform of an environment.
pub(crate) fn platform(settings: Settings) -> Platform {
    let Settings { environment, branch, replicas, secrets, cache, image } = settings;
    let platform = Platform::new(&environment, source(branch), Conventions::recommended());

    // Istio, its gateway's pods and Prometheus are there before.
    let infra = platform.team(name!("infra"));
    let monitoring = infra.bundle(name!("monitoring"), &MONITORING);
    let prometheus = Prometheus::new(&monitoring.tool_pods(&APP_NAME, &name!("prometheus")));
    if let Some(region) = &secrets {
        let secrets = infra.bundle(name!("secrets"), &SECRETS);
        let service_account = name!("external-secrets");
        secrets.secrets_manager_store(SecretsManagerStore { region, service_account });
    }
    let ingress = infra.bundle(name!("ingress"), &INGRESS.namespace);
    ingress.ingress_gateway(IngressGatewaySpec {
        gateway: &INGRESS,
        exposure: Exposure::NodePorts,
        prometheus: &prometheus,
    });

    let team = platform.team(name!("shop"));
    let shared = team.bundle(name!("shared"), &NAMESPACE);
    shared.create_namespace(
        &NAMESPACE,
        &NamespaceRules {
            injection: Injection::Revision(name!("default")),
            pod_security: PodSecurity::Restricted,
        },
    );
    shared.require_sidecars();
    shared.strict_mutual_tls();
    shared.deny_by_default(&prometheus);
    // The cache of production is a host outside that speaks TCP.
    shared.capture_dns();

    let shop = Shop { team, replicas, image };
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

/// Where Argo CD reads, and what the cluster has before it deploys this.
fn source(branch: GitBranch) -> GitSource {
    GitSource {
        namespace: ARGOCD,
        repository: git_url!("https://github.com/example/online-boutique.git"),
        branch,
        snapshots: relative_path!("snapshots"),
        prerequisites: Prerequisites {
            namespaces: vec![ARGOCD, MONITORING, SECRETS, INGRESS.namespace],
            api_groups: vec![
                "argoproj.io",
                "external-secrets.io",
                "generators.external-secrets.io",
                "monitoring.coreos.com",
                "networking.istio.io",
                "security.istio.io",
            ],
        },
    }
}
