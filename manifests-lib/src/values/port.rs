//! Ports of containers, services, gateways and nodes.

use std::fmt;
use std::num::NonZeroU16;

/// A TCP port from 1 to 65535. Write a literal as [`port!(8080)`](crate::port!).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Port(NonZeroU16);

impl Port {
    /// Takes a number. [`port!`](crate::port!) moves the check to compile time.
    ///
    /// # Panics
    ///
    /// Where the number is 0.
    #[must_use]
    #[track_caller]
    pub const fn from_static(number: u16) -> Self {
        match NonZeroU16::new(number) {
            Some(number) => Self(number),
            None => panic!("a port is a number from 1 to 65535"),
        }
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0.get()
    }
}

impl fmt::Display for Port {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl From<Port> for i32 {
    fn from(port: Port) -> Self {
        Self::from(port.number())
    }
}

impl From<Port> for i64 {
    fn from(port: Port) -> Self {
        Self::from(port.number())
    }
}

/// A port that every node opens for a Service of type `NodePort`: 30000 to 32767, the API server's default range.
///
/// Write a literal as [`node_port!(30001)`](crate::node_port!).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodePort(u16);

impl NodePort {
    /// Takes a number. [`node_port!`](crate::node_port!) moves the check to compile time.
    ///
    /// # Panics
    ///
    /// Where the number is outside 30000 to 32767.
    #[must_use]
    #[track_caller]
    pub const fn from_static(number: u16) -> Self {
        assert!(number >= 30000 && number <= 32767, "a node port is a number from 30000 to 32767");
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }
}

/// A [`Port`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! port {
    ($literal:expr) => {{
        const VALUE: $crate::values::Port = $crate::values::Port::from_static($literal);
        VALUE
    }};
}

/// A [`NodePort`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! node_port {
    ($literal:expr) => {{
        const VALUE: $crate::values::NodePort = $crate::values::NodePort::from_static($literal);
        VALUE
    }};
}
