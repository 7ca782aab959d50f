use manifests_lib::port;
use manifests_lib::network::{Expose, Protocol};
use manifests_lib::workload::{DeploymentHandle, PortlessContainer};

fn exposes(deployment: &DeploymentHandle, container: PortlessContainer) {
    let shell = deployment.portless_container(container);
    let _ = shell.expose(Expose {
        port: port!(80),
        protocol: Protocol::Http,
    });
}

fn main() {}
