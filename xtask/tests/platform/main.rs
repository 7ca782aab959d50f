//! The platform in every environment, as it is built: in memory, without a file written.

mod everywhere;
mod gitops;
mod istio;

use std::path::Path;

use manifests_lib::model::BuildError;
use manifests_lib::platform::BuiltPlatform;
use services::environment::Environment;

fn build(environment: &Environment) -> BuiltPlatform {
    services::platform::platform(environment).build().unwrap_or_else(|errors| {
        let errors: Vec<_> = errors.iter().map(BuildError::to_string).collect();
        panic!("{}", errors.join("\n"))
    })
}

fn platforms() -> [BuiltPlatform; 2] {
    [environment_dev::environment(), environment_prd::environment()]
        .map(|environment| build(&environment))
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}
