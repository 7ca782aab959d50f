//! The mesh routes, admits and encrypts as it says.

pub(super) mod duplicate_gateway_route;
pub(super) mod duplicate_mesh_host;
pub(super) mod duplicate_route_match;
pub(super) mod shadowed_match;
