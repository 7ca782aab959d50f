//! Which platform something is of.

use std::sync::atomic::{AtomicU64, Ordering};

/// Tells platforms of one program apart, those of one name too. No object has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlatformId(u64);

impl PlatformId {
    /// One that no other platform has.
    pub(crate) fn unique() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}
