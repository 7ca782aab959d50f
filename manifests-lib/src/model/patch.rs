//! The typed way out of what a part offers: lines that adjust its objects once they are built.

use std::fmt;
use std::ops::Range;
use std::rc::Rc;

use serde::Serialize;

use crate::check::CheckRule;
use crate::model::acceptance::Acceptance;
use crate::model::bundle::BundleState;
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::resource::{Manifest, Resource};
use crate::model::rule::Rule;
use crate::values::Name;
use crate::yaml;

/// What has made a `K`: `patch` of the handle takes a closure that adjusts one.
///
/// The implementors are the handles, each with the kinds of objects that it makes. Where a handle makes one kind alone, the
/// argument of the closure needs no type.
#[diagnostic::on_unimplemented(
    message = "nothing that this handle makes is a `{K}`",
    label = "the argument of the closure is a `{K}`",
    note = "patch the object at the handle that makes it, or at the bundle (`Bundle::patch`, `Bundle::patch_where`)"
)]
pub trait Makes<K> {
    /// The parts that make it.
    #[doc(hidden)]
    fn made(&self) -> &Made;
}

/// A closure that has captured no handle.
///
/// Patches run while the platform is built: what they wrote with a handle would come too late. Every handle shares what it
/// writes with its bundle, so that none is `Send`; everything else that a patch needs is.
#[diagnostic::on_unimplemented(
    message = "a patch runs while the platform is built, too late to use a handle",
    label = "this closure has captured a handle",
    note = "write what the handle adds beside the patch, and take what the closure needs of it before: `let port = service.port();`",
    note = "a handle is whatever shares its state by `Rc`, such as a bundle, a component or a service"
)]
pub trait NoHandle {}

#[diagnostic::do_not_recommend]
impl<T: Send> NoHandle for T {}

/// The parts of a bundle whose objects belong to a handle.
#[doc(hidden)]
#[derive(Clone)]
#[must_use = "a handle keeps it, so that its objects can be patched"]
pub struct Made {
    bundle: Rc<BundleState>,
    parts: Range<usize>,
}

impl Made {
    /// The part at this position.
    pub(super) fn by(bundle: &Rc<BundleState>, part: usize) -> Self {
        Self { bundle: Rc::clone(bundle), parts: part..part + 1 }
    }

    /// The parts from these to the last of others, which the same bundle was given after them.
    pub(crate) fn through(&self, last: &Self) -> Self {
        Self { bundle: Rc::clone(&self.bundle), parts: self.parts.start..last.parts.end }
    }

    /// The bundle of the parts.
    pub(crate) fn bundle(&self) -> &BundleState {
        &self.bundle
    }

    /// Accepts what a rule finds at every `K` of the parts.
    pub(crate) fn accept<K: Manifest>(
        &self,
        origin: Origin,
        rule: CheckRule,
        reason: &'static str,
    ) {
        self.bundle.accept(Acceptance::of_parts::<K>(origin, rule, reason, self.parts.clone()));
    }

    /// Adjusts every `K` of the parts.
    pub(crate) fn patch<K: Manifest>(&self, origin: Origin, patch: impl Fn(&mut K) + 'static) {
        let of = Of::Parts(self.parts.clone());
        self.bundle.patch(Patch::new(origin, of, |_: &K| true, patch));
    }
}

impl PartialEq for Made {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.bundle, &other.bundle) && self.parts == other.parts
    }
}

impl Eq for Made {}

impl fmt::Debug for Made {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {:?}", self.bundle.name, self.parts)
    }
}

/// Gives a handle `patch`, for the kinds of objects that each of its fields of type [`Made`] stands for.
macro_rules! patchable {
    ($(#[$documentation:meta])* $handle:ident { $($made:ident: $($kind:ty),+;)+ }) => {
        $crate::model::patch::patchable! {
            $(#[$documentation])* impl [] $handle { $($made: $($kind),+;)+ }
        }
    };
    (
        $(#[$documentation:meta])*
        impl $generics:tt $handle:ty { $($made:ident: $($kind:ty),+;)+ }
    ) => {
        $crate::model::patch::patch_of! { $(#[$documentation])* $generics $handle }
        $($($crate::model::patch::makes! { $generics $handle, $made, $kind })+)+
    };
}

macro_rules! patch_of {
    ($(#[$documentation:meta])* [$($generics:tt)*] $handle:ty) => {
        impl<$($generics)*> $handle {
            /// Adjusts what the handle has made, once everything is built: the argument of the closure chooses the
            /// [kind of object](crate::model::Makes).
            ///
            $(#[$documentation])*
            /// Patches run in the order of their lines, and see the object as it will be written. The build reports one that
            /// finds no object, and one after which the platform no longer holds together.
            #[track_caller]
            pub fn patch<K: $crate::model::Manifest>(
                &self,
                patch: impl Fn(&mut K) + $crate::model::NoHandle + 'static,
            ) where
                Self: $crate::model::Makes<K>,
            {
                $crate::model::Makes::<K>::made(self).patch($crate::model::Origin::here(), patch);
            }

            /// Accepts what a rule of `cargo xtask check` finds at a [kind of object](crate::model::Makes) that the handle has
            /// made, and says why: `server.accept::<Deployment>(CheckRule::ROTATED_VARIABLE, "…")`.
            ///
            /// An acceptance that nothing needs is a finding itself.
            #[track_caller]
            pub fn accept<K: $crate::model::Manifest>(
                &self,
                rule: $crate::check::CheckRule,
                reason: &'static str,
            ) where
                Self: $crate::model::Makes<K>,
            {
                let origin = $crate::model::Origin::here();
                $crate::model::Makes::<K>::made(self).accept::<K>(origin, rule, reason);
            }
        }
    };
}

macro_rules! makes {
    ([$($generics:tt)*] $handle:ty, $made:ident, $kind:ty) => {
        impl<$($generics)*> $crate::model::Makes<$kind> for $handle {
            fn made(&self) -> &$crate::model::Made {
                &self.$made
            }
        }
    };
}

pub(crate) use {makes, patch_of, patchable};

/// A line that adjusts objects of one kind.
pub(super) struct Patch {
    origin: Origin,
    kind: &'static str,
    of: Of,
    apply: Box<dyn Fn(&mut Resource) -> Found>,
}

/// Whose objects a patch adjusts.
pub(super) enum Of {
    /// Those of the whole bundle.
    Bundle,
    /// Those of a handle's parts.
    Parts(Range<usize>),
}

/// What an object is to a patch.
enum Found {
    AnotherKind,
    /// Of the kind, but the patch is for others.
    Another,
    Adjusted,
}

impl Patch {
    /// Adjusts the `K` that are chosen.
    pub(super) fn new<K: Manifest>(
        origin: Origin,
        of: Of,
        chosen: impl Fn(&K) -> bool + 'static,
        patch: impl Fn(&mut K) + 'static,
    ) -> Self {
        let apply = move |resource: &mut Resource| match resource.get::<K>() {
            None => Found::AnotherKind,
            Some(object) if !chosen(object) => Found::Another,
            Some(_) => {
                resource.patch(origin, &patch);
                Found::Adjusted
            }
        };
        Self { origin, kind: K::KIND, of, apply: Box::new(apply) }
    }

    /// Adjusts objects of a bundle, where `made` has those of each part; says what is wrong if there is none for it.
    pub(super) fn apply(
        &self,
        bundle: &Name,
        resources: &mut [Resource],
        made: &[Range<usize>],
    ) -> Option<BuildError> {
        let resources = match &self.of {
            Of::Bundle => resources,
            Of::Parts(parts) => {
                let made = &made[parts.clone()];
                let (first, last) = (made.first()?, made.last()?);
                &mut resources[first.start..last.end]
            }
        };
        let mut adjusted = false;
        let mut others = Vec::new();
        for resource in resources {
            match (self.apply)(resource) {
                Found::AnotherKind => {}
                Found::Another => others.push(resource.object_ref().name),
                Found::Adjusted => adjusted = true,
            }
        }
        (!adjusted).then(|| {
            let kind = self.kind;
            let message = match (&self.of, others.is_empty()) {
                (_, false) => format!(
                    "the condition of the patch holds for no {kind} of the bundle {bundle} ({}): correct it, or remove the patch",
                    others.join(", ")
                ),
                (Of::Bundle, true) => format!(
                    "the patch adjusts a {kind}, but the bundle {bundle} has none: remove it or add the object"
                ),
                (Of::Parts(_), true) => format!(
                    "the patch adjusts a {kind}, and its handle makes none as it is used here: remove the patch, or write it \
                     where there is one"
                ),
            };
            BuildError::new(Rule::PatchWithoutTarget, self.origin, message)
        })
    }
}

/// Runs a patch; says whether it has changed anything.
pub(crate) fn changes<T: Serialize>(object: &mut T, patch: &dyn Fn(&mut T)) -> bool {
    let before = yaml::to_string(object).ok();
    patch(object);
    // What cannot be written is not known to be the same.
    before.is_none() || before != yaml::to_string(object).ok()
}
