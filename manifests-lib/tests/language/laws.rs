//! What holds for every value and every platform.

mod names;
mod ports;
mod quantities;
mod schedules;
mod texts;
