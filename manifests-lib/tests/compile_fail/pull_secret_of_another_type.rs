use manifests_lib::data::SecretKey;
use manifests_lib::workload::{Deployment, Workload};

fn pulls(deployment: &Deployment, password: &SecretKey) {
    deployment.image_pull_secret(password);
}

fn main() {}
