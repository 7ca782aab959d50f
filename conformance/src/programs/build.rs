//! Builds a Go module into the cache, once.
//!
//! `<cache>/<module>-<key>` is whole or not there: the programs are built into `….partial`, which is then renamed, under
//! a lock of the module, which the kernel drops with the process.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::{Machine, Module};
use crate::failure::Failure;
use crate::process::{self, ended};
use crate::progress::progress;
use crate::watchdog::Watchdog;

/// How often a build says that it goes on.
const PROGRESS: Duration = Duration::from_secs(15);

/// The folder of the module's programs, built now where no earlier run has done so.
pub fn folder(machine: &Machine, watchdog: &Watchdog, module: &Module) -> Result<PathBuf, Failure> {
    let name = module.folder;
    let go = machine.on_path("go").ok_or_else(|| {
        Failure::new(format!(
            "{name} has to be built, which needs Go 1.26 or newer, and there is no `go` on the PATH: install it from \
             https://go.dev/dl, or name built programs with KUBEBUILDER_ASSETS and ISTIOCTL"
        ))
    })?;
    let settings = settings(watchdog, &go)?;
    let toolchain = toolchain(watchdog, &go, &settings)?;
    let key = module
        .key(&machine.modules, &toolchain)
        .map_err(|error| unreadable(machine, module, &error))?;
    let finished = machine.cache.join(format!("{name}-{key}"));
    if finished.is_dir() {
        return Ok(finished);
    }
    let in_cache = |error: io::Error| cannot_write(&machine.cache, name, &error.to_string());
    fs::create_dir_all(&machine.cache).map_err(in_cache)?;
    let _lock = lock(&lock_file(&machine.cache, name), name).map_err(in_cache)?;
    if finished.is_dir() {
        return Ok(finished);
    }
    remove_interrupted(&machine.cache, name).map_err(in_cache)?;
    let partial = machine.cache.join(format!("{name}-{key}{PARTIAL}"));
    fs::create_dir(&partial).map_err(in_cache)?;
    let built = Build {
        go: &go,
        watchdog,
        settings: &settings,
        toolchain: &toolchain,
        module,
        source: &machine.modules.join(name),
        cache: &machine.cache,
    }
    .run(&partial)
    .and_then(|()| fs::rename(&partial, &finished).map_err(in_cache));
    if let Err(failure) = built {
        // The reason counts, not that its rubbish stays; the next build removes it.
        let _ = remove(&partial);
        return Err(failure);
    }
    Ok(finished)
}

/// A module that is not as it was committed.
pub fn unreadable(machine: &Machine, module: &Module, error: &io::Error) -> Failure {
    Failure::new(format!(
        "the Go module {} cannot be read: {error}; restore it from git",
        machine.modules.join(module.folder).display()
    ))
}

/// What `go version` says: version, operating system and processor.
fn toolchain(
    watchdog: &Watchdog,
    go: &Path,
    settings: &BTreeMap<String, String>,
) -> Result<String, Failure> {
    let mut command = Command::new(go);
    command.arg("version").envs(settings);
    let output = process::run(watchdog, &mut command)?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() && !text.is_empty() {
        return Ok(text);
    }
    Err(go_fails(go, "version", &output))
}

/// What the user has set, with `go env -w` or in the environment, that says where modules come from and where they and
/// what is compiled are kept. Everything else would change the result but not its key.
const SETTINGS: [&str; 11] = [
    "GOAUTH",
    "GOCACHE",
    "GOINSECURE",
    "GOMODCACHE",
    "GONOPROXY",
    "GONOSUMDB",
    "GOPRIVATE",
    "GOPROXY",
    "GOSUMDB",
    "GOTOOLCHAIN",
    "GOVCS",
];

/// The user's [`SETTINGS`], and that no others are read from the file of `go env -w`.
fn settings(watchdog: &Watchdog, go: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let mut command = Command::new(go);
    command.args(["env", "-json"]).args(SETTINGS);
    let output = process::run(watchdog, &mut command)?;
    let values = serde_json::from_slice::<BTreeMap<String, String>>(&output.stdout);
    let (true, Ok(mut values)) = (output.status.success(), values) else {
        return Err(go_fails(go, "env -json", &output));
    };
    // Older versions of Go answer with an empty text where they do not know a setting.
    values.retain(|name, value| SETTINGS.contains(&name.as_str()) && !value.is_empty());
    values.insert("GOENV".to_owned(), "off".to_owned());
    Ok(values)
}

fn go_fails(go: &Path, arguments: &str, output: &Output) -> Failure {
    Failure::new(format!(
        "`{} {arguments}` {} and does not say what it should: install Go again from https://go.dev/dl",
        go.display(),
        ended(output.status)
    ))
    .with_output(&String::from_utf8_lossy(&output.stderr))
}

/// The operating system and the processor that `go version` ends with: programs are run where they are built.
fn host(toolchain: &str) -> Vec<(&'static str, &str)> {
    toolchain
        .rsplit(' ')
        .next()
        .and_then(|host| host.split_once('/'))
        .map(|(system, processor)| vec![("GOOS", system), ("GOARCH", processor)])
        .unwrap_or_default()
}

/// What the folder of a build that goes on ends with.
const PARTIAL: &str = ".partial";

fn lock_file(cache: &Path, module: &str) -> PathBuf {
    cache.join(format!("{module}.lock"))
}

/// Removes what interrupted builds have left, of this module, whose lock is held, and of every other that nobody builds.
fn remove_interrupted(cache: &Path, module: &str) -> io::Result<()> {
    for entry in fs::read_dir(cache)? {
        let entry = entry?;
        let name = entry.file_name();
        let other = name
            .to_str()
            .and_then(|name| name.strip_suffix(PARTIAL))
            .and_then(|name| name.rsplit_once('-'));
        let Some((other, _key)) = other else { continue };
        if other == module {
            remove(&entry.path())?;
            continue;
        }
        let lock = open_lock(&lock_file(cache, other))?;
        if lock.try_lock().is_ok() {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn open_lock(path: &Path) -> io::Result<File> {
    File::options().create(true).truncate(false).write(true).open(path)
}

/// Waits for other runs that build the module.
fn lock(path: &Path, name: &str) -> io::Result<File> {
    let file = open_lock(path)?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => {
            progress(format_args!("{name}: another run is building it; waiting"));
        }
        Err(TryLockError::Error(error)) => return Err(error),
    }
    file.lock()?;
    Ok(file)
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

fn cannot_write(cache: &Path, name: &str, reason: &str) -> Failure {
    Failure::new(format!(
        "{name} cannot be kept in {}: {reason}; make the folder writable and give it some GB, or name another with \
         XDG_CACHE_HOME, and run again",
        cache.display()
    ))
}

/// One run of `go build` for each program of a module.
struct Build<'a> {
    go: &'a Path,
    watchdog: &'a Watchdog,
    settings: &'a BTreeMap<String, String>,
    toolchain: &'a str,
    module: &'a Module,
    source: &'a Path,
    cache: &'a Path,
}

impl Build<'_> {
    fn run(&self, output: &Path) -> Result<(), Failure> {
        let name = self.module.folder;
        let started = Instant::now();
        for (program, package) in self.module.programs {
            let file = output.join(program.name());
            self.program(package, &file)?;
            if !file.is_file() {
                return Err(Failure::new(format!(
                    "{name} cannot be built: `{} build` succeeded but wrote no {}; install Go again from \
                     https://go.dev/dl",
                    self.go.display(),
                    program.name()
                )));
            }
        }
        progress(format_args!("{name}: built in {} s", started.elapsed().as_secs()));
        Ok(())
    }

    fn program(&self, package: &str, file: &Path) -> Result<(), Failure> {
        // Of its own, as a build that is ended leaves it full.
        let temporary = self.watchdog.temporary_folder()?;
        let mut command = Command::new(self.go);
        command
            .current_dir(self.source)
            .envs(self.settings)
            .env("GOTMPDIR", temporary.path())
            // One file on any machine: no C compiler, no paths, no repository around it.
            .env("CGO_ENABLED", "0")
            .env("GOWORK", "off")
            // What would change the result but not its key.
            .env("GOFLAGS", "-mod=readonly")
            .env("GOEXPERIMENT", "")
            .env("GO111MODULE", "on")
            .env("GOFIPS140", "off")
            .env("GOAMD64", "v1")
            .env("GOARM64", "v8.0")
            .envs(host(self.toolchain))
            .args(["build", "-v", "-mod=readonly", "-trimpath", "-buildvcs=false"])
            .arg("-ldflags")
            .arg(self.module.all_linker_flags())
            .arg("-o")
            .arg(file)
            .arg(package)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let name = self.module.folder;
        let child = self.watchdog.spawn(&mut command).map_err(|error| {
            Failure::new(format!(
                "{name} cannot be built: {} cannot be started: {error}; install Go again from https://go.dev/dl",
                self.go.display()
            ))
        })?;
        let (status, messages) = self.watch(child, package).map_err(|error| {
            Failure::new(format!(
                "{name} cannot be built: `go build` cannot be watched: {error}; run again"
            ))
        })?;
        if status.success() {
            return Ok(());
        }
        Err(self.failure(status, &messages))
    }

    /// Waits for the build, saying how far it is; returns what it printed.
    fn watch(&self, mut child: Child, package: &str) -> io::Result<(ExitStatus, String)> {
        let name = self.module.folder;
        progress(format_args!("{name}: go build {package}"));
        let started = Instant::now();
        let (sender, receiver) = mpsc::channel();
        let stderr = child.stderr.take();
        let reader = thread::spawn(move || {
            for line in stderr.into_iter().flat_map(|pipe| BufReader::new(pipe).lines()) {
                let Ok(line) = line else { return };
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut messages = String::new();
        let (mut downloads, mut packages) = (0, 0);
        let mut next = PROGRESS;
        loop {
            match receiver.recv_timeout(next.saturating_sub(started.elapsed())) {
                Ok(line) => {
                    if line.starts_with("go: downloading ") {
                        downloads += 1;
                    } else if is_package(&line) {
                        packages += 1;
                    } else {
                        messages.push_str(&line);
                        messages.push('\n');
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if started.elapsed() >= next {
                next += PROGRESS;
                progress(format_args!(
                    "{name}: {downloads} modules downloaded, {packages} packages compiled, {} s",
                    started.elapsed().as_secs()
                ));
            }
        }
        // It only ends here, when the pipe is closed.
        let _ = reader.join();
        let status = self.watchdog.wait(&mut child)?;
        Ok((status, messages))
    }

    fn failure(&self, status: ExitStatus, messages: &str) -> Failure {
        let name = self.module.folder;
        if messages.contains("no space left on device") {
            return self.disk_is_full().with_output(messages);
        }
        Failure::new(format!(
            "{name} cannot be built: `go build` in {} {}; it needs Go 1.26 or newer and the network or a filled module \
             cache",
            self.source.display(),
            ended(status)
        ))
        .with_output(messages)
    }

    /// Every folder that a build writes to; its messages seldom tell which one it was.
    fn disk_is_full(&self) -> Failure {
        let setting =
            |name: &str| self.settings.get(name).map_or("Go's own", String::as_str).to_owned();
        Failure::new(format!(
            "{} cannot be built: the disk is full; make some GB of room in {} (XDG_CACHE_HOME), {} (TMPDIR), {} \
             (GOMODCACHE) and {} (GOCACHE), or name other folders with these variables, and run again",
            self.module.folder,
            self.cache.display(),
            std::env::temp_dir().display(),
            setting("GOMODCACHE"),
            setting("GOCACHE"),
        ))
    }
}

/// With `-v`, `go build` prints the path of each package that it compiles, alone on a line.
fn is_package(line: &str) -> bool {
    !line.is_empty() && !line.contains([' ', ':']) && !line.starts_with('#')
}
