//! The program against an API server that plays faults, on loopback. What a real one does is the lane `live` of `conformance`.

mod apply;
mod fake;
mod faults;
mod network;
mod terminal;
