//! Forwards a port for as long as the user wants, also over restarts of the pod.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{ExitCode, ExitStatus};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use support::output::printed;
use support::{Failure, tell};

use super::Target;
use programs::{Invocation, ended};

/// The time before each try after a connection that was lost; then it is given up.
const WAITS: [u64; 10] = [1, 2, 4, 8, 16, 30, 30, 30, 30, 30];

/// What kubectl prints as soon as the port is open.
const OPEN: &str = "Forwarding from ";

/// What has become of a kubectl that forwarded a port.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// Somebody has ended it in peace.
    Done,
    /// The pod or the network is gone, and may be back soon.
    Lost,
    /// It will not heal by itself: the sentence.
    Refused(String),
}

/// Forwards a target's port until the user ends it.
pub fn forward(target: &Target, context: &str) -> Result<ExitCode, Failure> {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, target.local_port));
    if taken.is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse) {
        return Err(Failure::new(target.port_is_taken()));
    }
    let invocation = target.forward(context);
    let mut was_open = false;
    let mut waits = WAITS.iter();
    loop {
        let Attempt { opened, said, status } = attempt(&invocation)?;
        if opened {
            was_open = true;
            waits = WAITS.iter();
        }
        match target.judge(was_open, &said, status, &invocation) {
            End::Done => return Ok(ExitCode::SUCCESS),
            End::Refused(sentence) => return Err(Failure::new(sentence)),
            End::Lost => {}
        }
        let Some(wait) = waits.next() else {
            return Err(Failure::new(format!(
                "the connection to {} was lost, and {} tries in {} minutes did not bring it back: see whether it runs, then run this \
                 command again",
                target.place(),
                WAITS.len(),
                WAITS.iter().sum::<u64>() / 60
            )));
        };
        tell(format_args!(
            "The connection to {} was lost: connecting again in {wait} s",
            target.place()
        ));
        thread::sleep(Duration::from_secs(*wait));
    }
}

/// One run of kubectl.
struct Attempt {
    opened: bool,
    /// What it said on standard error.
    said: String,
    status: ExitStatus,
}

/// Runs kubectl to its end; the user sees what it prints.
fn attempt(invocation: &Invocation) -> Result<Attempt, Failure> {
    let mut running = invocation.start_with_pipes()?;
    let (sender, lines) = mpsc::channel();
    pass_on(running.child().stdout.take(), sender.clone(), Ok);
    pass_on(running.child().stderr.take(), sender, Err);
    let (mut opened, mut said) = (false, String::new());
    for line in lines {
        match line {
            Ok(line) => {
                opened |= line.starts_with(OPEN);
                printed(writeln!(io::stdout(), "{line}"))?;
            }
            Err(line) => {
                tell(&line);
                said.push_str(&line);
                said.push('\n');
            }
        }
    }
    let status = running.wait().map_err(|error| invocation.cannot_start(&error))?;
    Ok(Attempt { opened, said, status })
}

type Line = Result<String, String>;

fn pass_on(
    pipe: Option<impl Read + Send + 'static>,
    sender: mpsc::Sender<Line>,
    kind: fn(String) -> Line,
) {
    let Some(pipe) = pipe else { return };
    thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            if sender.send(kind(line)).is_err() {
                return;
            }
        }
    });
}

impl Target {
    fn place(&self) -> String {
        format!("{}/{}", self.namespace, self.service)
    }

    fn port_is_taken(&self) -> String {
        format!(
            "the port {} of this machine belongs to another program: end that one, or name another port with --port",
            self.local_port
        )
    }

    /// What kubectl's end means, by what it said.
    fn judge(
        &self,
        was_open: bool,
        said: &str,
        status: ExitStatus,
        invocation: &Invocation,
    ) -> End {
        if status.success() {
            return End::Done;
        }
        let place = self.place();
        let says = |texts: &[&str]| texts.iter().any(|text| said.contains(text));
        if says(&["unable to listen on any of the requested ports", "address already in use"]) {
            return End::Refused(self.port_is_taken());
        }
        if says(&["(NotFound)"]) {
            return End::Refused(format!(
                "the cluster has no Service {place}: deploy it, or name another cluster with --context"
            ));
        }
        if says(&[
            "Unauthorized",
            "must be logged in",
            "getting credentials",
            "asked for the client to provide credentials",
            "(Forbidden)",
        ]) {
            return End::Refused(format!(
                "the cluster of the context does not let you forward a port to {place}, see the message above: log in afresh or ask for \
                 the right, then run this command again"
            ));
        }
        let is_lost = was_open && status.code().is_some();
        // Certificates and ports of the Service do not change by themselves.
        if is_lost && !says(&["x509:", "does not have a service port", "does not exist"]) {
            return End::Lost;
        }
        End::Refused(format!(
            "{} {}, see its output above: remove the cause, then run this command again",
            invocation.line(),
            ended(status)
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::super::Kind;
    use super::*;

    fn judge(was_open: bool, said: &str, status: i32) -> End {
        let target = Target {
            name: "shop".to_owned(),
            kind: Kind::Service,
            address: "localhost:8080".to_owned(),
            namespace: "shop".to_owned(),
            service: "shop".to_owned(),
            port: 80,
            local_port: 8080,
            hosts: Vec::new(),
        };
        let invocation = target.forward("minikube");
        target.judge(was_open, said, ExitStatus::from_raw(status), &invocation)
    }

    /// Exit code 1, as the system has it.
    const FAILED: i32 = 1 << 8;

    #[test]
    fn what_may_heal_is_tried_again_once_it_was_open() {
        for said in [
            "error: lost connection to pod",
            "error: unable to forward port because pod is not running. Current status=Pending",
            "error: timed out waiting for the condition",
            "error: error upgrading connection: error dialing backend: EOF",
            "Unable to connect to the server: dial tcp 192.0.2.1:6443: i/o timeout",
            "",
        ] {
            assert_eq!(judge(true, said, FAILED), End::Lost, "{said}");
            assert!(matches!(judge(false, said, FAILED), End::Refused(_)), "{said}");
        }
    }

    #[test]
    fn what_will_not_heal_ends_with_a_sentence() {
        let said = [
            r#"Error from server (NotFound): services "shop" not found"#,
            "error: You must be logged in to the server (Unauthorized)",
            "error: unable to listen on any of the requested ports: [{8080 80}]",
            "Unable to connect to the server: tls: failed to verify certificate: x509: certificate has expired",
        ];
        let sentences = said.map(|said| match judge(true, said, FAILED) {
            End::Refused(sentence) => sentence,
            other => format!("{other:?}"),
        });
        insta::assert_snapshot!(sentences.join("\n"), @r"
        the cluster has no Service shop/shop: deploy it, or name another cluster with --context
        the cluster of the context does not let you forward a port to shop/shop, see the message above: log in afresh or ask for the right, then run this command again
        the port 8080 of this machine belongs to another program: end that one, or name another port with --port
        `kubectl --context minikube port-forward --namespace=shop service/shop 8080:80` ended with exit code 1, see its output above: remove the cause, then run this command again
        ");
    }

    #[test]
    fn who_ends_kubectl_wants_it_to_end() {
        assert_eq!(judge(true, "", 0), End::Done);
        let End::Refused(sentence) = judge(true, "", 9) else { panic!("SIGKILL is no loss") };
        assert!(sentence.contains("was ended by SIGKILL"), "{sentence}");
    }
}
