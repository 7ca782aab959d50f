use manifests_lib::{Component, Deployment, NodeGroup};

fn runs(app: &Component, nodes: &NodeGroup) {
    app.deployment(Deployment {
        replica: 2,
        on: nodes,
    });
}

fn main() {}
