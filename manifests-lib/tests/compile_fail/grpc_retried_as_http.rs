use manifests_lib::network::mesh::{HttpRetryOn, Retries};
use manifests_lib::network::{Grpc, Service};
use manifests_lib::values::milliseconds;

fn retries(payment: &Service<Grpc>) {
    payment.mesh_route().retries(Retries {
        attempts: 2,
        per_try: milliseconds(300),
        on: [HttpRetryOn::GatewayError],
    });
}

fn main() {}
