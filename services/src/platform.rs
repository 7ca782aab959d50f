//! The bill of materials: every bundle, and the handles that it gets from other modules. The only file that knows
//! more than one module.

use manifests_lib::cluster::Infrastructure;
use manifests_lib::environment::{Environment, Sources, WrittenSettings};
use manifests_lib::model::Conventions;
use manifests_lib::name;
use manifests_lib::outside::Shared;
use manifests_lib::platform::Platform;

use crate::app::{account, curl, customer, helloworld, httpbin, orchestrator, order, shared};
use crate::deploy::argocd;
use crate::infra::shared::Infra;
use crate::infra::{
    cert_manager, eks, external_secrets, fluentbit, gateway_api, istio, jaeger, kiali, nginx,
    prometheus, rabbitmq,
};
use crate::site::{self, Kind, Site};

/// The types that a kind of place chooses for every module.
pub trait Choices:
    Kind
    + argocd::Logins
    + cert_manager::Issuers
    + fluentbit::Sinks
    + istio::Exposures
    + kiali::Logins
    + nginx::Entrances
    + prometheus::AlertReceivers
{
}

impl<K> Choices for K where
    K: Kind
        + argocd::Logins
        + cert_manager::Issuers
        + fluentbit::Sinks
        + istio::Exposures
        + kiali::Logins
        + nginx::Entrances
        + prometheus::AlertReceivers
{
}

/// Everything that may differ between environments: a form that each environment's crate fills in. Nothing has a default.
#[derive(Debug)]
pub struct Settings<K: Choices> {
    /// Settings that every module can read.
    pub site: site::Settings<K>,
    /// The cluster.
    pub cluster: K::Cluster,
    /// What this environment uses outside its cluster together with another one, which says the same; the rest is its own.
    pub shares: Vec<Shared>,

    /// Account.
    pub account: account::Settings<K>,
    /// Customer.
    pub customer: customer::Settings<K>,
    /// Helloworld.
    pub helloworld: helloworld::Settings,
    /// Httpbin.
    pub httpbin: httpbin::Settings,
    /// Orchestrator.
    pub orchestrator: orchestrator::Settings<K>,
    /// Order.
    pub order: order::Settings<K>,

    /// Argo CD.
    pub argocd: argocd::Settings<K>,
    /// cert-manager.
    pub cert_manager: cert_manager::Settings<K>,
    /// Fluent Bit.
    pub fluentbit: fluentbit::Settings<K>,
    /// Istio.
    pub istio: istio::Settings<K>,
    /// Jaeger.
    pub jaeger: jaeger::Settings,
    /// Kiali.
    pub kiali: kiali::Settings<K>,
    /// NGINX.
    pub nginx: nginx::Settings<K>,
    /// Prometheus, Alertmanager and Grafana.
    pub prometheus: prometheus::Settings<K>,
    /// RabbitMQ.
    pub rabbitmq: rabbitmq::Settings,
}

/// Where the sources of the services are on a laptop: the repository `microservices-backend`, cloned beside this one.
const SOURCES: &str = "../microservices-backend/src";

/// Builds the platform of an environment.
#[must_use]
pub fn environment<K: Choices>(settings: Settings<K>) -> Environment {
    let written = WrittenSettings::of(&settings);
    let Settings {
        site,
        cluster,
        shares,
        account,
        customer,
        helloworld,
        httpbin,
        orchestrator,
        order,
        argocd,
        cert_manager,
        fluentbit,
        istio,
        jaeger,
        kiali,
        nginx,
        prometheus,
        rabbitmq,
    } = settings;
    let site = Site::from(site);
    let infrastructure: Infrastructure = cluster.into();
    let platform =
        Platform::new(&site.name, argocd::git_source(&argocd), Conventions::named_by_kind());
    for shared in shares {
        platform.share(shared);
    }
    let infra = Infra::new(platform.team(name!("infra")));
    let app = platform.team(name!("app"));

    // The base that other modules build on.
    external_secrets::bundle(&infra, infrastructure.region());
    gateway_api::bundle(&infra);
    let issuers = cert_manager::bundle(&infra, cert_manager);
    let load_balancers = match &infrastructure {
        Infrastructure::Minikube(_) => None,
        Infrastructure::Eks(cluster) => Some(eks::bundle(&infra, &site, cluster)),
    };
    let gateways = nginx::bundle(&infra, &site, nginx, &issuers.public, load_balancers.as_ref());

    // Monitoring.
    let monitoring = prometheus::bundle(
        &infra,
        &site,
        prometheus,
        infrastructure.control_plane(),
        &gateways.internal,
    );
    let prometheus = &monitoring.prometheus;
    nginx::scraped_by(&gateways, prometheus);
    fluentbit::bundle(&infra, &site, fluentbit, prometheus);
    let jaeger = jaeger::bundle(&infra, &site, jaeger, &gateways.internal, prometheus);

    // The mesh and the message broker.
    let mesh = istio::bundle(&infra, istio, &jaeger.collector, &issuers.cluster, prometheus);
    let sources = kiali::Sources {
        prometheus: &monitoring.api,
        grafana: &monitoring.grafana,
        requests: &monitoring.requests,
        jaeger: &jaeger.web_ui,
    };
    kiali::bundle(&infra, kiali, &mesh.system, &sources, &gateways.internal);
    let rabbitmq = rabbitmq::bundle(&infra, &site, rabbitmq, &issuers.cluster, prometheus);

    // The microservices.
    let public = gateways.public.into_mesh(&mesh.ingress);
    shared::bundle(&app, &mesh.revision, prometheus);
    let account = account::bundle(&app, &site, account);
    let customer = customer::bundle(&app, &site, customer, &public);
    let order = order::bundle(&app, &site, order);
    let calls = orchestrator::Calls {
        account: &account,
        customer: &customer,
        order: &order,
        rabbitmq: &rabbitmq,
    };
    orchestrator::bundle(&app, &site, orchestrator, &calls, &public);
    helloworld::bundle(&app, helloworld, &public);
    httpbin::bundle(&app, &site, httpbin, &public);
    curl::bundle(&app, &mesh.egress);

    // Argo CD deploys all of it, including itself.
    let teams = argocd::Teams { app: app.name().clone(), infra: infra.team.name().clone() };
    let reviewers = argocd::reviewers(&argocd, &teams);
    argocd::bundle(
        &platform,
        &site,
        argocd,
        &teams,
        &issuers.cluster,
        &gateways.internal,
        prometheus,
    );
    let sources = site.sources.map(|nodes| Sources { nodes, laptop: SOURCES });
    Environment { platform, infrastructure, sources, reviewers, settings: Some(written) }
}
