//! A Redis that is started by the rendered command of a cache, and what its clients may do.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::Command;
use std::time::Duration;

use harness::{Failure, Process, Program, Programs, READY, Report, free_port};
use tempfile::TempDir;

use super::{not_as_root, object, variables};
use crate::rendered::Object;

/// Starts each cache as its container does, and asks for what clients must and must not.
pub fn check(programs: &Programs, objects: &[Object], report: &mut Report) -> Result<(), Failure> {
    cache(programs, objects, "web-cache", "CACHE_URL", false, report)?;
    cache(programs, objects, "web-cache-sessions", "SESSIONS_URL", true, report)
}

fn cache(
    programs: &Programs,
    objects: &[Object],
    name: &str,
    variable: &str,
    keeps: bool,
    report: &mut Report,
) -> Result<(), Failure> {
    let stateful_set = format!("{name}-stateful-set");
    let container = object(objects, "StatefulSet", &stateful_set)?;
    let container = &container.value["spec"]["template"]["spec"]["containers"][0];
    let script = container["command"][2].as_str().unwrap_or_default();
    let own = variables::of(objects, "StatefulSet", &stateful_set)?;
    let clients = variables::of(objects, "Deployment", "web-app-deployment")?;
    let url = variables::value(&clients, variable)?;
    let service = format!("@{name}-service.shop.svc.cluster.local:6379/0");
    let credentials = url.strip_prefix("redis://").and_then(|rest| rest.strip_suffix(&service));
    let Some((user, password)) = credentials.and_then(|it| it.split_once(':')) else {
        report.finding(format!("{name}: {variable} is no URL of its Service: {url}"));
        return Ok(());
    };
    let folder = programs.temporary_folder()?;
    let mut server = start(programs, script, &own, &folder)?;
    let mut right = 0;
    let login = format!("AUTH {user} {password}");
    let memory = container["resources"]["limits"]["memory"].as_str().unwrap_or_default();
    let limit = format!("*2:maxmemory:{}", if keeps { 64 } else { 96 } * 1024 * 1024);
    for (what, commands, expected) in [
        ("takes a client without a password", vec!["PING"], "-NOAUTH"),
        ("takes a wrong password", vec!["AUTH default wrong"], "-WRONGPASS"),
        ("does not take the URL's password", vec![login.as_str()], "+OK"),
        ("does not store", vec![&login, "SET key value"], "+OK"),
        ("does not answer", vec![&login, "GET key"], "value"),
        (
            "has more memory for keys than its container",
            vec![&login, "CONFIG GET maxmemory"],
            &limit,
        ),
    ] {
        let answer = server.ask(&commands)?;
        if answer.starts_with(expected) {
            right += 1;
        } else {
            report.finding(format!("{name} ({memory}): {what}: {answer}"));
        }
    }
    server.process.terminate(Duration::from_secs(20))?;
    let again = start(programs, script, &own, &folder)?;
    let answer = again.ask(&[&login, "GET key"])?;
    if (answer == "value") == keeps {
        right += 1;
    } else {
        report.finding(format!("{name}: after a restart a key is {answer}"));
    }
    report.compared(right, format!("answers of {name} as they have to be"));
    Ok(())
}

/// A running Redis.
struct Server {
    process: Process,
    port: u16,
}

fn start(
    programs: &Programs,
    script: &str,
    variables: &[(String, String)],
    folder: &TempDir,
) -> Result<Server, Failure> {
    let program = programs.path(Program::REDIS_SERVER)?;
    let port = free_port()?;
    // Of the container it has neither its network nor its volume.
    let script = script
        .replace("valkey-server", &program.display().to_string())
        .replace("dir /data", &format!("dir {}", folder.path().display()))
        .replacen(
            "<<CONFIGURATION\n",
            &format!("<<CONFIGURATION\nbind 127.0.0.1\nport {port}\n"),
            1,
        );
    let mut command = Command::new("sh");
    command.args(["-c", &script]).current_dir(folder.path());
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    not_as_root(&mut command, folder.path());
    let log = folder.path().join("redis.log");
    let name = Program::REDIS_SERVER.name();
    let mut process = programs.start(name, &mut command, log)?;
    process.wait_until_ready(READY, || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok())?;
    Ok(Server { process, port })
}

impl Server {
    /// The last answer to commands of one connection.
    fn ask(&self, commands: &[&str]) -> Result<String, Failure> {
        let failed = |error: std::io::Error| {
            Failure::new(format!("Redis does not answer: {error}; run it again"))
        };
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).map_err(failed)?;
        stream.set_read_timeout(Some(Duration::from_secs(10))).map_err(failed)?;
        let mut reader = BufReader::new(stream.try_clone().map_err(failed)?);
        let mut last = String::new();
        for command in commands {
            stream.write_all(format!("{command}\r\n").as_bytes()).map_err(failed)?;
            last = answer(&mut reader).map_err(failed)?;
        }
        Ok(last)
    }
}

/// One answer of the protocol; parts of a list are joined by colons.
fn answer(reader: &mut impl BufRead) -> std::io::Result<String> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let line = line.trim_end();
    match (line.chars().next(), line.get(1..).unwrap_or_default()) {
        (Some('$'), "-1") => Ok("nothing".to_owned()),
        (Some('$'), length) => {
            let mut text = vec![0; length.parse::<usize>().unwrap_or_default() + 2];
            reader.read_exact(&mut text)?;
            Ok(String::from_utf8_lossy(&text).trim_end().to_owned())
        }
        (Some('*'), count) => {
            let mut parts = vec![line.to_owned()];
            for _ in 0..count.parse::<usize>().unwrap_or_default() {
                parts.push(answer(reader)?);
            }
            Ok(parts.join(":"))
        }
        _ => Ok(line.to_owned()),
    }
}
