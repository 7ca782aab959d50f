//! What a container may do to its node. The rule is: nothing beyond running; each exception carries its reason.

use std::fmt;

use k8s_openapi::api::core::v1 as core;

use crate::Origin;

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
        Self {
            id: 0,
            root: Some(reason),
        }
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
    ($literal:expr) => {
        $crate::literal!($crate::User, $literal)
    };
}

/// Something that a container is allowed beyond the rule, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityException {
    /// The line that allows it.
    pub origin: Origin,
    /// The container, as `<workload>/<container>`.
    pub container: String,
    /// What is allowed.
    pub allows: &'static str,
    /// Why.
    pub reason: &'static str,
}

impl fmt::Display for SecurityException {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            container,
            allows,
            reason,
            ..
        } = self;
        write!(formatter, "{container}: {allows}: {reason}")
    }
}

/// The rule for every container of a pod, injected ones included.
pub(crate) fn of_pod() -> core::PodSecurityContext {
    core::PodSecurityContext {
        run_as_non_root: Some(true),
        seccomp_profile: Some(core::SeccompProfile {
            type_: "RuntimeDefault".to_owned(),
            localhost_profile: None,
        }),
        ..core::PodSecurityContext::default()
    }
}

/// The rule for a container, with its exceptions.
pub(crate) fn of_container(user: &User, read_only_root: bool) -> core::SecurityContext {
    core::SecurityContext {
        allow_privilege_escalation: Some(false),
        capabilities: Some(core::Capabilities {
            add: None,
            drop: Some(vec!["ALL".to_owned()]),
        }),
        read_only_root_filesystem: Some(read_only_root),
        run_as_group: Some(user.id()),
        run_as_non_root: user.reason_for_root().map(|_| false),
        run_as_user: Some(user.id()),
        ..core::SecurityContext::default()
    }
}
