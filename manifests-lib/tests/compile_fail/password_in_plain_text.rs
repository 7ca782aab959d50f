use manifests_lib::plain;
use manifests_lib::workload::{ContainerHandle, Listens};

fn configures(gin: &ContainerHandle<Listens>) {
    gin.env([plain!("DB_PASSWORD", "hunter2")]);
}

fn main() {}
