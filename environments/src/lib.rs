//! The list of environments: each has a crate beside this one.

use manifests_lib::environment::Entry;

/// Every environment, in the order of rendering and listing. The first is the default on the command line.
pub const ALL: &[Entry] = &[
    Entry {
        name: "dev",
        about: "A laptop: Minikube, local images, MySQL containers",
        environment: environment_dev::environment,
    },
    Entry {
        name: "prd",
        about: "Production: EKS, images from ECR, Aurora",
        environment: environment_prd::environment,
    },
];

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    #[test]
    fn every_crate_beside_this_one_is_listed() {
        let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let mut crates: Vec<String> = entries
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.path().join("Cargo.toml").is_file())
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        crates.sort();
        let mut listed: Vec<&str> = super::ALL.iter().map(|entry| entry.name).collect();
        listed.sort_unstable();
        assert_eq!(listed, crates, "add the environment to ALL");
    }
}
