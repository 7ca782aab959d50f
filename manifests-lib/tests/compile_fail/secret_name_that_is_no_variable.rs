use manifests_lib::not_secret;
use manifests_lib::workload::{ContainerHandle, WithPort};

fn configures(gin: &ContainerHandle<WithPort>) {
    gin.env([not_secret!("FEATURE-KEY", "checkout", "names a feature")]);
}

fn main() {}
