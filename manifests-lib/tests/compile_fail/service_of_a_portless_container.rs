use manifests_lib::{DeploymentHandle, Expose, PortlessContainer, Protocol, port};

fn exposes(deployment: &DeploymentHandle, container: PortlessContainer) {
    let shell = deployment.portless_container(container);
    let _ = shell.expose(Expose {
        port: port!(80),
        protocol: Protocol::Http,
    });
}

fn main() {}
