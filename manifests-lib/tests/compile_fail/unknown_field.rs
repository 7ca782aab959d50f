use manifests_lib::model::Component;
use manifests_lib::workload::{Deployment, NodeGroup};

fn runs(app: &Component, nodes: &NodeGroup) {
    app.deployment(Deployment {
        replica: 2,
        on: nodes,
    });
}

fn main() {}
