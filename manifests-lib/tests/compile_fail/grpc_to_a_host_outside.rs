use manifests_lib::prelude::*;

fn leaves(app: &Component, egress: &EgressGateway) {
    let _ = app.external_service(ExternalService {
        host: host!("grpc.example.com"),
        port: port!(443),
        protocol: Grpc,
        way: Way::Through(egress),
    });
}

fn main() {}
