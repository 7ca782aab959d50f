use manifests_lib::port;
use manifests_lib::workload::{ContainerHandle, RunsFirst};

fn exposes(migration: &ContainerHandle<RunsFirst>) {
    migration.expose_http(port!(80));
}

fn main() {}
