use manifests_lib::name;
use manifests_lib::network::ClusterIssuer;

fn main() {
    let _ = ClusterIssuer { name: name!("everybody") };
}
