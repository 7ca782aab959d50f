//! Annotations of a pod's template, whoever gives them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::model::origin::Origin;

/// The annotations of one pod's template, shared by its workload and its containers.
#[derive(Clone, Default)]
pub(crate) struct Annotations(Rc<RefCell<BTreeMap<String, (Origin, String)>>>);

impl Annotations {
    /// Gives the template an annotation; or, where it has another value already, leaves that one and says which line gave it.
    pub(crate) fn set(
        &self,
        origin: Origin,
        key: impl Into<String>,
        value: impl Into<String>,
    ) -> Result<(), Origin> {
        let (key, value) = (key.into(), value.into());
        let mut all = self.0.borrow_mut();
        let (first, kept) = all.entry(key).or_insert_with(|| (origin, value.clone()));
        if *kept == value { Ok(()) } else { Err(*first) }
    }

    /// What the template's metadata has; nothing where there is none.
    pub(super) fn build(&self) -> Option<BTreeMap<String, String>> {
        let all = self.0.borrow();
        (!all.is_empty())
            .then(|| all.iter().map(|(key, (_, value))| (key.clone(), value.clone())).collect())
    }
}
