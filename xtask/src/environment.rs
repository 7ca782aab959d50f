//! The environments that can be named on the command line.

use std::fmt;

use clap::ValueEnum;
use manifests_lib::{BuildError, BuiltPlatform};
use services::environment::Environment;

use support::Failure;

/// An environment by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum EnvironmentName {
    /// A laptop: Minikube, local images, MySQL containers
    Dev,
    /// Production: EKS, images from ECR, Aurora
    Prd,
}

/// An environment and everything that is made of it.
pub struct Built {
    /// What the environment's crate fills in.
    pub environment: Environment,
    /// The platform as it runs there.
    pub platform: BuiltPlatform,
}

impl fmt::Display for EnvironmentName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Dev => "dev",
            Self::Prd => "prd",
        })
    }
}

impl EnvironmentName {
    /// Every environment, where the command line names none.
    pub const ALL: [Self; 2] = [Self::Dev, Self::Prd];

    /// The platform as it runs in the environment.
    pub fn build(self) -> Result<Built, Failure> {
        let environment = self.environment();
        let platform = services::platform::platform(&environment)
            .build()
            .map_err(|errors| Failure::all(errors.iter().map(BuildError::to_string)))?;
        let folder = self.to_string();
        if platform.environment.as_str() != folder {
            return Err(Failure::new(format!(
                "the environment {folder} calls itself {}: its files would go to the other's folder; correct the name in \
                 environments/{folder}/src/lib.rs",
                platform.environment
            )));
        }
        Ok(Built { environment, platform })
    }

    /// What the environment's crate fills in.
    pub fn environment(self) -> Environment {
        match self {
            Self::Dev => environment_dev::environment(),
            Self::Prd => environment_prd::environment(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn every_folder_of_environments_can_be_named() {
        let folders = Path::new(env!("CARGO_MANIFEST_DIR")).join("../environments");
        let mut folders: Vec<String> = std::fs::read_dir(folders)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        folders.sort();
        let names = EnvironmentName::ALL.map(|name| name.to_string());
        assert_eq!(names.as_slice(), folders, "add the environment to EnvironmentName");
    }
}
