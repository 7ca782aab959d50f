use manifests_lib::name;
use services::site::{self, Aws};

fn settings(sources: manifests_lib::values::AbsolutePath) {
    let _ = site::Settings::<Aws> { name: name!("prd"), replicas: 2, sources };
}

fn main() {}
