//! A node of a cluster, as far as pods see it: a bridge with a network namespace for each pod, and a DNS server.
//!
//! The lane runs in namespaces of its own (`unshare --net --mount`), which have no way out and end with their last process,
//! with every interface, address, rule and mount in them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use harness::{Failure, Programs, Running, cannot_write, ended};

use super::player::{self, Answer, Call, Order};

/// Where the lane keeps the files of pods: other users than root read them, unlike a temporary folder.
pub const FILES: &str = "/media";

/// Addresses outside of clusters, by <https://www.rfc-editor.org/rfc/rfc5737>.
const OUTSIDE: &str = "203.0.113.0/24";

/// Everything that is needed of the machine besides programs of the table.
pub const TOOLS: [&str; 5] = ["unshare", "nsenter", "mount", "ip", "iptables-restore"];

/// Names and their addresses.
type Names = Arc<Mutex<BTreeMap<String, Vec<Ipv4Addr>>>>;

/// The node.
pub struct Node<'a> {
    programs: &'a Programs,
    names: Names,
    /// Its address on the bridge.
    pub address: Ipv4Addr,
}

impl<'a> Node<'a> {
    /// Prepares the namespaces in which this program runs, for pods with addresses of 10.244.0.0/16 and 192.168.0.0/16.
    pub fn start(programs: &'a Programs) -> Result<Self, Failure> {
        let address = Ipv4Addr::new(10, 244, 0, 1);
        let node = Self { programs, names: Names::default(), address };
        node.tool("mount", &["-t", "tmpfs", "-o", "mode=755", "tmpfs", FILES])?;
        for (name, text) in [
            ("resolv.conf", format!("nameserver {address}\n")),
            ("hosts", "127.0.0.1 localhost\n".to_owned()),
            // Not those of this machine, which may ask its own daemon.
            ("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n".to_owned()),
        ] {
            let file = Path::new(FILES).join(name);
            fs::write(&file, text).map_err(|error| cannot_write(&file, &error))?;
            node.bind(&file, &Path::new("/etc").join(name))?;
        }
        for arguments in [
            "link set lo up",
            "link add pods type bridge",
            "link set pods up",
            &format!("address add {address}/16 dev pods"),
            "address add 192.168.0.1/16 dev pods",
            &format!("route add {OUTSIDE} dev pods"),
        ] {
            node.tool("ip", &arguments.split(' ').collect::<Vec<_>>())?;
        }
        let socket = UdpSocket::bind((address, 53)).map_err(|error| {
            Failure::new(format!("the lane's own DNS server cannot listen on {address}: {error}"))
        })?;
        let names = Arc::clone(&node.names);
        thread::spawn(move || answer_names(&socket, &names));
        Ok(node)
    }

    /// Puts a program where every user may run it.
    pub fn program(&self, file: &Path) -> Result<PathBuf, Failure> {
        let folder = Path::new(FILES).join("bin");
        let program = folder.join(file.file_name().unwrap_or_default());
        if !program.exists() {
            fs::create_dir_all(&folder)
                .and_then(|()| fs::write(&program, ""))
                .map_err(|error| cannot_write(&program, &error))?;
            self.bind(file, &program)?;
        }
        Ok(program)
    }

    /// Tells everybody the addresses of names; earlier ones are forgotten.
    pub fn tell_names(&self, names: BTreeMap<String, Vec<Ipv4Addr>>) {
        *self.names.lock().unwrap_or_else(PoisonError::into_inner) = names;
    }

    /// A pod with nothing in it but its player.
    pub fn pod(&self, number: usize, address: Ipv4Addr) -> Result<PodNetwork, Failure> {
        let program = std::env::current_exe().map_err(|error| {
            Failure::new(format!(
                "cannot find the file of this program: {error}; start it by its path"
            ))
        })?;
        let mut command = Command::new("unshare");
        command.arg("--net").arg("--").arg(program).arg(player::ARGUMENT);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let cannot = |reason: String| {
            Failure::new(format!("the player of a pod cannot be started: {reason}; run again"))
        };
        let mut running =
            self.programs.spawn(&mut command).map_err(|error| cannot(error.to_string()))?;
        let (input, output) =
            running.pipes().ok_or_else(|| cannot("it has no pipes".to_owned()))?;
        let pipes = Mutex::new((input, BufReader::new(output)));
        let process = running.id();
        let pod = PodNetwork { pipes, address, process, _running: running };
        // Answered once it runs in its own network.
        pod.order(&Order::Sysctls(BTreeMap::new()))?;
        let (link, process) = (format!("pod{number}"), process.to_string());
        // The kernel takes its time to remove that of an earlier pod; mostly there is none.
        self.programs.run(Command::new("ip").args(["link", "delete", &link]))?;
        self.tool(
            "ip",
            &["link", "add", &link, "type", "veth", "peer", "eth0", "netns", &process],
        )?;
        self.tool("ip", &["link", "set", &link, "master", "pods", "up"])?;
        for arguments in [
            "link set lo up",
            &format!("address add {address}/16 dev eth0"),
            "link set eth0 up",
            // Everybody is on the bridge; whoever is not there does not answer.
            "route add default dev eth0",
        ] {
            let mut command = pod.command();
            command.arg("ip").args(arguments.split(' '));
            self.run(&mut command)?;
        }
        Ok(pod)
    }

    /// Runs a tool of the machine that has to succeed.
    fn tool(&self, name: &str, arguments: &[&str]) -> Result<(), Failure> {
        self.run(Command::new(name).args(arguments))
    }

    /// Runs a command that has to succeed.
    pub fn run(&self, command: &mut Command) -> Result<(), Failure> {
        let output = self.programs.run(command)?;
        if output.status.success() {
            return Ok(());
        }
        let arguments: Vec<_> =
            command.get_args().map(|argument| argument.to_string_lossy()).collect();
        Err(Failure::new(format!(
            "`{} {}` {}: the lane envoy needs root and a kernel with network namespaces, bridges and NAT:",
            command.get_program().to_string_lossy(),
            arguments.join(" "),
            ended(output.status)
        ))
        .with_output(&String::from_utf8_lossy(&output.stderr)))
    }

    fn bind(&self, file: &Path, over: &Path) -> Result<(), Failure> {
        self.run(Command::new("mount").arg("--bind").arg(file).arg(over))
    }
}

/// The network of a pod, and its player; it ends when this is dropped.
pub struct PodNetwork {
    pipes: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    address: Ipv4Addr,
    process: u32,
    _running: Running,
}

impl PodNetwork {
    /// Its address.
    pub fn address(&self) -> Ipv4Addr {
        self.address
    }

    /// A command in its network; the program is the first argument.
    pub fn command(&self) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/proc/{}/ns/net", self.process));
        command
    }

    /// Calls somebody from a container of the pod.
    pub fn call(&self, call: &Call) -> Result<Answer, Failure> {
        self.order(&Order::Call(call.clone()))
    }

    /// Tells its player what has to succeed.
    pub fn tell(&self, order: &Order) -> Result<(), Failure> {
        match self.order(order)?.problem {
            None => Ok(()),
            Some(problem) => Err(Failure::new(format!(
                "the player of the pod {} does not do {order:?}: {problem}",
                self.address
            ))),
        }
    }

    fn order(&self, order: &Order) -> Result<Answer, Failure> {
        let mut pipes = self.pipes.lock().unwrap_or_else(PoisonError::into_inner);
        let (input, output) = &mut *pipes;
        let mut line = String::new();
        serde_json::to_writer(&mut *input, order)
            .map_err(std::io::Error::from)
            .and_then(|()| input.write_all(b"\n"))
            .and_then(|()| output.read_line(&mut line))
            .map_err(|error| error.to_string())
            .and_then(|_| serde_json::from_str(&line).map_err(|error| error.to_string()))
            .map_err(|reason| {
                Failure::new(format!(
                    "the player of the pod {} does not answer: {reason}; run again",
                    self.address
                ))
            })
    }
}

/// Answers questions for addresses, one datagram each.
fn answer_names(socket: &UdpSocket, names: &Names) {
    let mut buffer = [0_u8; 1500];
    while let Ok((length, peer)) = socket.recv_from(&mut buffer) {
        let names = names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(response) = respond(&buffer[..length], &names) {
            // A question that gets no answer is asked again.
            let _ = socket.send_to(&response, peer);
        }
    }
}

/// The response to a query, by <https://www.rfc-editor.org/rfc/rfc1035>; nothing where it is none.
fn respond(query: &[u8], names: &BTreeMap<String, Vec<Ipv4Addr>>) -> Option<Vec<u8>> {
    let mut labels = Vec::new();
    let mut place = 12;
    loop {
        let length = usize::from(*query.get(place)?);
        place += 1;
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8_lossy(query.get(place..place + length)?).to_lowercase());
        place += length;
    }
    let question = query.get(12..place + 4)?;
    let kind = u16::from_be_bytes([*query.get(place)?, *query.get(place + 1)?]);
    let found = names.get(&labels.join("."));
    let addresses = found.filter(|_| kind == 1).map(Vec::as_slice).unwrap_or_default();
    let mut response = query.get(..2)?.to_vec();
    // A response, with recursion; 3 is a name that does not exist.
    response.extend([0x81, if found.is_some() { 0x80 } else { 0x83 }]);
    for count in [1, u16::try_from(addresses.len()).ok()?, 0, 0] {
        response.extend(count.to_be_bytes());
    }
    response.extend(question);
    for address in addresses {
        // The name of the question, class Internet, 5 s, 4 bytes.
        response.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4]);
        response.extend(address.octets());
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(name: &str, kind: u8) -> Vec<u8> {
        let mut query = vec![7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for label in name.split('.') {
            query.push(u8::try_from(label.len()).unwrap());
            query.extend(label.bytes());
        }
        query.extend([0, 0, kind, 0, 1]);
        query
    }

    fn respond(name: &str, kind: u8) -> Vec<u8> {
        let address = Ipv4Addr::new(203, 0, 113, 7);
        let names = BTreeMap::from([("example.com".to_owned(), vec![address])]);
        super::respond(&query(name, kind), &names).unwrap()
    }

    #[test]
    fn names_have_addresses() {
        let response = respond("Example.com", 1);
        assert_eq!(response[..8], [7, 7, 0x81, 0x80, 0, 1, 0, 1]);
        assert_eq!(response[response.len() - 4..], [203, 0, 113, 7]);
    }

    #[test]
    fn a_name_without_addresses_of_that_kind_exists() {
        assert_eq!(respond("example.com", 28)[3..8], [0x80, 0, 1, 0, 0]);
    }

    #[test]
    fn other_names_do_not_exist() {
        assert_eq!(respond("example.org", 1)[3..8], [0x83, 0, 1, 0, 0]);
    }

    #[test]
    fn what_is_no_query_gets_no_response() {
        assert_eq!(super::respond(&[1, 2, 3], &BTreeMap::new()), None);
    }
}
