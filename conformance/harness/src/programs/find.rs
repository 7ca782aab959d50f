//! Programs that the environment names, and whether they are of the releases that the manifests are for.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::table::{Program, Source};
use super::{ASSETS, Machine, version};
use crate::Failure;
use crate::watchdog::Watchdog;

/// How messages call the `PATH`.
const PATH: &str = "the PATH";

/// A program that the environment names.
pub struct Named {
    /// Its file.
    pub path: PathBuf,
    /// The variable that names it.
    by: &'static str,
}

impl Named {
    /// The program where the environment names it.
    pub fn find(machine: &Machine, program: Program) -> Result<Option<Self>, Failure> {
        let Some(variable) = program.variable else {
            return Self::in_assets(machine, program);
        };
        let Some(file) = machine.variables.get(variable) else {
            let path = machine.on_path(program.name);
            return Ok(path.map(|path| Self { path: behind_wrapper(path), by: PATH }));
        };
        if is_executable(file) {
            return Ok(Some(Self { path: behind_wrapper(file.clone()), by: variable }));
        }
        let otherwise = match program.source {
            Source::Go(_) => format!("{} is built", program.name),
            Source::Python(_) | Source::Node(_) => format!("{} is installed", program.name),
            Source::Elsewhere(_) => "the PATH is searched".to_owned(),
        };
        Err(Failure::new(format!(
            "{variable} names {}, which is no program: correct it, or unset it and {otherwise}",
            file.display()
        )))
    }

    fn in_assets(machine: &Machine, program: Program) -> Result<Option<Self>, Failure> {
        let Some(assets) = machine.variables.get(ASSETS) else {
            return Ok(None);
        };
        let name = program.name;
        let path = assets.join(name);
        if is_executable(&path) {
            return Ok(Some(Self { path, by: ASSETS }));
        }
        if program.is_of_envtest {
            return Err(Failure::new(format!(
                "{ASSETS} names {}, which has no {name}: run `setup-envtest use 1.35`, or unset the variable and {name} is \
                 built",
                assets.display()
            )));
        }
        Ok(None)
    }

    /// Which version it is; a failure where it is not of the release that the manifests are for.
    ///
    /// What another release says about them, the cluster that they are for need not say.
    pub fn version(&self, watchdog: &Watchdog, program: Program) -> Result<String, Failure> {
        let version = version::of(watchdog, program, &self.path)?;
        let told = version.as_deref().unwrap_or("of unknown version");
        let Self { path, by } = self;
        let Some(release) = program.release else {
            return Ok(format!("{told} of {by}"));
        };
        if version.as_deref().is_some_and(|version| release.has(version)) {
            return Ok(format!("{told} of {by}"));
        }
        let (name, number) = (program.name, release.number());
        let way_out = match (*by, program.variable, program.source) {
            (PATH, Some(variable), Source::Go(_)) => format!(
                "name {name} {number} with {variable}, or take this one off the PATH and {name} is built"
            ),
            (PATH, Some(variable), _) => format!("name {name} {number} with {variable}"),
            (_, Some(_), _) => format!("name {name} {number}, or unset the variable"),
            (_, None, _) => format!(
                "name the folder that `setup-envtest use {number} --print path` prints, or unset the variable and {name} \
                 is built"
            ),
        };
        Err(Failure::new(format!(
            "{by} leads to {}, which is {told}, but the manifests are for {} {number}: {way_out}",
            path.display(),
            release.project
        )))
    }
}

/// Debian's rabbitmq-server runs only as root, and then as the user rabbitmq: what it runs is beside it.
fn behind_wrapper(file: PathBuf) -> PathBuf {
    file.canonicalize()
        .ok()
        .filter(|wrapper| wrapper.ends_with("rabbitmq-script-wrapper"))
        .map(|wrapper| wrapper.with_file_name(Program::RABBITMQ_SERVER.name))
        .filter(|script| is_executable(script))
        .unwrap_or(file)
}

/// Whether a file can be started.
pub fn is_executable(file: &Path) -> bool {
    file.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::super::Programs;
    use super::super::tests::{machine, programs};
    use super::*;

    /// A program that says this when it is asked for its version.
    fn program(folder: &Path, name: &str, version: &str) -> PathBuf {
        let file = folder.join(name);
        std::fs::write(&file, format!("#!/bin/sh\necho {version}\n")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        file
    }

    #[test]
    fn takes_the_programs_of_envtest_first() {
        let folder = tempfile::tempdir().unwrap();
        let etcd = program(folder.path(), "etcd", "etcd Version: 3.6.1");
        let programs = with_assets(folder.path());
        assert_eq!(programs.path(Program::ETCD).unwrap(), etcd);
        let judges = programs.judges();
        assert_eq!(judges[0].version, "3.6.1 of KUBEBUILDER_ASSETS");
        assert_eq!(judges[0].path, etcd);
        assert!(programs.judges().is_empty(), "nothing was used since");
    }

    fn with_assets(folder: &Path) -> Programs {
        let mut machine = machine(folder);
        machine.variables.insert(ASSETS, folder.to_owned());
        programs(machine)
    }

    fn with_istioctl(istioctl: Option<&Path>, path: &Path) -> Programs {
        let mut machine = Machine { path: path.into(), ..machine(path) };
        if let Some(istioctl) = istioctl {
            machine.variables.insert("ISTIOCTL", istioctl.to_owned());
        }
        programs(machine)
    }

    /// The message without the folder, which has another name each time.
    fn message(failure: &Failure, folder: &Path) -> String {
        failure.to_string().replace(&folder.display().to_string(), "<folder>")
    }

    #[test]
    fn another_kubernetes_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        program(folder.path(), "kubectl", "Client Version: v1.34.1");
        let failure = with_assets(folder.path()).path(Program::KUBECTL).unwrap_err();
        insta::assert_snapshot!(message(&failure, folder.path()), @"KUBEBUILDER_ASSETS leads to <folder>/kubectl, which is v1.34.1, but the manifests are for Kubernetes 1.35: name the folder that `setup-envtest use 1.35 --print path` prints, or unset the variable and kubectl is built");
    }

    #[test]
    fn another_istio_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let istioctl = program(folder.path(), "istioctl", "client version: 1.24.3");
        let failure = |istioctl: Option<&Path>| {
            let programs = with_istioctl(istioctl, folder.path());
            message(&programs.path(Program::ISTIOCTL).unwrap_err(), folder.path())
        };
        insta::assert_snapshot!(failure(Some(&istioctl)), @"ISTIOCTL leads to <folder>/istioctl, which is 1.24.3, but the manifests are for Istio 1.30: name istioctl 1.30, or unset the variable");
        insta::assert_snapshot!(failure(None), @"the PATH leads to <folder>/istioctl, which is 1.24.3, but the manifests are for Istio 1.30: name istioctl 1.30 with ISTIOCTL, or take this one off the PATH and istioctl is built");
    }

    #[test]
    fn a_program_that_does_not_tell_its_version_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        program(folder.path(), "kubectl", "Client Version: unknown");
        let failure = with_assets(folder.path()).path(Program::KUBECTL).unwrap_err().to_string();
        assert!(failure.contains("which is of unknown version"), "{failure}");
    }

    #[test]
    fn a_folder_without_the_program_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let programs = with_assets(folder.path());
        let failure = programs.path(Program::KUBECTL).unwrap_err().to_string();
        assert!(failure.contains("which has no kubectl"), "{failure}");
    }

    #[test]
    fn takes_istioctl_of_the_variable_then_of_the_path() {
        let (named, path) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = program(named.path(), "my-istioctl", "client version: 1.30.3");
        let second = program(path.path(), "istioctl", "client version: 1.30.0");
        let found = |istioctl: Option<&Path>| {
            with_istioctl(istioctl, path.path()).path(Program::ISTIOCTL).unwrap()
        };
        assert_eq!(found(Some(&first)), first);
        assert_eq!(found(None), second);
    }

    #[test]
    fn a_missing_program_that_is_not_built_says_how_to_get_it() {
        let folder = tempfile::tempdir().unwrap();
        let programs = programs(machine(folder.path()));
        let failure = |program| programs.path(program).unwrap_err();
        insta::assert_snapshot!(failure(Program::RABBITMQ_SERVER), @"there is no rabbitmq-server on the PATH, and it cannot be built with Go: install it (the package rabbitmq-server of Debian and Ubuntu, others on https://www.rabbitmq.com/docs/download), or name its file with RABBITMQ_SERVER, such as /usr/lib/rabbitmq/bin/rabbitmq-server");
        insta::assert_snapshot!(failure(Program::FLUENT_BIT), @"there is no fluent-bit on the PATH, and it cannot be built with Go: install a package of https://docs.fluentbit.io/manual/installation, or name its file with FLUENT_BIT, such as /opt/fluent-bit/bin/fluent-bit");
    }

    #[test]
    fn an_older_rabbitmq_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("plugins/rabbit-3.9.29")).unwrap();
        std::fs::create_dir(root.join("sbin")).unwrap();
        program(&root.join("sbin"), "rabbitmq-server", "never started");
        let machine = Machine { path: root.join("sbin").into(), ..machine(root) };
        let failure = programs(machine).path(Program::RABBITMQ_SERVER).unwrap_err();
        insta::assert_snapshot!(message(&failure, root), @"the PATH leads to <folder>/sbin/rabbitmq-server, which is 3.9.29, but the manifests are for RabbitMQ 3.10 or newer: name rabbitmq-server 3.10 or newer with RABBITMQ_SERVER");
    }

    #[test]
    fn the_script_behind_the_wrapper_of_debian_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let script = program(folder.path(), "rabbitmq-server", "");
        let wrapper = program(folder.path(), "rabbitmq-script-wrapper", "");
        let sbin = folder.path().join("sbin");
        std::fs::create_dir(&sbin).unwrap();
        let link = sbin.join("rabbitmq-server");
        std::os::unix::fs::symlink(wrapper, &link).unwrap();
        assert_eq!(behind_wrapper(link).canonicalize().unwrap(), script.canonicalize().unwrap());
        assert_eq!(behind_wrapper(script.clone()), script);
    }

    #[test]
    fn a_wrong_variable_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let istioctl = folder.path().join("istioctl");
        let programs = with_istioctl(Some(&istioctl), folder.path());
        let failure = programs.path(Program::ISTIOCTL).unwrap_err().to_string();
        assert!(failure.starts_with("ISTIOCTL names "), "{failure}");
    }
}
