//! What compiles and is refused by the build all the same, in the words that people read.

mod addresses;
mod bounds;
mod delivery;
mod elsewhere;
mod escapes;
mod mesh_routes;
mod metadata;
mod mismatches;
mod names;
mod outside;
mod patches;
mod platforms;
mod pod_security;
mod ports;
mod probes;
mod routes;
mod secrets;
mod selectors;
mod twice;
mod unfinished;
mod variables;
