//! The commands that call programs of others, with fakes in their place that note how they were called.

mod bootstrap;
mod cluster;
mod external;
mod fakes;
mod open;
mod watch;
