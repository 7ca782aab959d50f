use manifests_lib::plain;
use manifests_lib::workload::{ContainerHandle, WithPort};

fn configures(gin: &ContainerHandle<WithPort>) {
    gin.env([plain!("DB_PASSWORD", "hunter2")]);
}

fn main() {}
