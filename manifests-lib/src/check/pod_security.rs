//! Pods that the Pod Security level of their namespace refuses.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1 as core;

use super::workload::Workload;
use crate::model::PodSecurity;
use crate::model::error::BuildError;
use crate::model::label::Labels;
use crate::model::origin::Origin;
use crate::model::resource::Resource;
use crate::model::rule::Rule;
use crate::workload::escapes;

/// Workloads whose pods the API server would refuse, and the namespaces that say so.
pub(crate) fn refused_pods<'a>(
    resources: impl Iterator<Item = &'a Resource> + Clone,
) -> Vec<BuildError> {
    let levels: BTreeMap<String, (PodSecurity, Origin)> = resources
        .clone()
        .filter_map(|resource| {
            let level = PodSecurity::of(resource.get::<core::Namespace>()?);
            Some((resource.object_ref().name, (level, resource.origin())))
        })
        .collect();
    let mut errors = Vec::new();
    for resource in resources {
        let workload = Workload::of(resource);
        let Some((pods, annotations)) =
            workload.and_then(|it| Some((it.pods()?, it.annotations())))
        else {
            continue;
        };
        let object = resource.object_ref();
        let namespace = object.namespace.as_deref().unwrap_or_default();
        let Some((level, declared)) = levels.get(namespace) else {
            continue;
        };
        errors.extend(beyond(*level, pods, annotations).into_iter().map(|what| {
            BuildError::new(
                Rule::PodSecurityViolation,
                resource.origin(),
                format!(
                    "{object}: {what}, and the API server would refuse the pods: the namespace {namespace} enforces {}; change \
                     the pods, or run them in a namespace of their own whose level allows it",
                    level.as_str()
                ),
            )
            .related(resource.patched().iter().copied().chain([*declared]))
        }));
    }
    errors
}

/// What the pods do beyond a level of the Pod Security Standards, a clause each: `container web may run as root`. Annotations are those of
/// the pods.
///
/// Upstream: <https://kubernetes.io/docs/concepts/security/pod-security-standards/>
#[must_use]
pub fn beyond(
    level: PodSecurity,
    pods: &core::PodSpec,
    annotations: Option<&Labels>,
) -> Vec<String> {
    let containers = || pods.containers.iter().chain(pods.init_containers.iter().flatten());
    let mut found = Vec::new();
    if level <= PodSecurity::Baseline {
        found.extend(beyond_baseline(pods));
        for container in containers() {
            let beyond = container_beyond_baseline(annotations, container);
            found.extend(beyond.into_iter().map(|it| of(container, &it)));
        }
    }
    if level <= PodSecurity::Restricted {
        found.extend(beyond_restricted(pods));
        for container in containers() {
            let beyond = container_beyond_restricted(pods, container);
            found.extend(beyond.into_iter().map(|it| of(container, it)));
        }
    }
    found
}

fn of(container: &core::Container, what: &str) -> String {
    format!("container {} {what}", container.name)
}

/// Capabilities that a container may add under `baseline`.
const CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

fn beyond_baseline(pods: &core::PodSpec) -> Vec<String> {
    let mut found = Vec::new();
    for (used, what) in [
        (pods.host_network, "the network"),
        (pods.host_pid, "the processes"),
        (pods.host_ipc, "the shared memory"),
    ] {
        if used == Some(true) {
            found.push(format!("the pod uses {what} of its node"));
        }
    }
    for volume in pods.volumes.iter().flatten() {
        if volume.host_path.is_some() {
            found.push(format!("the volume {} is a folder of the node", volume.name));
        }
    }
    found.extend(escapes::unsafe_sysctls(pods).map(|name| format!("the pod sets {name}")));
    if let Some(context) = &pods.security_context {
        if unconfined(context.seccomp_profile.as_ref()) {
            found.push("the pod makes any system call".to_owned());
        }
        if unconfined_by_app_armor(context.app_armor_profile.as_ref()) {
            found.push("the pod is not confined by AppArmor".to_owned());
        }
        let custom = context.se_linux_options.as_ref().and_then(escapes::custom_se_linux);
        found.extend(custom.map(|field| format!("the pod sets {field}")));
        if is_host_process(context.windows_options.as_ref()) {
            found.push("the pod is a process of its node".to_owned());
        }
    }
    found
}

fn container_beyond_baseline(
    annotations: Option<&Labels>,
    container: &core::Container,
) -> Vec<String> {
    let mut found = Vec::new();
    for port in escapes::host_ports(container) {
        found.push(format!("takes the port {port} of its node"));
    }
    for host in escapes::probed_hosts(container) {
        found.push(format!("has the kubelet ask the host {host}"));
    }
    let profile = escapes::app_armor_annotation(annotations, &container.name);
    if profile == Some("unconfined") {
        found.push("is not confined by AppArmor".to_owned());
    }
    let Some(context) = &container.security_context else {
        return found;
    };
    if context.privileged == Some(true) {
        found.push("is privileged".to_owned());
    }
    for capability in added(context).filter(|it| !CAPABILITIES.contains(it)) {
        found.push(format!("has the capability {capability}"));
    }
    if unconfined(context.seccomp_profile.as_ref()) {
        found.push("makes any system call".to_owned());
    }
    if unconfined_by_app_armor(context.app_armor_profile.as_ref()) {
        found.push("is not confined by AppArmor".to_owned());
    }
    let custom = context.se_linux_options.as_ref().and_then(escapes::custom_se_linux);
    found.extend(custom.map(|field| format!("sets {field}")));
    if is_host_process(context.windows_options.as_ref()) {
        found.push("is a process of its node".to_owned());
    }
    if context.proc_mount.as_deref().is_some_and(|mount| mount != "Default") {
        found.push("sees what is masked in /proc".to_owned());
    }
    found
}

fn beyond_restricted(pods: &core::PodSpec) -> Vec<String> {
    let mut found: Vec<_> = pods
        .volumes
        .iter()
        .flatten()
        .filter(|volume| volume.host_path.is_none() && !is_restricted(volume))
        .map(|volume| {
            format!("the volume {} is of a kind that reaches beyond the cluster", volume.name)
        })
        .collect();
    if pods.security_context.as_ref().is_some_and(|context| context.run_as_user == Some(0)) {
        found.push("the pod runs as root".to_owned());
    }
    found
}

fn container_beyond_restricted(
    pods: &core::PodSpec,
    container: &core::Container,
) -> Vec<&'static str> {
    let pod = pods.security_context.as_ref();
    let own = container.security_context.as_ref();
    let mut found = Vec::new();
    if own.and_then(|own| own.allow_privilege_escalation) != Some(false) {
        found.push("may gain privileges");
    }
    let non_root = own.and_then(|own| own.run_as_non_root).or_else(|| pod?.run_as_non_root);
    if non_root != Some(true) || own.is_some_and(|own| own.run_as_user == Some(0)) {
        found.push("may run as root");
    }
    let seccomp =
        own.and_then(|own| own.seccomp_profile.as_ref()).or_else(|| pod?.seccomp_profile.as_ref());
    if seccomp.is_none() {
        found.push("has no filter of system calls");
    }
    let drops_all = own
        .and_then(|own| own.capabilities.as_ref()?.drop.as_ref())
        .is_some_and(|drop| drop.iter().any(|name| name == "ALL"));
    let adds = own.is_some_and(|own| added(own).any(|name| name != "NET_BIND_SERVICE"));
    if !drops_all || adds {
        found.push("keeps capabilities");
    }
    found
}

fn unconfined(profile: Option<&core::SeccompProfile>) -> bool {
    profile.is_some_and(|profile| profile.type_ == "Unconfined")
}

fn unconfined_by_app_armor(profile: Option<&core::AppArmorProfile>) -> bool {
    profile.is_some_and(|profile| profile.type_ == "Unconfined")
}

fn is_host_process(options: Option<&core::WindowsSecurityContextOptions>) -> bool {
    options.is_some_and(|options| options.host_process == Some(true))
}

fn added(context: &core::SecurityContext) -> impl Iterator<Item = &str> {
    let capabilities = context.capabilities.iter();
    capabilities.flat_map(|it| it.add.iter().flatten()).map(String::as_str)
}

/// Whether a volume holds what the cluster keeps.
fn is_restricted(volume: &core::Volume) -> bool {
    volume.config_map.is_some()
        || volume.csi.is_some()
        || volume.downward_api.is_some()
        || volume.empty_dir.is_some()
        || volume.ephemeral.is_some()
        || volume.persistent_volume_claim.is_some()
        || volume.projected.is_some()
        || volume.secret.is_some()
}
