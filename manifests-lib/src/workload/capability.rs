//! Capabilities of the kernel that a container asks for.

use super::ContainerHandle;
use crate::model::origin::Origin;

/// A right of root that a container can have alone: those that the Pod Security Standard `baseline` knows; `restricted` takes
/// [`NetBindService`](Self::NetBindService) only.
///
/// Upstream: <https://man7.org/linux/man-pages/man7/capabilities.7.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Capability {
    /// To write to the log of the kernel's auditing.
    AuditWrite,
    /// To give files to other users.
    Chown,
    /// To read and write files of others.
    DacOverride,
    /// To change the modes of files of others.
    Fowner,
    /// To keep set-user-id bits of files that it changes.
    Fsetid,
    /// To signal processes of other users.
    Kill,
    /// To make device files.
    Mknod,
    /// To listen on ports below 1024.
    NetBindService,
    /// To give capabilities to files.
    Setfcap,
    /// To become other groups.
    Setgid,
    /// To hand its own capabilities on.
    Setpcap,
    /// To become other users.
    Setuid,
    /// To change its root directory.
    SysChroot,
}

impl Capability {
    /// As a security context names it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::AuditWrite => "AUDIT_WRITE",
            Self::Chown => "CHOWN",
            Self::DacOverride => "DAC_OVERRIDE",
            Self::Fowner => "FOWNER",
            Self::Fsetid => "FSETID",
            Self::Kill => "KILL",
            Self::Mknod => "MKNOD",
            Self::NetBindService => "NET_BIND_SERVICE",
            Self::Setfcap => "SETFCAP",
            Self::Setgid => "SETGID",
            Self::Setpcap => "SETPCAP",
            Self::Setuid => "SETUID",
            Self::SysChroot => "SYS_CHROOT",
        }
    }
}

impl<P> ContainerHandle<P> {
    /// Gives the container a capability, and why. Counts as a [`SecurityException`](super::SecurityException).
    ///
    /// A program that runs as root has it at once. One that runs as another [user](super::User) has it where its file has it, too
    /// (`setcap cap_net_bind_service=+ep`); a program with such a file does not even start without it.
    ///
    /// The build reports an empty reason, and a capability that the namespace refuses.
    ///
    /// Upstream: <https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-capabilities-for-a-container>
    #[track_caller]
    pub fn capability(&self, capability: Capability, reason: &'static str) {
        self.add_capability(Origin::here(), capability, reason);
    }
}
