//! The bill of materials: every bundle, in order, with what it hands to the next.

use manifests_lib::{Parent, Platform, Root, name};

use crate::app::{account, curl, customer, helloworld, httpbin, orchestrator, order, shared};
use crate::deploy::argocd;
use crate::environment::Environment;
use crate::infra;

pub use crate::infra::eks::cluster_config;

/// The whole platform as it runs in an environment.
#[must_use]
pub fn platform(environment: &Environment) -> Platform {
    let argocd = argocd::bundle(environment);
    let mut infra = vec![
        infra::shared::bundle(environment),
        infra::prometheus::bundle(environment),
        infra::istio::bundle(environment),
        infra::jaeger::bundle(environment),
        infra::kiali::bundle(environment),
        infra::fluentbit::bundle(environment),
    ];
    infra.extend(infra::eks::bundle(environment));
    let shared = shared::bundle(environment);
    let (account, account_service) = account::bundle(environment);
    let (customer, customer_service) = customer::bundle(environment);
    let (order, order_service) = order::bundle(environment);
    let orchestrator = orchestrator::bundle(
        environment,
        &orchestrator::Calls {
            account: &account_service,
            customer: &customer_service,
            order: &order_service,
        },
    );
    let helloworld = helloworld::bundle(environment);
    let httpbin = httpbin::bundle(environment);
    let curl = curl::bundle(environment);
    let app = [
        shared,
        account,
        customer,
        order,
        orchestrator,
        helloworld,
        httpbin,
        curl,
    ];
    Platform::new(
        environment.name.clone(),
        Root::new(
            argocd::delivery(environment),
            [argocd],
            [
                Parent::new(name!("infra"), infra),
                Parent::new(name!("app"), app),
            ],
        ),
    )
}
