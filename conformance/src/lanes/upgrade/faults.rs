//! Faults for the lane `upgrade`.

use harness::{Failure, Programs, Report, progress};

use super::player::Player;
use super::scenes;
use crate::lanes::Options;
use crate::lanes::faults::expect;

/// Plays every scene with each of its faults.
pub fn run(programs: &Programs, _options: &Options, report: &mut Report) -> Result<(), Failure> {
    let player = Player::new(programs)?;
    for scene in scenes::ALL {
        for (number, fault) in scene.faults.iter().enumerate() {
            progress(format_args!("upgrade: fault: {}", fault.name));
            let mut found = Report::default();
            (scene.play)(&player, Some(number), &mut found)?;
            expect(report, fault.name, &found.findings, &[scene.name, fault.expected]);
        }
    }
    Ok(())
}
