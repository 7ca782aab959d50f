//! What parts tell of themselves beside their objects.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;

/// What parts tell of themselves beside their objects, by its type: each kind of part has types of its own, which this module
/// need not know.
#[derive(Default)]
pub(crate) struct Facts {
    by_type: BTreeMap<TypeId, Box<dyn Any>>,
}

impl Facts {
    pub(crate) fn push<T: 'static>(&mut self, fact: T) {
        self.list().push(fact);
    }

    /// Every fact of the type, in the order of the parts.
    pub(crate) fn all<T: 'static>(&self) -> &[T] {
        let list = self.by_type.get(&TypeId::of::<T>());
        list.and_then(|list| list.downcast_ref::<Vec<T>>()).map_or(&[], Vec::as_slice)
    }

    /// Takes every fact of the type.
    pub(crate) fn take<T: 'static>(&mut self) -> Vec<T> {
        std::mem::take(self.list())
    }

    fn list<T: 'static>(&mut self) -> &mut Vec<T> {
        let list =
            self.by_type.entry(TypeId::of::<T>()).or_insert_with(|| Box::new(Vec::<T>::new()));
        list.downcast_mut().expect("the list of a type holds that type")
    }
}
