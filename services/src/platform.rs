//! The bill of materials: every bundle, in order, with what it hands to the next.

use manifests_lib::Platform;

use crate::app::{account, curl, customer, helloworld, httpbin, orchestrator, order, shared};
use crate::environment::Environment;

/// The whole platform as it runs in an environment.
#[must_use]
pub fn platform(environment: &Environment) -> Platform {
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
    Platform::new(
        environment.name.clone(),
        [
            shared,
            account,
            customer,
            order,
            orchestrator,
            helloworld,
            httpbin,
            curl,
        ],
    )
}
