use k8s_openapi::api::apps::v1::StatefulSet;
use manifests_lib::workload::Deployment;

fn example(deployment: &Deployment) {
    deployment.patch(|stateful_set: &mut StatefulSet| {
        stateful_set.spec.get_or_insert_default().replicas = Some(1);
    });
}

fn main() {}
