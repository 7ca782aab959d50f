use manifests_lib::{ContainerHandle, Listens, plain};

fn configures(gin: &ContainerHandle<Listens>) {
    gin.env([plain!("DB_PASSWORD", "hunter2")]);
}

fn main() {}
