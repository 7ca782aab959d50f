//! The language, as those who write a platform in it see it: what each part becomes, what is refused, what always holds.

mod applications;
mod components;
mod documentation;
mod handles;
mod laws;
mod mistakes;
mod origins;
mod outside;
mod rules;
mod support;
