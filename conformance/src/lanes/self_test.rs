//! Lane `self-test`: every lane is seen to fail on a deliberate fault, and a fault of the machine is survived.
//!
//! What the lanes find in the environments is worth something only if they find what is wrong.

pub mod faults;

use harness::{Failure, Programs, Report};

use super::{LANES, Options};

/// Runs the faults of every lane that runs where none is named, and last its own; the other lanes bring theirs along.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    // A fault leaves nothing that would be worth keeping.
    let options = &Options { keep: false, charts: None, accept: false, ..options.clone() };
    let lanes = LANES.iter().filter(|lane| lane.is_default);
    lanes.filter_map(|lane| lane.faults).try_for_each(|faults| faults(programs, options, report))
}
