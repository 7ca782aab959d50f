//! The Go modules below `programs/`, and what their state is called.

use std::io;
use std::path::Path;

use released::sha256;

use super::Program;

/// A Go module that pins programs.
pub struct Module {
    /// Its folder.
    pub folder: &'static str,
    /// Its programs and the packages that they are built from.
    pub programs: &'static [(Program, &'static str)],
    /// What the linker is told besides to leave out debugging data.
    pub linker_flags: &'static str,
}

const KUBERNETES: Module = Module {
    folder: "kubernetes",
    programs: &[
        (Program::KubeApiserver, "k8s.io/kubernetes/cmd/kube-apiserver"),
        (Program::Kubectl, "k8s.io/kubernetes/cmd/kubectl"),
        (Program::KubeControllerManager, "k8s.io/kubernetes/cmd/kube-controller-manager"),
        (Program::KubeScheduler, "k8s.io/kubernetes/cmd/kube-scheduler"),
    ],
    // Without it the programs call themselves v0.0.0 and refuse to work together. The version is that of go.mod.
    linker_flags: "-X k8s.io/component-base/version.gitVersion=v1.35.4",
};

const ETCD: Module = Module {
    folder: "etcd",
    programs: &[(Program::Etcd, "go.etcd.io/etcd/server/v3")],
    linker_flags: "",
};

const KWOK: Module = Module {
    folder: "kwok",
    programs: &[(Program::Kwok, "sigs.k8s.io/kwok/cmd/kwok")],
    linker_flags: "",
};

const YAML_READER: Module = Module {
    folder: "yaml-reader",
    programs: &[(Program::YamlReader, "conformance/yaml-reader")],
    linker_flags: "",
};

const ISTIOCTL: Module = Module {
    folder: "istioctl",
    programs: &[(Program::Istioctl, "istio.io/istio/istioctl/cmd/istioctl")],
    linker_flags: "",
};

const HELM: Module = Module {
    folder: "helm",
    programs: &[(Program::Helm, "helm.sh/helm/v3/cmd/helm")],
    linker_flags: "",
};

const KUSTOMIZE: Module = Module {
    folder: "kustomize",
    programs: &[(Program::Kustomize, "sigs.k8s.io/kustomize/kustomize/v5")],
    linker_flags: "",
};

const PROMETHEUS: Module = Module {
    folder: "prometheus",
    programs: &[(Program::Promtool, "github.com/prometheus/prometheus/cmd/promtool")],
    linker_flags: "",
};

const ALERTMANAGER: Module = Module {
    folder: "alertmanager",
    programs: &[(Program::Amtool, "github.com/prometheus/alertmanager/cmd/amtool")],
    linker_flags: "",
};

impl Module {
    /// The module that a program is built from; none where it is not written in Go.
    pub fn of(program: Program) -> Option<&'static Self> {
        Some(match program {
            Program::Etcd => &ETCD,
            Program::KubeApiserver
            | Program::KubeControllerManager
            | Program::KubeScheduler
            | Program::Kubectl => &KUBERNETES,
            Program::Kwok => &KWOK,
            Program::YamlReader => &YAML_READER,
            Program::Istioctl => &ISTIOCTL,
            Program::Helm => &HELM,
            Program::Kustomize => &KUSTOMIZE,
            Program::Promtool => &PROMETHEUS,
            Program::Amtool => &ALERTMANAGER,
            Program::RabbitmqServer | Program::FluentBit => return None,
        })
    }

    /// `-s -w` leaves out what only a debugger reads.
    pub fn all_linker_flags(&self) -> String {
        format!("-s -w {}", self.linker_flags).trim_end().to_owned()
    }

    /// The module that is judged with, and its version, as go.mod requires them: the first line of that kind.
    pub fn pinned(&self, modules: &Path) -> io::Result<String> {
        let text = std::fs::read_to_string(modules.join(self.folder).join("go.mod"))?;
        let pinned = text
            .lines()
            .find_map(|line| line.strip_prefix("require ").filter(|rest| !rest.starts_with('(')));
        pinned.map(str::to_owned).ok_or_else(|| io::Error::other("its go.mod requires nothing"))
    }

    /// A digest of everything that decides what is built: the files of the module, the toolchain and the arguments.
    pub fn key(&self, modules: &Path, toolchain: &str) -> io::Result<String> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(modules.join(self.folder))? {
            let entry = entry?;
            files.push((entry.file_name(), std::fs::read(entry.path())?));
        }
        files.sort();
        let mut all = Vec::new();
        // Lengths keep two parts from running into each other.
        let mut add = |part: &[u8]| {
            all.extend_from_slice(&(part.len() as u64).to_le_bytes());
            all.extend_from_slice(part);
        };
        add(toolchain.as_bytes());
        add(self.all_linker_flags().as_bytes());
        for (program, package) in self.programs {
            add(program.name().as_bytes());
            add(package.as_bytes());
        }
        for (name, contents) in &files {
            add(name.as_encoded_bytes());
            add(contents);
        }
        let mut digest = sha256(&all);
        digest.truncate(16);
        Ok(digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(go_mod: &str, go_sum: &str, toolchain: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let module = folder.path().join(ETCD.folder);
        std::fs::create_dir(&module).unwrap();
        std::fs::write(module.join("go.mod"), go_mod).unwrap();
        std::fs::write(module.join("go.sum"), go_sum).unwrap();
        ETCD.key(folder.path(), toolchain).unwrap()
    }

    #[test]
    fn the_same_module_has_the_same_key() {
        assert_eq!(key("module a", "", "go1.26"), key("module a", "", "go1.26"));
    }

    #[test]
    fn every_input_changes_the_key() {
        let keys = [
            key("module a", "", "go1.26"),
            key("module b", "", "go1.26"),
            key("module a", "sum", "go1.26"),
            key("module a", "", "go1.27"),
        ];
        let mut distinct = keys.to_vec();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), keys.len(), "{keys:?}");
    }

    #[test]
    fn the_linker_says_the_version_of_go_mod() {
        let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
        let text = std::fs::read_to_string(modules.join("kubernetes/go.mod")).unwrap();
        let version = KUBERNETES.linker_flags.rsplit_once('=').map(|(_, version)| version).unwrap();
        assert!(
            text.lines().any(|line| line.ends_with(&format!("k8s.io/kubernetes {version}"))),
            "go.mod does not require k8s.io/kubernetes {version}"
        );
    }

    #[test]
    fn every_module_pins_what_it_is_named_after() {
        let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
        for (module, path) in [
            (KUBERNETES, "k8s.io/kubernetes v"),
            (ETCD, "go.etcd.io/etcd/server/v3 v"),
            (KWOK, "sigs.k8s.io/kwok v"),
            (YAML_READER, "sigs.k8s.io/yaml v"),
            (ISTIOCTL, "istio.io/istio v"),
            (PROMETHEUS, "github.com/prometheus/prometheus v"),
            (ALERTMANAGER, "github.com/prometheus/alertmanager v"),
        ] {
            let pinned = module.pinned(&modules).unwrap();
            assert!(pinned.starts_with(path), "{pinned}");
        }
    }

    #[test]
    fn every_program_is_built_by_its_module() {
        for program in [
            Program::Etcd,
            Program::KubeApiserver,
            Program::KubeControllerManager,
            Program::KubeScheduler,
            Program::Kubectl,
            Program::Kwok,
            Program::YamlReader,
            Program::Istioctl,
            Program::Helm,
            Program::Kustomize,
            Program::Promtool,
            Program::Amtool,
        ] {
            let module = Module::of(program).unwrap();
            assert!(module.programs.iter().any(|(built, _)| *built == program), "{program:?}");
        }
    }
}
