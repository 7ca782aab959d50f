//! Argo CD can deploy it, in this order.

pub(super) mod duplicate_object;
pub(super) mod endless_hook;
pub(super) mod forbidden_by_project;
pub(super) mod late_definition;
pub(super) mod late_dependency;
pub(super) mod moving_chart;
pub(super) mod null_value;
pub(super) mod overlapping_applications;
pub(super) mod repeated_job;
pub(super) mod too_large_to_apply;
pub(super) mod waiting_claim;

use crate::graph::delivery::wave;
use crate::objects::{Object, list, text};

/// When Argo CD applies an object: in which phase of a sync, and in which wave of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Turn {
    pub(crate) phase: Phase,
    pub(crate) wave: i64,
}

/// A phase of a sync, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Before the rest; only hooks.
    PreSync,
    /// With what is no hook.
    Sync,
    /// After the rest; only hooks.
    PostSync,
}

impl std::fmt::Display for Turn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { phase, wave } = self;
        match phase {
            Phase::PreSync => write!(formatter, "wave {wave} before the sync"),
            Phase::Sync => write!(formatter, "wave {wave}"),
            Phase::PostSync => write!(formatter, "wave {wave} after the sync"),
        }
    }
}

/// The annotations that make an object a hook: of Argo CD, and of Helm, which counts where there is none of Argo CD.
const HOOKS: [&str; 2] = ["argocd.argoproj.io/hook", "helm.sh/hook"];

fn hooks(object: &Object) -> impl Iterator<Item = &str> {
    let hooks = HOOKS.iter().find_map(|key| object.annotation(key)).unwrap_or_default();
    hooks.split(',').map(str::trim).filter(|hook| !hook.is_empty())
}

fn is_hook(object: &Object) -> bool {
    hooks(object).next().is_some()
}

/// The phase in which each sync makes a hook anew; none of what is no hook, and none where a hook stays between syncs.
///
/// Upstream: `gitops-engine/pkg/sync/hook` of Argo CD
pub(crate) fn hook_phase(object: &Object) -> Option<&'static str> {
    let phase = hooks(object).find_map(|hook| match hook {
        "PreSync" | "pre-install" | "pre-upgrade" => Some("PreSync"),
        "Sync" => Some("Sync"),
        "PostSync" | "post-install" | "post-upgrade" => Some("PostSync"),
        "SyncFail" => Some("SyncFail"),
        "PreDelete" => Some("PreDelete"),
        "PostDelete" => Some("PostDelete"),
        _ => None,
    });
    phase.filter(|_| !hooks(object).all(|hook| hook == "Skip"))
}

/// Whether an object is one of Helm's hooks that Argo CD runs in no phase: a test, a rollback, a deletion.
pub(crate) fn is_never_applied(object: &Object) -> bool {
    object.annotation(HOOKS[0]).is_none()
        && object.annotation(HOOKS[1]).is_some_and(|hook| hook != "crd-install")
        && hook_phase(object).is_none()
}

/// Whether an object is a hook of Helm that is there when everything else is.
fn is_upgrade_only(object: &Object) -> bool {
    is_hook(object)
        && hooks(object).all(|hook| hook.ends_with("-upgrade") || hook.ends_with("-rollback"))
}

/// When an object is applied; of several phases, the first.
pub(crate) fn turn(object: &Object) -> Turn {
    let phase = hooks(object).map(|hook| match hook {
        "PreSync" | "pre-install" | "pre-upgrade" | "crd-install" => Phase::PreSync,
        // What runs only when somebody asks or something fails counts as last, too.
        "PostSync" | "post-install" | "post-upgrade" | "SyncFail" | "PostDelete" | "test"
        | "pre-delete" | "post-delete" => Phase::PostSync,
        _ => Phase::Sync,
    });
    let weight = object.annotation("helm.sh/hook-weight").and_then(|weight| weight.parse().ok());
    let said = object.annotation("argocd.argoproj.io/sync-wave").is_some();
    let wave = weight.filter(|_| !said).unwrap_or_else(|| wave(object));
    Turn { phase: phase.min().unwrap_or(Phase::Sync), wave }
}

/// Whether an option of a sync is set, at the object itself or for all of an Application.
pub(crate) fn has_option(object: &Object, option: &str) -> bool {
    let own = object.annotation("argocd.argoproj.io/sync-options").unwrap_or_default();
    own.split(',').any(|set| set.trim() == option)
        || list(&object.json["spec"]["syncPolicy"]["syncOptions"])
            .iter()
            .any(|set| text(set) == Some(option))
}
