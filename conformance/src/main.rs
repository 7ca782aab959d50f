//! Programs by others that judge the rendered manifests.

fn main() {}
