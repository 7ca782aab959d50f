//! The bill of materials: every bundle, in order, with what it hands to the next.

use manifests_lib::delivery::gitops::{Parent, Root};
use manifests_lib::platform::Platform;

use crate::app::{account, curl, customer, helloworld, httpbin, orchestrator, order, shared};
use crate::deploy::argocd;
use crate::environment::Environment;
use crate::infra;

pub use crate::infra::eks::cluster_config;

/// The whole platform as it runs in an environment.
#[must_use]
pub fn platform(environment: &Environment) -> Platform {
    let argocd = argocd::bundle(environment);
    let (rabbitmq, broker) = infra::rabbitmq::bundle(environment);
    let prometheus = infra::prometheus::bundle(environment);
    let jaeger = infra::jaeger::bundle(environment);
    let kiali = infra::kiali::bundle(environment);
    // What it shows is theirs.
    kiali.after(&prometheus);
    kiali.after(&jaeger);
    let mut infra = vec![
        infra::shared::bundle(environment),
        infra::external_secrets::bundle(environment),
        infra::gateway_api::bundle(environment),
        infra::cert_manager::bundle(environment),
        prometheus,
        infra::istio::bundle(environment),
        jaeger,
        kiali,
        infra::fluentbit::bundle(environment),
        infra::rabbitmq::operators(environment),
        rabbitmq,
    ];
    let shared = shared::bundle(environment);
    let (account, account_service) = account::bundle(environment);
    let (customer, customer_service, customer_port) = customer::bundle(environment);
    let (order, order_service) = order::bundle(environment);
    let (orchestrator, orchestrator_port) = orchestrator::bundle(
        environment,
        &orchestrator::Calls {
            account: &account_service,
            customer: &customer_service,
            order: &order_service,
            broker: &broker,
        },
    );
    let (helloworld, helloworld_port) = helloworld::bundle(environment);
    let (httpbin, httpbin_port) = httpbin::bundle(environment);
    let curl = curl::bundle(environment);
    let nginx = infra::nginx::bundle(
        environment,
        &infra::nginx::Routes {
            customer: &customer_port,
            orchestrator: &orchestrator_port,
            helloworld: &helloworld_port,
            httpbin: &httpbin_port,
        },
    );
    if let Some(eks) = infra::eks::bundle(environment) {
        // Nobody else gives the gateways' Services a load balancer, and takes it away before they go.
        nginx.after(&eks);
        infra.push(eks);
    }
    infra.push(nginx);
    let app = [shared, account, customer, order, orchestrator, helloworld, httpbin, curl];
    Platform::new(
        environment.name.clone(),
        Root::new(
            argocd::git_source(environment),
            [argocd],
            [Parent::new(argocd::INFRA_PROJECT, infra), Parent::new(argocd::APP_PROJECT, app)],
        ),
    )
}
