//! Questions before something is changed.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::Failure;

/// Asks the user to type `word`; without a terminal, `yes` is required.
///
/// # Errors
/// If the answer is another one, or nobody can be asked.
pub fn confirm(question: &str, word: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    let stopped = |how: &str| Failure::new(format!("{question} Nothing was changed: {how}"));
    if !io::stdin().is_terminal() {
        return Err(stopped("add --yes if this is what you want"));
    }
    let mut stderr = io::stderr();
    // Who cannot read the question does not type the word.
    let _ = write!(stderr, "{question} Type {word} to continue: ").and_then(|()| stderr.flush());
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && answer.trim() == word {
        return Ok(());
    }
    Err(stopped("the answer was a different word"))
}
