use manifests_lib::workload::{ContainerHandle, Probe, RunsFirst};

fn asks(migration: &ContainerHandle<RunsFirst>) {
    migration.readiness(Probe::Exec(&["done"]));
}

fn main() {}
