//! Creates Minikube's cluster from its typed description.

mod host;
mod kubeconfig;
mod profile;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use manifests_lib::cluster::Minikube;
use manifests_lib::values::{AbsolutePath, LocalImage};

use super::kind::Laptop;
use crate::context;
use crate::environment::EnvironmentName;
use programs::{Invocation, Program};
use support::{Failure, in_workspace, tell};

use host::{Facts, Needs};
use profile::State;

/// Creates the cluster.
pub struct Up<'a> {
    pub name: EnvironmentName,
    pub laptop: &'a Laptop,
    /// Locally built images.
    pub images: Vec<&'a LocalImage>,
    /// The sources on the laptop and on the nodes, if pods run them.
    pub sources: Option<Mount>,
    /// What the platform's own pods request of the memory of all nodes, in bytes.
    pub requested: u64,
    /// Whether a cluster that was made otherwise is taken over without asking.
    pub yes: bool,
}

/// Folders that are the same.
pub struct Mount {
    /// Absolute, and without a colon.
    laptop: String,
    nodes: AbsolutePath,
}

impl Up<'_> {
    /// The commands of `run` on a laptop without a cluster.
    pub fn commands(&self) -> Vec<String> {
        let mut commands = vec![self.start()];
        commands.extend(self.labels());
        commands.extend(self.images.iter().map(|image| self.load(image)));
        commands.iter().map(ToString::to_string).collect()
    }

    /// Creates what is missing.
    pub fn run(&self) -> Result<ExitCode, Failure> {
        let cluster = &self.laptop.cluster;
        if let Some(Mount { laptop, .. }) = &self.sources
            && !Path::new(laptop).is_dir()
        {
            return Err(Failure::new(format!(
                "{laptop} is not a folder, but the pods of {} run the sources in it: clone them there, or name another folder with --sources",
                self.name
            )));
        }
        let programs = [Program::Docker, Program::Kubectl, Program::Minikube];
        programs::require(&programs, cluster.kubernetes.minor)?;
        kubeconfig::require_free(&cluster.profile)?;
        let present = profile::nodes(&cluster.profile)?.unwrap_or_default();
        if !is_begun(&present, cluster) {
            return Err(Failure::new(format!("the {}", others(&present, cluster, self.name))));
        }
        if !present.is_empty() && !profile::is_marked(&cluster.profile, self.name)? {
            context::confirm(
                &format!(
                    "There is a Minikube cluster {} that was not made by this command; it would get the nodes, labels, add-ons and images of {}.",
                    cluster.profile, self.name
                ),
                cluster.profile.as_str(),
                self.yes,
            )?;
        }
        let needs = Needs::of(cluster, self.requested, present.is_empty());
        let judgement = host::judge(&needs, &Facts::read()?);
        if !judgement.lacks.is_empty() {
            return Err(Failure::all(judgement.lacks));
        }
        judgement.remarks.iter().for_each(tell);
        let mut missing_images = Vec::new();
        for image in &self.images {
            if !is_built(image)? {
                missing_images.push(reference(image));
            }
        }
        self.start().run()?;
        if !present.is_empty() {
            // An earlier run was interrupted between two nodes: `minikube start` does not add nodes to an existing cluster.
            let nodes = profile::nodes(&cluster.profile)?.unwrap_or_default();
            for _ in nodes.len()..cluster.nodes() {
                Invocation::new(
                    Program::Minikube,
                    ["node", "add", "--profile", cluster.profile.as_str()],
                )
                .run()?;
            }
        }
        kubeconfig::require_own(&cluster.profile, profile::state(&cluster.profile)?)?;
        for label in self.labels() {
            label.run()?;
        }
        for image in &self.images {
            if !missing_images.contains(&reference(image)) {
                self.load(image).run()?;
            }
        }
        if missing_images.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        tell(format_args!(
            "The cluster is up, but these images do not exist in docker: {}. Their pods wait until you build them and run this command again",
            missing_images.join(", ")
        ));
        Ok(ExitCode::from(1))
    }

    fn start(&self) -> Invocation {
        let cluster = &self.laptop.cluster;
        let open_metrics =
            Minikube::OPEN_METRICS.map(|(key, value)| format!("--extra-config={key}={value}"));
        let arguments = [
            "start".to_owned(),
            format!("--profile={}", cluster.profile),
            format!("--driver={}", Minikube::DRIVER),
            format!("--container-runtime={}", Minikube::CONTAINER_RUNTIME),
            format!("--kubernetes-version=v{}", cluster.kubernetes),
            format!("--nodes={}", cluster.nodes()),
            format!("--cpus={}", cluster.cpus),
            format!("--memory={}", cluster.memory.as_mebibytes()),
            format!("--addons={}", Minikube::ADDONS.join(",")),
            format!("--extra-config={}", profile::mark(self.name)),
        ];
        let mount = self.sources.as_ref().map(|Mount { laptop, nodes }| {
            let folders = format!("--mount-string={laptop}:{nodes}");
            ["--mount".to_owned(), folders]
        });
        let arguments = arguments.into_iter().chain(mount.into_iter().flatten());
        Invocation::new(Program::Minikube, arguments.chain(open_metrics))
    }

    fn labels(&self) -> Vec<Invocation> {
        let cluster = &self.laptop.cluster;
        cluster
            .group_nodes()
            .map(|(node, group)| {
                Invocation::kubectl(
                    cluster.profile.as_str(),
                    [
                        "label".to_owned(),
                        "node".to_owned(),
                        node,
                        format!("{}={}", group.label, group.value),
                        "--overwrite".to_owned(),
                    ],
                )
            })
            .collect()
    }

    /// Minikube loads an image into every node of the profile.
    fn load(&self, image: &LocalImage) -> Invocation {
        let profile = self.laptop.cluster.profile.as_str();
        Invocation::new(
            Program::Minikube,
            ["image", "load", "--profile", profile, &reference(image)],
        )
    }
}

/// The sources that pods run, from the given folder if there is one, by the absolute path that Minikube needs.
pub fn sources(laptop: &Laptop, given: Option<PathBuf>) -> Result<Option<Mount>, Failure> {
    let Some(sources) = &laptop.sources else { return Ok(None) };
    let folder = match given {
        Some(folder) => folder,
        None => in_workspace(sources.laptop)?,
    };
    // Without `..` if the folder exists.
    let absolute = folder.canonicalize().or_else(|_| std::path::absolute(&folder));
    let absolute = absolute.map_err(|error| {
        Failure::new(format!(
            "cannot make the path {} absolute: {error}; name the folder with --sources",
            folder.display()
        ))
    })?;
    // Minikube takes both folders as one text with a colon in between.
    match absolute.to_str() {
        Some(laptop) if !laptop.contains(':') => {
            Ok(Some(Mount { laptop: laptop.to_owned(), nodes: sources.nodes.clone() }))
        }
        _ => Err(Failure::new(format!(
            "{} cannot be mounted into the nodes, because Minikube takes no folder whose path has a colon or is not UTF-8: move it, or \
             name another folder with --sources",
            absolute.display()
        ))),
    }
}

/// Deletes the cluster.
pub fn delete(laptop: &Laptop) -> Invocation {
    Invocation::new(Program::Minikube, ["delete", "--profile", laptop.cluster.profile.as_str()])
}

/// Deletes the cluster after asking.
pub fn down(name: EnvironmentName, laptop: &Laptop, yes: bool) -> Result<(), Failure> {
    let Minikube { profile, kubernetes, .. } = &laptop.cluster;
    programs::require(&[Program::Kubectl, Program::Minikube], kubernetes.minor)?;
    // One that Minikube itself cannot read is still to be deleted.
    if let Ok(None) = profile::nodes(profile) {
        tell(format_args!("There is no Minikube cluster {profile}, so there is nothing to delete"));
        return Ok(());
    }
    kubeconfig::require_free(profile)?;
    let made = if profile::is_marked(profile, name)? {
        ""
    } else {
        ", which was not made by `cargo xtask cluster up`,"
    };
    context::confirm(
        &format!(
            "This deletes the Minikube cluster {profile} of {name}{made} and every volume in it."
        ),
        profile.as_str(),
        yes,
    )?;
    delete(laptop).run()
}

/// Shows the nodes as Minikube and the API server report them.
pub fn status(name: EnvironmentName, laptop: &Laptop) -> Result<ExitCode, Failure> {
    let cluster = &laptop.cluster;
    let profile = &cluster.profile;
    programs::require(&[Program::Kubectl, Program::Minikube], cluster.kubernetes.minor)?;
    let present = profile::nodes(profile)?.unwrap_or_default();
    if present.is_empty() {
        tell(format_args!(
            "There is no Minikube cluster {profile}; create it with: cargo xtask cluster up {name}"
        ));
        return Ok(ExitCode::from(1));
    }
    match profile::state(profile)? {
        State::Stopped => {
            tell(format_args!(
                "The Minikube cluster {profile} is stopped; start it with: cargo xtask cluster up {name}"
            ));
            return Ok(ExitCode::from(1));
        }
        running => kubeconfig::require_own(profile, running)?,
    }
    let label =
        cluster.node_groups.first().map(|group| group.label.to_string()).unwrap_or_default();
    Invocation::kubectl(profile.as_str(), ["get", "nodes", "--label-columns", &label]).run()?;
    if !is_begun(&present, cluster) {
        tell(format_args!("The {}", others(&present, cluster, name)));
    } else if present.len() < cluster.nodes() {
        tell(format_args!(
            "The cluster has {} of {} nodes; create the others with: cargo xtask cluster up {name}",
            present.len(),
            cluster.nodes()
        ));
    } else {
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::from(1))
}

/// Whether these are the first of the nodes that the environment describes: Minikube adds the others behind them.
fn is_begun(present: &[String], cluster: &Minikube) -> bool {
    profile::described(cluster).starts_with(present)
}

fn others(present: &[String], cluster: &Minikube, name: EnvironmentName) -> String {
    format!(
        "Minikube cluster {} has the nodes {}, but the environment describes {}, and Minikube would keep what it has: delete it with \
         `cargo xtask cluster down {name}`, then run `cargo xtask cluster up {name}`",
        cluster.profile,
        present.join(", "),
        profile::described(cluster).join(", ")
    )
}

/// Asks for the list, because `docker image inspect` fails alike for an image that is missing and for a docker that does not answer.
fn is_built(image: &LocalImage) -> Result<bool, Failure> {
    let reference = reference(image);
    let list = Invocation::new(Program::Docker, ["image", "ls", "--quiet", &reference]);
    Ok(!list.output()?.trim().is_empty())
}

fn reference(image: &LocalImage) -> String {
    format!("{}:{}", image.repository, image.tag)
}
