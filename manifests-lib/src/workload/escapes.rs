//! The fields of a pod by which a container gets more than the rule.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1 as core;

use super::Allowance;
use crate::model::label::Labels;

/// What allows it, by what is allowed: the fields of the pod, with their values.
pub(crate) type Escapes = BTreeMap<Allowance, Vec<String>>;

/// How much of a pod an object says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it: what is absent has the default of the API.
    Whole,
    /// What it changes of pods that an operator writes.
    Part,
}

/// Settings of the kernel that only concern the pod itself.
///
/// Upstream: <https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline>
const SYSCTLS: [&str; 10] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_syncookies",
];

/// Types of `SELinux` that containers have by themselves.
const SELINUX_TYPES: [&str; 5] =
    ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/// What the name of the annotation begins with that was `AppArmor`'s before there was a field; the container's name follows.
const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// Everything that a finished container is allowed beyond the rule.
pub(crate) fn escapes(
    pods: &core::PodSpec,
    annotations: Option<&Labels>,
    container: &core::Container,
    extent: Extent,
) -> Escapes {
    let mut found =
        Found { escapes: Escapes::new(), whole: extent == Extent::Whole, pods, container };
    found.root();
    found.file_system_and_privileges();
    found.capabilities();
    found.confinement(annotations);
    found.node();
    found.token_and_processes();
    found.escapes
}

struct Found<'a> {
    escapes: Escapes,
    whole: bool,
    pods: &'a core::PodSpec,
    container: &'a core::Container,
}

impl<'a> Found<'a> {
    fn add(&mut self, allowance: Allowance, field: impl Into<String>) {
        self.escapes.entry(allowance).or_default().push(field.into());
    }

    fn pod(&self) -> Option<&'a core::PodSecurityContext> {
        self.pods.security_context.as_ref()
    }

    fn own(&self) -> Option<&'a core::SecurityContext> {
        self.container.security_context.as_ref()
    }

    fn root(&mut self) {
        let (pod, own) = (self.pod(), self.own());
        match own.and_then(|own| own.run_as_user).or_else(|| pod?.run_as_user) {
            None if self.whole => self.add(Allowance::Root, "no runAsUser"),
            Some(0) => self.add(Allowance::Root, "runAsUser 0"),
            _ => {}
        }
        match own.and_then(|own| own.run_as_non_root).or_else(|| pod?.run_as_non_root) {
            None if self.whole => self.add(Allowance::Root, "no runAsNonRoot"),
            Some(false) => self.add(Allowance::Root, "runAsNonRoot false"),
            _ => {}
        }
        if own.and_then(|own| own.run_as_group).or_else(|| pod?.run_as_group) == Some(0) {
            self.add(Allowance::Root, "runAsGroup 0");
        }
        let Some(pod) = pod else { return };
        if pod.supplemental_groups.iter().flatten().any(|group| *group == 0) {
            self.add(Allowance::Root, "supplementalGroups 0");
        }
        if pod.fs_group == Some(0) {
            self.add(Allowance::Root, "fsGroup 0");
        }
    }

    fn file_system_and_privileges(&mut self) {
        let own = self.own();
        let unset = |value: Option<bool>, safe| value.map_or(self.whole, |value| value != safe);
        let writable = unset(own.and_then(|own| own.read_only_root_filesystem), true);
        let escalates = unset(own.and_then(|own| own.allow_privilege_escalation), false);
        if writable {
            self.add(Allowance::WritableRootFileSystem, "readOnlyRootFilesystem is not true");
        }
        if escalates {
            self.add(Allowance::PrivilegeEscalation, "allowPrivilegeEscalation is not false");
        }
    }

    fn capabilities(&mut self) {
        let capabilities = self.own().and_then(|own| own.capabilities.as_ref());
        for added in capabilities.iter().flat_map(|it| it.add.iter().flatten()) {
            self.add(Allowance::Capabilities, format!("capabilities.add {added}"));
        }
        let mut dropped = capabilities.iter().flat_map(|it| it.drop.iter().flatten());
        if self.whole && !dropped.any(|name| name == "ALL") {
            self.add(Allowance::Capabilities, "capabilities.drop without ALL");
        }
    }

    fn confinement(&mut self, annotations: Option<&Labels>) {
        let (pod, own) = (self.pod(), self.own());
        let seccomp = own
            .and_then(|own| own.seccomp_profile.as_ref())
            .or_else(|| pod?.seccomp_profile.as_ref());
        match seccomp {
            None if self.whole => self.add(Allowance::Unconfined, "no seccompProfile"),
            Some(profile) if profile.type_ != "RuntimeDefault" => {
                self.add(Allowance::Unconfined, format!("seccompProfile {}", profile.type_));
            }
            _ => {}
        }
        let app_armor = own
            .and_then(|own| own.app_armor_profile.as_ref())
            .or_else(|| pod?.app_armor_profile.as_ref());
        if let Some(profile) = app_armor.filter(|profile| profile.type_ != "RuntimeDefault") {
            self.add(Allowance::Unconfined, format!("appArmorProfile {}", profile.type_));
        }
        if let Some(profile) = app_armor_annotation(annotations, &self.container.name)
            && profile != "runtime/default"
        {
            self.add(Allowance::Unconfined, format!("the annotation {APP_ARMOR}… {profile}"));
        }
        let of_both = [
            own.and_then(|own| own.se_linux_options.as_ref()),
            pod.and_then(|pod| pod.se_linux_options.as_ref()),
        ];
        for field in of_both.into_iter().flatten().filter_map(custom_se_linux) {
            self.add(Allowance::Unconfined, field);
        }
        if let Some(mount) = own.and_then(|own| own.proc_mount.as_ref())
            && mount != "Default"
        {
            self.add(Allowance::Unconfined, format!("procMount {mount}"));
        }
    }

    fn node(&mut self) {
        let pods = self.pods;
        for (used, field) in [
            (pods.host_network, "hostNetwork"),
            (pods.host_pid, "hostPID"),
            (pods.host_ipc, "hostIPC"),
            (self.own().and_then(|own| own.privileged), "privileged"),
        ] {
            if used == Some(true) {
                self.add(Allowance::Node, field);
            }
        }
        for volume in pods.volumes.iter().flatten() {
            if let Some(folder) = &volume.host_path {
                self.add(Allowance::Node, format!("hostPath {}", folder.path));
            }
        }
        for port in host_ports(self.container) {
            self.add(Allowance::Node, format!("hostPort {port}"));
        }
        for host in probed_hosts(self.container) {
            self.add(Allowance::Node, format!("a probe of the host {host} by the kubelet"));
        }
        for name in unsafe_sysctls(pods) {
            self.add(Allowance::Node, format!("sysctl {name}"));
        }
        for field in windows(pods, self.container) {
            self.add(Allowance::Node, field);
        }
    }

    fn token_and_processes(&mut self) {
        let pods = self.pods;
        if pods.automount_service_account_token.map_or(self.whole, |mounts| mounts) {
            self.add(Allowance::ServiceAccountToken, "automountServiceAccountToken is not false");
        }
        for volume in pods.volumes.iter().flatten() {
            let sources = volume.projected.iter().flat_map(|it| it.sources.iter().flatten());
            for token in sources.filter_map(|source| source.service_account_token.as_ref()) {
                let audience = token.audience.as_deref().unwrap_or("the API server");
                self.add(
                    Allowance::ServiceAccountToken,
                    format!("the volume {} with a token for {audience}", volume.name),
                );
            }
        }
        if pods.share_process_namespace == Some(true) {
            self.add(Allowance::SharedProcesses, "shareProcessNamespace");
        }
    }
}

/// The profile that an annotation gives to a container.
pub(crate) fn app_armor_annotation<'a>(
    annotations: Option<&'a Labels>,
    container: &str,
) -> Option<&'a str> {
    let mut of_app_armor =
        annotations?.range(APP_ARMOR.to_owned()..).map_while(|(key, profile)| {
            key.strip_prefix(APP_ARMOR).map(|container| (container, profile.as_str()))
        });
    of_app_armor.find(|(other, _)| *other == container).map(|(_, profile)| profile)
}

/// What options of `SELinux` say beyond the types of containers.
pub(crate) fn custom_se_linux(options: &core::SELinuxOptions) -> Option<String> {
    let set = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
    if let Some(user) = set(&options.user) {
        return Some(format!("seLinuxOptions.user {user}"));
    }
    if let Some(role) = set(&options.role) {
        return Some(format!("seLinuxOptions.role {role}"));
    }
    let type_ = set(&options.type_)?;
    (!SELINUX_TYPES.contains(&type_.as_str())).then(|| format!("seLinuxOptions.type {type_}"))
}

/// Ports that the container takes of its node.
pub(crate) fn host_ports(container: &core::Container) -> impl Iterator<Item = i32> {
    let ports = container.ports.iter().flatten();
    ports.filter_map(|port| port.host_port.filter(|port| *port != 0))
}

/// Settings of the kernel that concern more than the pod.
pub(crate) fn unsafe_sysctls(pods: &core::PodSpec) -> impl Iterator<Item = &str> {
    let sysctls = pods.security_context.iter().flat_map(|it| it.sysctls.iter().flatten());
    sysctls.map(|sysctl| sysctl.name.as_str()).filter(|name| !SYSCTLS.contains(name))
}

/// Other hosts than the pod that the kubelet asks in the container's name, from inside the node.
pub(crate) fn probed_hosts(container: &core::Container) -> Vec<&str> {
    let probes = [&container.liveness_probe, &container.readiness_probe, &container.startup_probe];
    let probes = probes.into_iter().flatten();
    let of_probes = probes.map(|probe| (probe.http_get.as_ref(), probe.tcp_socket.as_ref()));
    let lifecycle = container.lifecycle.as_ref();
    let handlers = [
        lifecycle.and_then(|it| it.post_start.as_ref()),
        lifecycle.and_then(|it| it.pre_stop.as_ref()),
    ];
    let handlers = handlers.into_iter().flatten();
    let of_handlers = handlers.map(|it| (it.http_get.as_ref(), it.tcp_socket.as_ref()));
    of_probes
        .chain(of_handlers)
        .flat_map(|(http, tcp)| {
            [http.and_then(|http| http.host.as_deref()), tcp.and_then(|tcp| tcp.host.as_deref())]
        })
        .flatten()
        .filter(|host| !host.is_empty())
        .collect()
}

/// What a container is given on a node of Windows, where the rule's other fields mean nothing.
fn windows(pods: &core::PodSpec, container: &core::Container) -> Vec<String> {
    let of_pod = pods.security_context.as_ref().and_then(|it| it.windows_options.as_ref());
    let own = container.security_context.as_ref().and_then(|it| it.windows_options.as_ref());
    let mut found = Vec::new();
    for options in [of_pod, own].into_iter().flatten() {
        if options.host_process == Some(true) {
            found.push("windowsOptions.hostProcess".to_owned());
        }
        if let Some(user) = &options.run_as_user_name {
            found.push(format!("windowsOptions.runAsUserName {user}"));
        }
        if options.gmsa_credential_spec.is_some() || options.gmsa_credential_spec_name.is_some() {
            found.push("windowsOptions.gmsaCredentialSpec".to_owned());
        }
    }
    found
}
