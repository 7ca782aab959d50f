use manifests_lib::{name, port, uid};
use manifests_lib::values::Image;
use manifests_lib::workload::{Container, Deployment, Resources, Workload};

fn runs(deployment: &Deployment, image: Image, resources: Resources) {
    deployment.container(Container {
        name: name!("gin"),
        image,
        port: port!(8080),
        resources,
        user: uid!(1000),
    });
}

fn main() {}
