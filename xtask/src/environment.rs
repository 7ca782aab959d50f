//! The environments that can be named on the command line.

use std::fmt;

use clap::ValueEnum;
use services::environment::Environment;

/// An environment by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum EnvironmentName {
    /// A laptop: Minikube, local images, MySQL containers
    Dev,
    /// Production: EKS, images from ECR, Aurora
    Prd,
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
        assert_eq!(
            names.as_slice(),
            folders,
            "add the environment to EnvironmentName"
        );
    }
}
