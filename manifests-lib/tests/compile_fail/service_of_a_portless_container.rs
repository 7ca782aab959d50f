use manifests_lib::port;
use manifests_lib::workload::{Deployment, PortlessContainer, Workload};

fn exposes(deployment: &Deployment, container: PortlessContainer) {
    let shell = deployment.portless_container(container);
    let _ = shell.expose_http(port!(80));
}

fn main() {}
