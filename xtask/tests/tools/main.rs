//! The commands that call external programs, with fakes that record how they were called.

mod bootstrap;
mod cluster;
mod external;
mod fakes;
mod open;
mod watch;
