//! The bill of materials: every bundle, and the handles that they get from each other.

use manifests_lib::delivery::gitops::{GitSource, Prerequisites};
use manifests_lib::model::{Conventions, Injection, Namespace, NamespaceRules, PodSecurity};
use manifests_lib::network::mesh::{Exposure, IngressGateway, IngressGatewaySpec};
use manifests_lib::network::network_policy::APP_NAME;
use manifests_lib::platform::Platform;
use manifests_lib::prelude::*;
use manifests_lib::values::{GitBranch, Repository};
use manifests_lib::{git_url, relative_path};

use crate::services::{
    ad, cart, checkout, currency, email, frontend, load_generator, payment, product_catalog,
    recommendation, shipping,
};
use crate::shop::{NAMESPACE, Shop};

const ARGOCD: Namespace = Namespace::new(name!("argocd"));
const MONITORING: Namespace = Namespace::new(name!("monitoring"));

/// Where visitors come in.
pub(crate) const INGRESS: IngressGateway = IngressGateway {
    name: name!("ingress-gateway"),
    namespace: Namespace::new(name!("istio-ingress")),
    selector: name!("ingress"),
};

/// What differs between environments.
pub(crate) struct Settings {
    /// Value of a label of every object: `name!("dev")`.
    pub(crate) environment: Name,
    /// Branch that the environment follows: `git_branch!("main")`.
    pub(crate) branch: GitBranch,
    /// Pods of each service.
    pub(crate) replicas: u16,
    /// The image that is built in a folder of the application.
    pub(crate) image: fn(Repository) -> Image,
}

/// The platform of an environment.
pub(crate) fn platform(settings: Settings) -> Platform {
    let Settings { environment, branch, replicas, image } = settings;
    let platform = Platform::new(&environment, source(branch), Conventions::recommended());

    // Istio, its gateway's pods and Prometheus are there before.
    let infra = platform.team(name!("infra"));
    let monitoring = infra.bundle(name!("monitoring"), &MONITORING);
    let prometheus = Prometheus::new(&monitoring.tool_pods(&APP_NAME, &name!("prometheus")));
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

    let shop = Shop { team, replicas, image };
    let ads = ad::bundle(&shop);
    let cart = cart::bundle(&shop);
    let currency = currency::bundle(&shop);
    let email = email::bundle(&shop);
    let payment = payment::bundle(&shop);
    let products = product_catalog::bundle(&shop);
    let shipping = shipping::bundle(&shop);
    let recommendations = recommendation::bundle(&shop, &products);
    let calls = checkout::Calls {
        cart: &cart,
        currency: &currency,
        email: &email,
        payment: &payment,
        products: &products,
        shipping: &shipping,
    };
    let checkout = checkout::bundle(&shop, &calls);
    let calls = frontend::Calls {
        ads: &ads,
        cart: &cart,
        checkout: &checkout,
        currency: &currency,
        products: &products,
        recommendations: &recommendations,
        shipping: &shipping,
    };
    let frontend = frontend::bundle(&shop, &calls);
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
            namespaces: vec![ARGOCD, MONITORING, INGRESS.namespace],
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
