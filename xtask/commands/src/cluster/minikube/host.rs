//! Whether the laptop has what the nodes need, before anything is made.

use std::fs;
use std::path::Path;

use manifests_lib::cluster::Minikube;
use serde::Deserialize;
use support::Failure;

use programs::{Invocation, Program};

/// What the nodes need together.
pub(super) struct Needs {
    nodes: usize,
    /// Of each node.
    cpus: u64,
    /// Of each node, in bytes.
    memory: u64,
    /// What the platform's own pods request on all nodes, in bytes.
    requested: u64,
    /// Whether there is no node yet, so that their disks are still to be filled.
    new: bool,
}

impl Needs {
    pub(super) fn of(cluster: &Minikube, requested: u64, new: bool) -> Self {
        Self {
            nodes: cluster.nodes(),
            cpus: u64::from(cluster.cpus),
            memory: u64::from(cluster.memory.as_mebibytes()) << 20,
            requested,
            new,
        }
    }

    /// Free bytes of docker's storage: what Minikube asks for, and each further node's own copy of what Kubernetes runs.
    ///
    /// Upstream: <https://minikube.sigs.k8s.io/docs/start/>
    fn disk(&self) -> u64 {
        let further = u64::try_from(self.nodes.saturating_sub(1)).unwrap_or(u64::MAX);
        GIGABYTE
            .saturating_mul(20)
            .saturating_add(GIGABYTE.saturating_mul(2).saturating_mul(further))
    }
}

const GIGABYTE: u64 = 1_000_000_000;

/// A limit of the kernel that all containers of a user share, with what a cluster of several nodes needs. The kernel's own value, 128
/// or 8192, is enough for one.
struct Limit {
    name: &'static str,
    least: u64,
}

/// What kind asks for.
///
/// Upstream: <https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files>
const INSTANCES: Limit = Limit { name: "fs.inotify.max_user_instances", least: 512 };

/// What Minikube sets in machines of its own. Newer kernels choose more by themselves.
const WATCHES: Limit = Limit { name: "fs.inotify.max_user_watches", least: 65_536 };

/// What there is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// Processors of docker's machine.
    cpus: u64,
    /// Bytes of memory of docker's machine.
    memory: u64,
    /// Where docker runs in this machine's own kernel.
    kernel: Kernel,
}

/// What this machine says of itself; `None` where it does not.
#[derive(Debug, Default, PartialEq, Eq)]
struct Kernel {
    instances: Option<u64>,
    watches: Option<u64>,
    /// Docker's folder, and the bytes that are free there.
    storage: Option<(String, u64)>,
}

/// What `docker info` says of the daemon's machine.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Docker {
    #[serde(rename = "NCPU")]
    cpus: u64,
    mem_total: u64,
    #[serde(default)]
    kernel_version: String,
    #[serde(default)]
    name: String,
    #[serde(default, rename = "DockerRootDir")]
    storage: String,
}

impl Facts {
    /// Asks docker, and this machine where docker runs in it rather than in a virtual machine or elsewhere.
    pub(super) fn read() -> Result<Self, Failure> {
        let question = Invocation::new(Program::Docker, ["info", "--format", "{{json .}}"]);
        let output = question.output()?;
        let docker = serde_json::from_str(output.trim()).ok().filter(|it: &Docker| it.cpus > 0);
        let docker = docker.ok_or_else(|| {
            Failure::new(format!(
                "docker does not report its processors and memory to `{question}`: start it, then run again"
            ))
        })?;
        Ok(Self {
            cpus: docker.cpus,
            memory: docker.mem_total,
            kernel: Kernel::read(Path::new("/"), &docker),
        })
    }
}

impl Kernel {
    fn read(root: &Path, docker: &Docker) -> Self {
        let text = |name: &str| {
            let text =
                fs::read_to_string(root.join("proc/sys").join(name.replace('.', "/"))).ok()?;
            Some(text.trim().to_owned())
        };
        let same = text("kernel.osrelease").as_ref() == Some(&docker.kernel_version)
            && text("kernel.hostname").as_ref() == Some(&docker.name);
        if !same {
            return Self::default();
        }
        let number = |limit: &Limit| text(limit.name)?.parse().ok();
        Self {
            instances: number(&INSTANCES),
            watches: number(&WATCHES),
            storage: free(&docker.storage).map(|free| (docker.storage.clone(), free)),
        }
    }
}

/// The bytes that are free in a folder.
fn free(folder: &str) -> Option<u64> {
    let storage = rustix::fs::statvfs(folder).ok()?;
    Some(storage.f_bavail.saturating_mul(storage.f_frsize))
}

/// What is to be said of the laptop.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Judgement {
    /// Why no cluster can be made.
    pub(super) lacks: Vec<String>,
    /// What may become narrow.
    pub(super) remarks: Vec<String>,
}

/// Compares what is needed with what there is.
pub(super) fn judge(needs: &Needs, facts: &Facts) -> Judgement {
    let mut judgement = Judgement::default();
    let Needs { nodes, cpus, memory, requested, new } = *needs;
    if cpus > facts.cpus || memory > facts.memory {
        judgement.lacks.push(format!(
            "a node of the environment has {cpus} processors and {} MiB, but docker has only {} and {} MiB: give docker more, or the nodes \
             less in the environment's crate",
            mebibytes(memory),
            facts.cpus,
            mebibytes(facts.memory)
        ));
    } else if requested > facts.memory {
        judgement.lacks.push(format!(
            "the platform's own pods request {} MiB of memory together, but docker has only {} MiB: give docker more, or request less",
            mebibytes(requested),
            mebibytes(facts.memory)
        ));
    } else if memory.saturating_mul(u64::try_from(nodes).unwrap_or(u64::MAX)) > facts.memory {
        judgement.remarks.push(format!(
            "The {nodes} nodes may use {} MiB of memory each, and docker has {} MiB for all of them: pods are ended where they use more",
            mebibytes(memory),
            mebibytes(facts.memory)
        ));
    }
    let Kernel { instances, watches, storage } = &facts.kernel;
    let low: Vec<(&Limit, u64)> = [(&INSTANCES, *instances), (&WATCHES, *watches)]
        .into_iter()
        .filter_map(|(limit, value)| Some((limit, value?)))
        .filter(|(limit, value)| nodes > 1 && *value < limit.least)
        .collect();
    if !low.is_empty() {
        let list = |piece: &dyn Fn(&(&Limit, u64)) -> String, between: &str| {
            low.iter().map(piece).collect::<Vec<_>>().join(between)
        };
        judgement.lacks.push(format!(
            "{nodes} nodes watch more files than this machine allows, {}, so that their pods would end with \"too many open files\": run \
             `sudo sysctl {}`, which holds until the next start of the machine, and write the same into a file below /etc/sysctl.d/",
            list(&|(limit, value)| format!("{} = {value}", limit.name), " and "),
            list(&|(limit, _)| format!("{}={}", limit.name, limit.least), " ")
        ));
    }
    if let Some((folder, free)) = storage
        && new
        && *free < needs.disk()
    {
        judgement.lacks.push(format!(
            "{nodes} nodes need {} GB of docker's storage, but {folder} has only {} GB free: make room there; `docker system df` \
             shows what uses it",
            needs.disk() / GIGABYTE,
            free / GIGABYTE
        ));
    }
    judgement
}

fn mebibytes(bytes: u64) -> u64 {
    bytes >> 20
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GIBIBYTE: u64 = 1 << 30;

    fn needs() -> Needs {
        Needs { nodes: 5, cpus: 8, memory: 12 * GIBIBYTE, requested: 9 * GIBIBYTE, new: true }
    }

    fn facts() -> Facts {
        Facts {
            cpus: 16,
            memory: 64 * GIBIBYTE,
            kernel: Kernel {
                instances: Some(512),
                watches: Some(65_536),
                storage: Some(("/var/lib/docker".to_owned(), 28 * GIGABYTE)),
            },
        }
    }

    #[test]
    fn a_laptop_that_has_enough_is_silent() {
        assert_eq!(judge(&needs(), &facts()), Judgement::default());
    }

    #[test]
    fn what_a_machine_of_linux_lacks_is_named_with_the_way_out() {
        let kernel = Kernel {
            instances: Some(128),
            watches: Some(8192),
            storage: Some(("/var/lib/docker".to_owned(), 27 * GIGABYTE)),
        };
        let lacks = judge(&needs(), &Facts { kernel, ..facts() }).lacks;
        insta::assert_snapshot!(lacks.join("\n"), @r#"
        5 nodes watch more files than this machine allows, fs.inotify.max_user_instances = 128 and fs.inotify.max_user_watches = 8192, so that their pods would end with "too many open files": run `sudo sysctl fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=65536`, which holds until the next start of the machine, and write the same into a file below /etc/sysctl.d/
        5 nodes need 28 GB of docker's storage, but /var/lib/docker has only 27 GB free: make room there; `docker system df` shows what uses it
        "#);
        let only_instances = Kernel { instances: Some(128), watches: Some(192_536), storage: None };
        let [lack] = judge(&needs(), &Facts { kernel: only_instances, ..facts() })
            .lacks
            .try_into()
            .expect("one");
        assert!(lack.contains("`sudo sysctl fs.inotify.max_user_instances=512`"), "{lack}");
    }

    #[test]
    fn one_node_needs_no_more_than_the_kernel_gives() {
        let kernel = Kernel { instances: Some(128), watches: Some(8192), storage: None };
        let one = Needs { nodes: 1, ..needs() };
        assert_eq!(judge(&one, &Facts { kernel, ..facts() }), Judgement::default());
    }

    #[test]
    fn nodes_that_exist_have_their_disk() {
        let kernel = Kernel { storage: Some(("/d".to_owned(), 0)), ..facts().kernel };
        let again = Needs { new: false, ..needs() };
        assert_eq!(judge(&again, &Facts { kernel, ..facts() }), Judgement::default());
    }

    #[test]
    fn memory_is_that_of_all_nodes_together() {
        let of = |gibibytes| judge(&needs(), &Facts { memory: gibibytes * GIBIBYTE, ..facts() });
        assert_eq!(of(60), Judgement::default());
        let narrow = of(32);
        assert_eq!(narrow.lacks, Vec::<String>::new());
        insta::assert_snapshot!(narrow.remarks.join("\n"), @"The 5 nodes may use 12288 MiB of memory each, and docker has 32768 MiB for all of them: pods are ended where they use more");
        let large = Needs { requested: 33 * GIBIBYTE, ..needs() };
        let too_small = judge(&large, &Facts { memory: 32 * GIBIBYTE, ..facts() });
        insta::assert_snapshot!(too_small.lacks.join("\n"), @"the platform's own pods request 33792 MiB of memory together, but docker has only 32768 MiB: give docker more, or request less");
    }

    #[test]
    fn only_a_docker_of_this_machine_has_its_limits() {
        let root = tempfile::TempDir::new().expect("a temporary folder");
        let write = |name: &str, text: &str| {
            let path = root.path().join("proc/sys").join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a writable folder");
            fs::write(path, text).expect("a writable folder");
        };
        write("kernel/osrelease", "6.8.0-45-generic\n");
        write("kernel/hostname", "laptop\n");
        write("fs/inotify/max_user_instances", "128\n");
        write("fs/inotify/max_user_watches", "many\n");
        let docker = |kernel: &str, name: &str| Docker {
            cpus: 8,
            mem_total: GIBIBYTE,
            kernel_version: kernel.to_owned(),
            name: name.to_owned(),
            storage: "/no/such/folder".to_owned(),
        };
        let here = Kernel::read(root.path(), &docker("6.8.0-45-generic", "laptop"));
        assert_eq!(here, Kernel { instances: Some(128), ..Kernel::default() });
        for (kernel, name) in [("6.10.14-linuxkit", "docker-desktop"), ("6.8.0-45-generic", "far")]
        {
            assert_eq!(Kernel::read(root.path(), &docker(kernel, name)), Kernel::default());
        }
        let elsewhere = tempfile::TempDir::new().expect("a temporary folder");
        assert_eq!(Kernel::read(elsewhere.path(), &docker("", "")), Kernel::default());
    }

    proptest! {
        /// No number is too large, and more of anything is never judged worse.
        #[test]
        fn a_better_laptop_lacks_no_more(
            needed in any::<(usize, u64, u64, u64, bool)>(),
            [cpus, memory, instances, watches, disk] in any::<[(u64, u64); 5]>(),
        ) {
            let (nodes, of_cpus, of_memory, requested, new) = needed;
            let needs = Needs { nodes, cpus: of_cpus, memory: of_memory, requested, new };
            let lacks = |of: &dyn Fn((u64, u64)) -> u64| {
                let kernel = Kernel {
                    instances: Some(of(instances)),
                    watches: Some(of(watches)),
                    storage: Some((String::new(), of(disk))),
                };
                judge(&needs, &Facts { cpus: of(cpus), memory: of(memory), kernel }).lacks.len()
            };
            prop_assert!(lacks(&|(one, other)| one.max(other)) <= lacks(&|(one, other)| one.min(other)));
        }
    }
}
