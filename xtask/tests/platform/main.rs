//! The built platform of every environment, in memory, without writing files.

mod docs;
mod everywhere;
mod gitops;
mod health;
mod istio;
mod network;
mod owners;
mod tools;

use std::path::Path;

use manifests_lib::environment::Environment;
use manifests_lib::model::BuildError;
use manifests_lib::platform::BuiltPlatform;

fn build(environment: Environment) -> BuiltPlatform {
    environment.platform.build().unwrap_or_else(|errors| {
        let errors: Vec<_> = errors.iter().map(BuildError::to_string).collect();
        panic!("{}", errors.join("\n"))
    })
}

fn platforms() -> Vec<BuiltPlatform> {
    environments::ALL.iter().map(|entry| build((entry.environment)())).collect()
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}
