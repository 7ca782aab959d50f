//! EKS: the commands to run. Nothing here runs them.

use manifests_lib::cluster::Eks;
use manifests_lib::values::EcrImage;

use crate::environment::EnvironmentName;
use crate::render;
use programs::{Invocation, Program};
use support::Failure;

/// Commands that create the cluster and the repositories of its images.
pub fn up(
    name: EnvironmentName,
    cluster: &Eks,
    images: &[&EcrImage],
) -> Result<Vec<String>, Failure> {
    let mut lines = vec![
        format!(
            "# eksctl creates the cluster of {name}; nothing was run. Run these with administrator rights in the account {}, as the",
            cluster.account
        ),
        format!("# role {}: nobody else has rights in the cluster.", cluster.administrators),
        "# 1. Repositories of the images; tags are immutable.".to_owned(),
    ];
    lines.extend(images.iter().map(|image| repository(image)));
    lines.extend([
        "# 2. The cluster; takes about 20 minutes.".to_owned(),
        eksctl(name, "create")?,
        "# 3. A kubectl context.".to_owned(),
        update_kubeconfig(cluster).to_string(),
        "# 4. Argo CD, which deploys the rest.".to_owned(),
        format!("cargo xtask bootstrap {name}"),
    ]);
    Ok(lines)
}

/// Commands that delete the cluster.
pub fn down(name: EnvironmentName, cluster: &Eks) -> Result<Vec<String>, Failure> {
    Ok(vec![
        format!(
            "# eksctl deletes the cluster of {name} in the account {}; nothing was run. Load balancers and volumes that",
            cluster.account
        ),
        "# controllers have created stay and cost money. First stop Argo CD, which would create them again: scale its application".to_owned(),
        "# controller to 0. Then delete the Gateways that this lists, and the claims together with their namespaces:".to_owned(),
        Invocation::kubectl(
            &cluster.arn(),
            [
                "get",
                "gateways.gateway.networking.k8s.io,persistentvolumeclaims",
                "--all-namespaces",
            ],
        )
        .to_string(),
        eksctl(name, "delete")?,
    ])
}

/// Commands that show the cluster.
pub fn status(cluster: &Eks) -> Vec<String> {
    let (name, region) = (cluster.name.as_str(), cluster.region.as_str());
    vec![
        "# In AWS; nothing was run.".to_owned(),
        Invocation::new(
            Program::Eksctl,
            ["get", "nodegroup", "--cluster", name, "--region", region],
        )
        .to_string(),
    ]
}

/// Creates the repository of an image if it does not exist.
fn repository(image: &EcrImage) -> String {
    let command = |verb: &str, names: &str, options: &[&str]| {
        let words = [
            "ecr",
            verb,
            "--region",
            image.registry.region.as_str(),
            names,
            image.repository.as_str(),
        ];
        Invocation::new(Program::Aws, words.iter().chain(options).copied()).to_string()
    };
    format!(
        "{} > /dev/null 2>&1 ||\n  {}",
        command("describe-repositories", "--repository-names", &[]),
        command(
            "create-repository",
            "--repository-name",
            &[
                "--image-tag-mutability",
                "IMMUTABLE",
                "--image-scanning-configuration",
                "scanOnPush=true",
            ],
        )
    )
}

/// Adds a kubectl context for the cluster.
pub fn update_kubeconfig(cluster: &Eks) -> Invocation {
    let (region, name) = (cluster.region.as_str(), cluster.name.as_str());
    let words = ["eks", "update-kubeconfig", "--region", region, "--name", name];
    Invocation::new(Program::Aws, words)
}

fn eksctl(name: EnvironmentName, verb: &str) -> Result<String, Failure> {
    let file = render::cluster::path(name)?.display().to_string();
    let words = [verb, "cluster", "--config-file", file.as_str()];
    Ok(Invocation::new(Program::Eksctl, words).to_string())
}
