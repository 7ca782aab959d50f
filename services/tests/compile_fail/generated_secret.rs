use manifests_lib::data::GeneratedSecret;
use services::site::{Aws, Kind};

fn secret() -> <Aws as Kind>::Secret {
    GeneratedSecret { length: 32 }
}

fn main() {}
