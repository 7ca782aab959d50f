//! Equal structures become one type.

use std::collections::BTreeMap;
use std::ops::{Index, IndexMut};

/// What is known about each shape, in the order in which the shapes were found.
#[derive(Debug)]
pub struct Shapes<S, T> {
    all: Vec<T>,
    known: BTreeMap<S, usize>,
}

impl<S: Clone + Ord, T> Shapes<S, T> {
    pub fn new() -> Self {
        Self { all: Vec::new(), known: BTreeMap::new() }
    }

    /// The index of a shape, which is added if it is new.
    pub fn index(&mut self, shape: S, new: impl FnOnce(S) -> T) -> usize {
        *self.known.entry(shape).or_insert_with_key(|shape| {
            self.all.push(new(shape.clone()));
            self.all.len() - 1
        })
    }

    /// The index of a known shape.
    pub fn find(&self, shape: &S) -> Option<usize> {
        self.known.get(shape).copied()
    }

    pub fn into_all(self) -> Vec<T> {
        self.all
    }
}

impl<S, T> Index<usize> for Shapes<S, T> {
    type Output = T;

    fn index(&self, index: usize) -> &T {
        &self.all[index]
    }
}

impl<S, T> IndexMut<usize> for Shapes<S, T> {
    fn index_mut(&mut self, index: usize) -> &mut T {
        &mut self.all[index]
    }
}
