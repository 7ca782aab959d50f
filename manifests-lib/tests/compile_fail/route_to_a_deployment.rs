use manifests_lib::model::Component;
use manifests_lib::workload::DeploymentHandle;

fn routes(app: &Component, deployment: &DeploymentHandle) {
    app.mesh_route(deployment);
}

fn main() {}
