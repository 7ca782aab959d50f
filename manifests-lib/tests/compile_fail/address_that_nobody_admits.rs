use manifests_lib::model::Namespace;
use manifests_lib::network::ServiceRef;
use manifests_lib::{name, port};

fn main() {
    let namespace = Namespace::new(name!("tools"));
    let _ = ServiceRef { name: name!("charts"), namespace, port: port!(80) };
}
