use manifests_lib::{Component, DeploymentHandle};

fn routes(app: &Component, deployment: &DeploymentHandle) {
    app.mesh_route(deployment);
}

fn main() {}
