//! A PostgreSQL whose first start runs the rendered script, and what its users may then do.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{
    Failure, Process, Program, Programs, READY, Report, cannot_write, free_port, refused,
};
use tempfile::TempDir;

use super::{not_as_root, object, variables};
use crate::rendered::Object;

/// A running PostgreSQL; it ends, and its folder goes, when this is dropped.
struct Server {
    // Dropped in this order.
    _process: Process,
    folder: TempDir,
    programs: PathBuf,
    port: u16,
}

/// Starts PostgreSQL as the container does, and asks for what each user must and must not.
pub fn check(programs: &Programs, objects: &[Object], report: &mut Report) -> Result<(), Failure> {
    let server = Server::start(programs)?;
    let script = &object(objects, "ConfigMap", "web-db-first-start")?.value["data"]["users.sh"];
    let own = variables::of(objects, "StatefulSet", "web-db-stateful-set")?;
    let made = server.first_start(programs, script.as_str().unwrap_or_default(), &own)?;
    if let Some(reason) = made {
        report.finding(format!("PostgreSQL does not take the script of the first start: {reason}"));
        return Ok(());
    }
    report.compared(1, "script of a first start taken by PostgreSQL");
    let url = |bundle: &str| {
        let name = format!("{bundle}-app-deployment");
        let variables = variables::of(objects, "Deployment", &name)?;
        variables::value(&variables, "DATABASE_URL").map(|url| server.reached(url))
    };
    let (owner, reader, writer) = (url("web")?, url("report")?, url("audit")?);
    let stranger = owner.replacen('@', "wrong@", 1);
    let mut right = 0;
    for (who, url, statement, may) in [
        ("the owner", &owner, "CREATE TABLE things (id serial PRIMARY KEY, name text)", true),
        ("the owner", &owner, "INSERT INTO things (name) VALUES ('first')", true),
        ("the owner", &owner, "CREATE ROLE another", false),
        ("the reader", &reader, "SELECT name FROM things", true),
        ("the reader", &reader, "INSERT INTO things (name) VALUES ('second')", false),
        ("the reader", &reader, "DELETE FROM things", false),
        ("the reader", &reader, "SELECT nextval('things_id_seq')", false),
        ("the reader", &reader, "CREATE TABLE others (id int)", false),
        ("the reader", &reader, "CREATE TEMPORARY TABLE others (id int)", false),
        ("the writer", &writer, "INSERT INTO things (name) VALUES ('third')", true),
        ("the writer", &writer, "UPDATE things SET name = 'last' WHERE id = 1", true),
        ("the writer", &writer, "DELETE FROM things WHERE id = 1", true),
        ("the writer", &writer, "CREATE TABLE others (id int)", false),
        ("the writer", &writer, "DROP TABLE things", false),
        ("the writer", &writer, "TRUNCATE things", false),
        ("a user with a wrong password", &stranger, "SELECT 1", false),
    ] {
        match (server.refusal(programs, url, statement)?, may) {
            (None, true) | (Some(_), false) => right += 1,
            (Some(reason), true) => {
                report.finding(format!("{who} of the database may not {statement}: {reason}"));
            }
            (None, false) => report.finding(format!("{who} of the database may {statement}")),
        }
    }
    report.compared(right, "statements of users of PostgreSQL, by their connection strings, done or refused as they have to be");
    Ok(())
}

impl Server {
    /// A cluster as the image makes it: whoever is in the container needs no password, whoever is not does.
    fn start(programs: &Programs) -> Result<Self, Failure> {
        let postgres = programs.path(Program::POSTGRES)?;
        let resolved = postgres.canonicalize().unwrap_or(postgres);
        let beside = resolved.parent().map(Path::to_owned).unwrap_or_default();
        let folder = programs.temporary_folder()?;
        let data = folder.path().join("data");
        let mut command = Command::new(beside.join("initdb"));
        command.arg("--pgdata").arg(&data).args([
            "--username=postgres",
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ]);
        not_as_root(&mut command, folder.path());
        let output = programs.run(command.current_dir(folder.path()))?;
        if !output.status.success() {
            return Err(refused("initdb", &output));
        }
        let port = free_port()?;
        let mut command = Command::new(&resolved);
        command
            .arg("-D")
            .arg(&data)
            .args(["-c", "listen_addresses=127.0.0.1", "-c", &format!("port={port}")])
            .arg("-c")
            .arg(format!("unix_socket_directories={}", folder.path().display()))
            .current_dir(folder.path());
        not_as_root(&mut command, folder.path());
        let log = folder.path().join("postgres.log");
        let mut process = programs.start(Program::POSTGRES.name(), &mut command, log)?;
        let socket = folder.path().join(format!(".s.PGSQL.{port}"));
        process.wait_until_ready(READY, || {
            let mut command = Command::new(beside.join("pg_isready"));
            command.arg("--host").arg(folder.path()).args(["--port", &port.to_string()]);
            socket.exists()
                && programs.run(&mut command).is_ok_and(|output| output.status.success())
        })?;
        Ok(Self { _process: process, folder, programs: beside, port })
    }

    /// What the image does with the script; why it fails.
    fn first_start(
        &self,
        programs: &Programs,
        script: &str,
        variables: &[(String, String)],
    ) -> Result<Option<String>, Failure> {
        let file = self.folder.path().join("users.sh");
        fs::write(&file, script).map_err(|error| cannot_write(&file, &error))?;
        let mut command = Command::new("bash");
        command.args(["-Eeo", "pipefail", "-c", ". \"$0\""]).arg(&file);
        self.connect(&mut command);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        let output = programs.run(&mut command)?;
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Ok((!output.status.success() || !reason.is_empty()).then_some(reason))
    }

    /// Lets psql find the socket, and its own folder of programs.
    fn connect(&self, command: &mut Command) {
        let mut path = self.programs.clone().into_os_string();
        if let Some(others) = std::env::var_os("PATH") {
            path.push(":");
            path.push(others);
        }
        command
            .env("PATH", path)
            .env("PGHOST", self.folder.path())
            .env("PGPORT", self.port.to_string());
    }

    /// The connection string with the server of the lane in place of the Service.
    fn reached(&self, url: &str) -> String {
        let service = "@web-db-service.shop.svc.cluster.local:5432/";
        url.replace(service, &format!("@127.0.0.1:{}/", self.port))
    }

    /// Why a statement is refused.
    fn refusal(
        &self,
        programs: &Programs,
        url: &str,
        statement: &str,
    ) -> Result<Option<String>, Failure> {
        let mut command = Command::new(self.programs.join("psql"));
        command.args(["--no-psqlrc", "--quiet", "--no-password", "--command", statement, url]);
        let output = programs.run(&mut command)?;
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Ok((!output.status.success()).then_some(reason))
    }
}
