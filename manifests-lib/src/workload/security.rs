//! What a container may do to its node. The rule is: nothing beyond running; each exception carries its reason.

use std::collections::BTreeSet;
use std::fmt;

use k8s_openapi::api::core::v1 as core;

use super::Capability;
use crate::model::origin::Origin;

/// The user that a container's processes run as.
///
/// It is always written down: an image that names its user by name cannot be proven not to be root, and the kubelet
/// refuses to start it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    id: u32,
    root: Option<&'static str>,
}

impl User {
    /// A user other than root, by number. [`uid!`](crate::uid!) moves the check to compile time.
    ///
    /// # Panics
    ///
    /// Where the number is 0: root has a reason, see [`User::root`].
    #[must_use]
    #[track_caller]
    pub const fn from_static(id: u32) -> Self {
        assert!(id != 0, "user 0 is root: write User::root(\"why\")");
        Self { id, root: None }
    }

    /// Root, and why the image cannot run as anybody else. Counts as a [`SecurityException`].
    #[must_use]
    pub const fn root(reason: &'static str) -> Self {
        Self { id: 0, root: Some(reason) }
    }

    pub(crate) fn id(&self) -> i64 {
        i64::from(self.id)
    }

    pub(crate) fn reason_for_root(&self) -> Option<&'static str> {
        self.root
    }
}

/// A [`User`] from a literal that is not 0, checked when it is compiled.
#[macro_export]
macro_rules! uid {
    ($literal:expr) => {{
        const VALUE: $crate::workload::User = $crate::workload::User::from_static($literal);
        VALUE
    }};
}

/// What a container may be allowed beyond the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Allowance {
    /// To run as root, in root's group, or as a user that nobody wrote down.
    Root,
    /// To write to its root file system.
    WritableRootFileSystem,
    /// To have capabilities of the kernel.
    Capabilities,
    /// To gain privileges that its parent process does not have.
    PrivilegeEscalation,
    /// To make any system call, or to be confined in another way than the runtime does by itself (seccomp, `AppArmor`, `SELinux`,
    /// `/proc`).
    Unconfined,
    /// To use the node's network, ports, processes, files, devices or kernel settings.
    Node,
    /// To carry a token of its ServiceAccount: to speak to the API server, or to somebody else, in its name.
    ServiceAccountToken,
    /// To see the processes of the pod's other containers, and through them their files and variables.
    SharedProcesses,
}

impl fmt::Display for Allowance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Root => "runs as root",
            Self::WritableRootFileSystem => "writes to its root file system",
            Self::Capabilities => "has capabilities",
            Self::PrivilegeEscalation => "may gain privileges",
            Self::Unconfined => "does without the runtime's confinement",
            Self::Node => "uses the node",
            Self::ServiceAccountToken => "carries a token of its ServiceAccount",
            Self::SharedProcesses => "sees the processes of the pod's other containers",
        })
    }
}

/// Something that a container is allowed beyond the rule, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityException {
    /// The line that allows it.
    pub origin: Origin,
    /// The container, as `<workload>/<container>`.
    pub container: String,
    /// What is allowed.
    pub allows: Allowance,
    /// Why.
    pub reason: &'static str,
}

impl fmt::Display for SecurityException {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { container, allows, reason, .. } = self;
        write!(formatter, "{container}: {allows}: {reason}")
    }
}

/// The rule for every container of a pod, injected ones included.
pub(crate) fn of_pod() -> core::PodSecurityContext {
    core::PodSecurityContext {
        run_as_non_root: Some(true),
        seccomp_profile: Some(runtime_default_seccomp()),
        ..core::PodSecurityContext::default()
    }
}

/// The container runtime's own filter of system calls.
#[must_use]
pub fn runtime_default_seccomp() -> core::SeccompProfile {
    core::SeccompProfile { type_: "RuntimeDefault".to_owned(), localhost_profile: None }
}

/// What every container may do at most: no root, no capabilities, no write to its root file system. For the values of charts:
/// containers of this library have it by themselves.
///
/// Upstream: <https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted>
#[must_use]
pub fn restricted_security_context() -> core::SecurityContext {
    core::SecurityContext {
        run_as_non_root: Some(true),
        seccomp_profile: Some(runtime_default_seccomp()),
        ..unprivileged(true)
    }
}

/// A container that gains nothing and has no capabilities.
fn unprivileged(read_only_root: bool) -> core::SecurityContext {
    core::SecurityContext {
        allow_privilege_escalation: Some(false),
        capabilities: Some(core::Capabilities { add: None, drop: Some(vec!["ALL".to_owned()]) }),
        read_only_root_filesystem: Some(read_only_root),
        ..core::SecurityContext::default()
    }
}

/// The rule for a container, with its exceptions.
pub(crate) fn of_container(
    user: &User,
    read_only_root: bool,
    capabilities: &BTreeSet<Capability>,
) -> core::SecurityContext {
    let mut context = unprivileged(read_only_root);
    if !capabilities.is_empty() {
        let names = capabilities.iter().map(|capability| capability.as_str().to_owned());
        context.capabilities.get_or_insert_default().add = Some(names.collect());
    }
    core::SecurityContext {
        run_as_group: Some(user.id()),
        run_as_non_root: user.reason_for_root().map(|_| false),
        run_as_user: Some(user.id()),
        ..context
    }
}
