//! Lane `upgrade`: `cargo xtask plan --charts` and `check --charts` with real helm and kubectl, on charts of the lane itself: what an
//! upgrade does is told object by object, and what cannot be seen is said.

pub mod faults;
mod player;
mod repository;
mod scenes;

use harness::{Failure, Programs, Report, progress};

use super::Options;
use player::Player;

/// Plays every scene.
pub fn run(programs: &Programs, _options: &Options, report: &mut Report) -> Result<(), Failure> {
    let player = Player::new(programs)?;
    for scene in scenes::ALL {
        progress(format_args!("upgrade: {}", scene.name));
        let before = report.findings.len();
        (scene.play)(&player, None, report)?;
        if report.findings.len() == before {
            report.compared(1, scene.name);
        }
    }
    Ok(())
}
