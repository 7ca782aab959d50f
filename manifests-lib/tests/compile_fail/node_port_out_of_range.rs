use manifests_lib::node_port;

fn main() {
    let _ = node_port!(80);
}
