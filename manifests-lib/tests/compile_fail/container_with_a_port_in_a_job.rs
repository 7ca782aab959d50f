use manifests_lib::workload::{Container, JobHandle, Workload};

fn serves(job: &JobHandle, server: Container) {
    job.container(server);
}

fn main() {}
