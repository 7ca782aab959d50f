//! A node of our own: logs as the kubelet writes them, and the configuration of a Fluent Bit that reads them.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use harness::{Failure, Programs, cannot_write};
use serde_json::json;
use tempfile::TempDir;

use super::Configuration;

/// Where the kubelet keeps logs, and where Fluent Bit keeps what it has read.
const LOGS: &str = "/var/log";
const STATE: &str = "/var/lib/fluent-bit";

/// The pod whose logs are read.
pub const POD: &str = "web-7d9f8c6b5d-x2v4k";

/// Its namespace.
pub const NAMESPACE: &str = "example";

/// What a node has: logs, and what is known of their pods.
pub struct Node {
    folder: TempDir,
}

impl Node {
    /// A node with the links to two logs.
    pub fn new(programs: &Programs) -> Result<Self, Failure> {
        let node = Self { folder: programs.temporary_folder()? };
        let make = || -> io::Result<()> {
            for folder in ["log/containers", "log/pods", "state", "pods"] {
                fs::create_dir_all(node.at(folder))?;
            }
            for container in ["app", "sidecar"] {
                symlink(node.log_file(container), node.link(POD, NAMESPACE, container))?;
            }
            let pod = json!({"metadata": {"name": POD, "labels": {"app": "web"}}});
            fs::write(node.at(&format!("pods/{NAMESPACE}_{POD}.meta")), pod.to_string())
        };
        make().map_err(|error| cannot_write(node.folder.path(), &error))?;
        Ok(node)
    }

    /// A file of the node.
    pub fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn log_file(&self, container: &str) -> PathBuf {
        self.at(&format!("log/pods/{container}.log"))
    }

    /// As the kubelet links the log of a container; the end is the container's number.
    fn link(&self, pod: &str, namespace: &str, container: &str) -> PathBuf {
        let number = "0123456789abcdef".repeat(4);
        self.at(&format!("log/containers/{pod}_{namespace}_{container}-{number}.log"))
    }

    /// Writes a line as containerd does.
    pub fn log(&self, container: &str, kind: &str, line: &str) -> Result<(), Failure> {
        append(&self.log_file(container), kind, line)
    }

    /// The log of Fluent Bit's own pod, which it must not read.
    pub fn own_log(&self, configuration: &Configuration) -> Result<(), Failure> {
        let namespace = configuration.namespace.to_string();
        let file = self.link("fluent-bit-x2v4k", &namespace, "fluent-bit");
        append(&file, "stdout F", "of its own")
    }

    /// The kubelet gives a log that has become too large another name, and the container a new one.
    pub fn rotate(&self, container: &str) -> Result<(), Failure> {
        let file = self.log_file(container);
        fs::rename(&file, file.with_extension("log.20260102-030405"))
            .map_err(|error| cannot_write(&file, &error))
    }

    /// The configuration with the folders of this node and an address of loopback.
    pub fn configuration(
        &self,
        configuration: &Configuration,
        port: u16,
    ) -> Result<String, Failure> {
        let Configuration { service, inputs, filters, outputs, .. } = configuration;
        let folder = |name| self.at(name).display().to_string();
        let logs = folder("log");
        let service = set(service, "HTTP_Listen", "127.0.0.1")
            .and_then(|service| set(&service, "HTTP_Port", &port.to_string()))?;
        let mut inputs = inputs.clone();
        for (key, outside, inside) in
            [("Path", LOGS, &logs), ("Exclude_Path", LOGS, &logs), ("DB", STATE, &folder("state"))]
        {
            inputs = moved(&inputs, key, outside, inside)?;
        }
        let mut filters = filters.clone();
        let containers = format!("kube{}.containers.", logs.replace('/', "."));
        for (key, value) in [
            ("Kube_Tag_Prefix", containers.as_str()),
            ("Kube_Meta_Preload_Cache_Dir", &folder("pods")),
            // Nobody answers there.
            ("Kube_URL", "http://127.0.0.1:1"),
        ] {
            let _ = writeln!(filters, "    {key} {value}");
        }
        let outputs = format!(
            "[OUTPUT]\n    Name stdout\n    Match {}\n    Format json_lines\n",
            get(outputs, "Match")?
        );
        Ok([service, inputs, filters, outputs].join("\n"))
    }
}

fn append(file: &Path, kind: &str, line: &str) -> Result<(), Failure> {
    let write = || {
        let mut file = fs::File::options().create(true).append(true).open(file)?;
        writeln!(file, "2026-01-02T03:04:05.678901234Z {kind} {line}")
    };
    write().map_err(|error| cannot_write(file, &error))
}

/// The value of a line `    Key value`.
fn get<'a>(section: &'a str, key: &str) -> Result<&'a str, Failure> {
    section
        .lines()
        .find_map(|line| line.trim_start().strip_prefix(key)?.strip_prefix(' '))
        .ok_or_else(|| {
            Failure::new(format!(
                "Fluent Bit's configuration has no {key}, which the lane reads: correct conformance/src/lanes/logs/node.rs"
            ))
        })
}

/// The section with a path of the node in that line, which must lie below `outside`: nothing of this machine is touched. A
/// section without that line, as one of the faults has it, stays.
fn moved(section: &str, key: &str, outside: &str, inside: &str) -> Result<String, Failure> {
    let Ok(path) = get(section, key) else {
        return Ok(section.to_owned());
    };
    match path.strip_prefix(outside) {
        Some(rest) => set(section, key, &format!("{inside}{rest}")),
        None => Err(Failure::new(format!(
            "{key} of Fluent Bit's input is {path}, which is not below {outside}: correct conformance/src/lanes/logs/node.rs"
        ))),
    }
}

/// The section with another value in that line.
fn set(section: &str, key: &str, value: &str) -> Result<String, Failure> {
    let old = get(section, key)?;
    Ok(section.replace(&format!("{key} {old}\n"), &format!("{key} {value}\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_section_gets_another_value() {
        let section = "[SERVICE]\n    HTTP_Server On\n    HTTP_Port 2020\n";
        assert_eq!(
            set(section, "HTTP_Port", "7").unwrap(),
            "[SERVICE]\n    HTTP_Server On\n    HTTP_Port 7\n"
        );
        assert!(set(section, "HTTP", "7").is_err());
    }

    #[test]
    fn a_path_of_this_machine_is_never_used() {
        let section = "[INPUT]\n    Path /var/log/containers/*.log\n";
        let node = |outside| moved(section, "Path", outside, "/node/log");
        assert_eq!(node("/var/log").unwrap(), "[INPUT]\n    Path /node/log/containers/*.log\n");
        assert!(node("/logs").is_err());
        assert_eq!(moved(section, "DB", "/var", "/node").unwrap(), section);
    }
}
