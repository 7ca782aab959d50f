use manifests_lib::name;
use services::site::{AsBuilt, Aws, Settings};

fn settings() -> Settings<Aws> {
    Settings { name: name!("prd"), sources: AsBuilt }
}

fn main() {}
