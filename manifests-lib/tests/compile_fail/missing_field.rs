use manifests_lib::{Container, DeploymentHandle, Image, Resources, name, port, uid};

fn runs(deployment: &DeploymentHandle, image: Image, resources: Resources) {
    deployment.container(Container {
        name: name!("gin"),
        image,
        port: port!(8080),
        resources,
        user: uid!(1000),
    });
}

fn main() {}
