//! Asks the Go program what it reads in what was written.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use harness::{Failure, Program, Programs, Running};
use serde::Deserialize;
use serde_json::Value;

/// What is judged: makes YAML, or says why not.
pub type Writer = fn(&Value) -> Result<String, String>;

/// Documents that go to the program at once.
const BATCH: usize = 100;

/// How many batches the writer may be ahead of the comparison.
const AHEAD: usize = 8;

/// The Go program while it runs; it ends when this is dropped.
pub struct Reader {
    running: Running,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// What was written, or why it was not.
struct Question {
    document: Value,
    refusal: Option<String>,
}

/// A line of the program's output.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Answer {
    Value(Value),
    Error(String),
}

impl Reader {
    /// Starts the program.
    pub fn start(programs: &Programs) -> Result<Self, Failure> {
        let program = programs.path(Program::YAML_READER)?;
        Self::start_as(Command::new(program), programs)
    }

    fn start_as(mut command: Command, programs: &Programs) -> Result<Self, Failure> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut running = programs.spawn(&mut command).map_err(|error| ended(&error))?;
        let (input, output) =
            running.pipes().ok_or_else(|| ended(&io::Error::other("it has no pipes")))?;
        Ok(Self { running, input, output: BufReader::with_capacity(1 << 20, output) })
    }

    /// What is wrong with one document; nothing where it was read as it is.
    pub fn judge(&mut self, document: &Value, writer: Writer) -> Result<Option<String>, Failure> {
        let mut different = None;
        self.judge_all([document.clone()], writer, |_, difference| {
            different = Some(difference);
        })?;
        Ok(different)
    }

    /// Calls `different` with the number of every document that was not read as it is, and with what was read.
    pub fn judge_all(
        &mut self,
        documents: impl IntoIterator<Item = Value, IntoIter: Send>,
        writer: Writer,
        mut different: impl FnMut(usize, String),
    ) -> Result<(), Failure> {
        let Self { running, input, output } = self;
        let documents = documents.into_iter();
        thread::scope(|scope| {
            let (sender, receiver) = sync_channel(AHEAD);
            scope.spawn(move || ask(documents, writer, input, &sender));
            let mut line = String::new();
            for (number, question) in receiver.iter().flatten().enumerate() {
                let Question { document, refusal } = question;
                let difference = match refusal {
                    Some(refusal) => Ok(Some(format!("nothing, the writer refuses it: {refusal}"))),
                    None => next_line(output, &mut line)
                        .and_then(|()| difference(&document, &line))
                        // The writing thread would wait for a program that waits for us.
                        .inspect_err(|_| running.end()),
                };
                if let Some(difference) = difference? {
                    different(number, difference);
                }
            }
            Ok(())
        })
    }
}

/// Writes documents until there are no more, or nobody listens.
fn ask(
    mut documents: impl Iterator<Item = Value>,
    writer: Writer,
    input: &mut ChildStdin,
    sender: &SyncSender<Vec<Question>>,
) {
    loop {
        let mut bytes = Vec::new();
        let mut questions = Vec::with_capacity(BATCH);
        for document in documents.by_ref().take(BATCH) {
            let refusal = match writer(&document) {
                Ok(yaml) => {
                    bytes.extend_from_slice(format!("{}\n{yaml}", yaml.len()).as_bytes());
                    None
                }
                Err(refusal) => Some(refusal),
            };
            questions.push(Question { document, refusal });
        }
        // First the questions, so that the answers are read while more is written. A program that has ended shows itself
        // where its answers are missing.
        if questions.is_empty()
            || sender.send(questions).is_err()
            || input.write_all(&bytes).is_err()
        {
            return;
        }
    }
}

/// Reads the answer to one document.
fn next_line(output: &mut impl BufRead, line: &mut String) -> Result<(), Failure> {
    line.clear();
    match output.read_line(line) {
        Ok(0) => Err(ended(&io::Error::from(io::ErrorKind::UnexpectedEof))),
        Ok(_) => Ok(()),
        Err(error) => Err(ended(&error)),
    }
}

/// What the program has read, where that is something else.
fn difference(written: &Value, line: &str) -> Result<Option<String>, Failure> {
    match serde_json::from_str(line) {
        Ok(Answer::Value(read)) => Ok((read != *written).then(|| super::ascii(&read))),
        Ok(Answer::Error(error)) => Ok(Some(format!("an error: {error}"))),
        Err(error) => Err(Failure::new(format!(
            "yaml-reader prints something else than its protocol: {error}; compare Answer in \
             conformance/src/lanes/yaml/reader.rs with conformance/harness/programs/yaml-reader/main.go"
        ))
        .with_output(line)),
    }
}

fn ended(error: &io::Error) -> Failure {
    Failure::new(format!(
        "yaml-reader does not run to its end: {error}; run the lane again with the same --seed, and if its message does \
         not help, remove its folder in the cache, then it is built again"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ask_shell(script: &str) -> Result<(), Failure> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        // More than pipes hold.
        let documents = std::iter::repeat_n(json!("a".repeat(1_000)), 1_000);
        let writer = |document: &Value| Ok(document.to_string());
        Reader::start_as(command, &Programs::for_tests()?)?.judge_all(documents, writer, |_, _| {})
    }

    #[test]
    fn a_program_that_ends_is_a_failure() {
        assert!(ask_shell("read length; exit 2").is_err());
    }

    #[test]
    fn a_program_that_does_not_listen_is_a_failure() {
        assert!(ask_shell("echo nonsense; sleep 600").is_err());
    }

    #[test]
    fn a_document_that_the_writer_refuses_is_different() {
        let mut reader =
            Reader::start_as(Command::new("/bin/cat"), &Programs::for_tests().unwrap()).unwrap();
        let refuses = |_: &Value| Err("no such scalar".to_owned());
        let difference = reader.judge(&json!("a"), refuses).unwrap();
        assert!(difference.unwrap().contains("refuses it: no such scalar"));
    }

    #[test]
    fn sees_a_difference() {
        let written = json!({"a": ["1", 1, null]});
        let read = |line: &str| difference(&written, line).unwrap();
        assert_eq!(read(r#"{"value":{"a":["1",1,null]}}"#), None);
        for other in
            [r#"{"a":[1,1,null]}"#, r#"{"a":["1",1]}"#, r#"{"a":["1",1,null],"b":null}"#, "null"]
        {
            assert_eq!(read(&format!("{{\"value\":{other}}}\n")), Some(other.to_owned()));
        }
        assert_eq!(read(r#"{"error":"line 1"}"#), Some("an error: line 1".to_owned()));
    }

    #[test]
    fn a_null_is_an_answer() {
        assert_eq!(difference(&Value::Null, r#"{"value":null}"#).unwrap(), None);
    }

    #[test]
    fn another_protocol_is_a_failure() {
        assert!(difference(&Value::Null, "null").is_err());
    }
}
