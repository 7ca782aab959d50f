//! Creates Minikube's cluster from its typed description.

use std::path::PathBuf;
use std::process::ExitCode;

use manifests_lib::cluster::Minikube;
use manifests_lib::values::{AbsolutePath, LocalImage};

use super::kind::Laptop;
use crate::context;
use crate::environment::EnvironmentName;
use crate::invocation::{Invocation, Program};
use support::{Failure, in_workspace, tell};

/// Creates the cluster.
pub struct Up<'a> {
    pub name: EnvironmentName,
    pub laptop: &'a Laptop,
    /// Locally built images.
    pub images: Vec<&'a LocalImage>,
    /// The sources on the laptop and on the nodes, if pods run them.
    pub sources: Option<Mount>,
}

/// Folders that are the same.
pub struct Mount {
    laptop: PathBuf,
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
            && !laptop.is_dir()
        {
            return Err(Failure::new(format!(
                "{} is not a folder, but the pods of {} run the sources in it: clone them there, or name another folder with --sources",
                laptop.display(),
                self.name
            )));
        }
        fits_the_laptop(cluster)?;
        let present = nodes(cluster)?;
        if present > cluster.nodes() {
            return Err(Failure::new(format!(
                "the Minikube cluster {} has {present} nodes, but the environment describes {}, and Minikube would keep them all: delete \
                 it with `cargo xtask cluster down`, then run this command again",
                cluster.profile,
                cluster.nodes()
            )));
        }
        let mut missing_images = Vec::new();
        for image in &self.images {
            if !is_built(image)? {
                missing_images.push(reference(image));
            }
        }
        self.start().run()?;
        if present > 0 {
            // An earlier run was interrupted between two nodes: `minikube start` does not add nodes to an existing cluster.
            for _ in nodes(cluster)?..cluster.nodes() {
                Invocation::new(
                    Program::Minikube,
                    ["node", "add", "--profile", cluster.profile.as_str()],
                )
                .run()?;
            }
        }
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
        ];
        let mount = self.sources.as_ref().map(|Mount { laptop, nodes }| {
            let folders = format!("--mount-string={}:{nodes}", laptop.display());
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
    let laptop = absolute.map_err(|error| {
        Failure::new(format!(
            "cannot make the path {} absolute: {error}; name the folder with --sources",
            folder.display()
        ))
    })?;
    Ok(Some(Mount { laptop, nodes: sources.nodes.clone() }))
}

/// Deletes the cluster.
pub fn delete(laptop: &Laptop) -> Invocation {
    Invocation::new(Program::Minikube, ["delete", "--profile", laptop.cluster.profile.as_str()])
}

/// Deletes the cluster after asking.
pub fn down(name: EnvironmentName, laptop: &Laptop, yes: bool) -> Result<(), Failure> {
    let profile = laptop.cluster.profile.as_str();
    context::confirm(
        &format!("This deletes the Minikube cluster {profile} of {name} and every volume in it."),
        profile,
        yes,
    )?;
    delete(laptop).run()
}

/// Shows the nodes as Minikube and the API server report them.
pub fn status(name: EnvironmentName, laptop: &Laptop) -> Result<ExitCode, Failure> {
    let cluster = &laptop.cluster;
    let profile = cluster.profile.as_str();
    let present = nodes(cluster)?;
    if present == 0 {
        tell(format_args!(
            "There is no Minikube cluster {profile}; create it with: cargo xtask cluster up {name}"
        ));
        return Ok(ExitCode::from(1));
    }
    let label =
        cluster.node_groups.first().map(|group| group.label.to_string()).unwrap_or_default();
    Invocation::kubectl(profile, ["get", "nodes", "--label-columns", &label]).run()?;
    if present == cluster.nodes() {
        return Ok(ExitCode::SUCCESS);
    }
    tell(format_args!(
        "The cluster has {present} of {} nodes; create the others with: cargo xtask cluster up {name}",
        cluster.nodes()
    ));
    Ok(ExitCode::from(1))
}

/// minikube's exit code if there is no such cluster (`ExGuestNotFound`).
const NO_CLUSTER: i32 = 85;

/// The number of nodes that the cluster has.
fn nodes(cluster: &Minikube) -> Result<usize, Failure> {
    let list =
        Invocation::new(Program::Minikube, ["node", "list", "--profile", cluster.profile.as_str()])
            .output_unless(NO_CLUSTER)?;
    let lines = list.iter().flat_map(|list| list.lines());
    Ok(lines.filter(|line| !line.trim().is_empty()).count())
}

/// Minikube refuses a node that is larger than docker's own resources; this check fails before anything is created.
fn fits_the_laptop(cluster: &Minikube) -> Result<(), Failure> {
    let output = Invocation::new(Program::Docker, ["info", "--format", "{{.NCPU}} {{.MemTotal}}"])
        .output()?;
    let mut numbers = output.split_whitespace().filter_map(|number| number.parse::<u64>().ok());
    let (Some(cpus), Some(bytes)) = (numbers.next(), numbers.next()) else {
        return Err(Failure::new(format!(
            "docker does not report its processors and memory: {}; start it, then run again",
            output.trim()
        )));
    };
    let needed_cpus = u64::from(cluster.cpus);
    let needed_mebibytes = u64::from(cluster.memory.as_mebibytes());
    let mebibytes = bytes / (1024 * 1024);
    if needed_cpus <= cpus && needed_mebibytes <= mebibytes {
        return Ok(());
    }
    Err(Failure::new(format!(
        "a node of the environment has {needed_cpus} processors and {needed_mebibytes} MiB, but docker has only {cpus} and {mebibytes} MiB: \
         give docker more, or the nodes less in the environment's crate"
    )))
}

fn is_built(image: &LocalImage) -> Result<bool, Failure> {
    let reference = reference(image);
    let inspect = ["image", "inspect", "--format", "{{.Id}}", &reference];
    Ok(Invocation::new(Program::Docker, inspect).outcome()?.success())
}

fn reference(image: &LocalImage) -> String {
    format!("{}:{}", image.repository, image.tag)
}
