//! Memory of programs that are written in Go.

use k8s_openapi::api::core::v1 as core;

use super::container::Resources;
use crate::values::Bytes;

/// The resources of a Go program, and the environment variable that follows from them.
///
/// Go collects garbage when the heap has doubled, however little the container may have: a program that needs half of its
/// limit for a moment is killed. `GOMEMLIMIT` makes it collect earlier. A tenth is left for what Go does not count, such as
/// the program itself, C libraries and child processes.
///
/// Upstream: <https://go.dev/doc/gc-guide#Memory_limit>
#[derive(Clone, Copy, Debug)]
pub struct GoResources {
    reserved: Resources,
    limit: Bytes,
}

impl Resources {
    /// The same for a Go program.
    #[must_use]
    pub fn of_go(self) -> GoResources {
        self.of_go_up_to(self.memory)
    }

    /// The same for a Go program of a chart that may take more memory than is reserved for it.
    #[must_use]
    pub fn of_go_up_to(self, limit: Bytes) -> GoResources {
        GoResources { reserved: self, limit }
    }
}

impl GoResources {
    /// Requests of both, and the limit of memory.
    #[must_use]
    pub fn requirements(self) -> core::ResourceRequirements {
        self.reserved.requirements_up_to(self.limit)
    }

    /// `GOMEMLIMIT`, as most charts take environment variables.
    #[must_use]
    pub fn variable(self) -> core::EnvVar {
        let (name, value) = self.entry();
        core::EnvVar { name, value: Some(value), value_from: None }
    }

    /// `GOMEMLIMIT`, for charts that take environment variables as a map.
    #[must_use]
    pub fn entry(self) -> (String, String) {
        // In 64 bits, which hold nine times the largest amount.
        let mebibytes = u64::from(self.limit.as_mebibytes()) * 9 / 10;
        ("GOMEMLIMIT".to_owned(), format!("{mebibytes}MiB"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{mebibytes, millicores};

    #[test]
    fn a_tenth_of_the_limit_is_left() {
        let resources = Resources { cpu: millicores(250), memory: mebibytes(768) };
        let resources = resources.of_go_up_to(mebibytes(1536));
        let limits = resources.requirements().limits.unwrap_or_default();
        assert_eq!(limits["memory"].0, "1536Mi");
        assert_eq!(resources.variable().value.as_deref(), Some("1382MiB"));
    }

    #[test]
    fn the_largest_amount_has_a_limit_too() {
        let resources = Resources { cpu: millicores(1), memory: mebibytes(u32::MAX) };
        assert_eq!(resources.of_go().entry().1, "3865470565MiB");
    }
}
