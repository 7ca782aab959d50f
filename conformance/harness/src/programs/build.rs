//! Builds a Go module into the cache, once.
//!
//! `<cache>/<module>-<key>` is whole or not there: the programs are built into `<module>.partial`, which is then renamed,
//! under a lock of the module, which the kernel drops with the process. What Go itself keeps is not needed afterwards.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use released::sha256;
use serde::Deserialize;

use super::Machine;
use super::table::{Beside, Package};
use crate::process::{self, Running, ended};
use crate::watchdog::Watchdog;
use crate::{Failure, progress};

/// How often a build says that it goes on.
const PROGRESS: Duration = Duration::from_secs(15);

/// How often it is asked whether it has ended.
const POLL: Duration = Duration::from_millis(100);

/// The folder of the module's programs, built now where no earlier run has done so, and the version that go.mod pins.
pub fn folder(
    machine: &Machine,
    watchdog: &Watchdog,
    package: Package,
) -> Result<(PathBuf, String), Failure> {
    let (cache, name) = (&machine.cache, package.module);
    let go = machine.on_path("go").ok_or_else(|| {
        Failure::new(format!(
            "{name} has to be built, which needs Go 1.26 or newer, and there is no `go` on the PATH: install it from \
             https://go.dev/dl, or name built programs with KUBEBUILDER_ASSETS and ISTIOCTL"
        ))
    })?;
    let source = machine.modules.join(name);
    let toolchain = Toolchain::of(watchdog, &go, &source)?;
    let unreadable = |error: io::Error| {
        Failure::new(format!(
            "the Go module {} cannot be read: {error}; restore it from git",
            source.display()
        ))
    };
    let pinned = pinned(&machine.modules, name).map_err(unreadable)?;
    let key = key(&source, package, &toolchain).map_err(unreadable)?;
    let go_build = Build { go: &go, watchdog, toolchain: &toolchain, source: &source, cache };
    let finished = kept(cache, name, &key, |partial| go_build.run(package, partial))?;
    Ok((finished, pinned))
}

/// The folder of something in the cache; where no earlier run has made it, `make` does so in another folder, which is then renamed.
pub fn kept(
    cache: &Path,
    name: &str,
    key: &str,
    make: impl FnOnce(&Path) -> Result<(), Failure>,
) -> Result<PathBuf, Failure> {
    let finished = cache.join(format!("{name}-{key}"));
    if finished.is_dir() {
        return Ok(finished);
    }
    let in_cache = |error: io::Error| {
        Failure::new(format!(
            "{name} cannot be kept in {}: {error}; make the folder writable and give it some GB, or name another with \
             XDG_CACHE_HOME, and run again",
            cache.display()
        ))
    };
    fs::create_dir_all(cache).map_err(in_cache)?;
    let _lock = lock(&cache.join(format!("{name}.lock")), name).map_err(in_cache)?;
    if finished.is_dir() {
        return Ok(finished);
    }
    let partial = cache.join(format!("{name}.partial"));
    remove(&partial).and_then(|()| fs::create_dir(&partial)).map_err(in_cache)?;
    let built = make(&partial).and_then(|()| fs::rename(&partial, &finished).map_err(in_cache));
    if let Err(failure) = built {
        // The reason counts, not that something stays; the next build removes it.
        let _ = remove(&partial);
        return Err(failure);
    }
    Ok(finished)
}

/// The module that is judged with, and its version, as go.mod requires them: the first line of that kind.
pub fn pinned(modules: &Path, module: &str) -> io::Result<String> {
    let text = fs::read_to_string(modules.join(module).join("go.mod"))?;
    let pinned = text
        .lines()
        .find_map(|line| line.strip_prefix("require ").filter(|rest| !rest.starts_with('(')));
    pinned.map(str::to_owned).ok_or_else(|| io::Error::other("its go.mod requires nothing"))
}

/// A digest of everything that decides what is built: the files of the module, the toolchain and the arguments.
fn key(source: &Path, package: Package, toolchain: &Toolchain) -> io::Result<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        files.push((entry.file_name(), fs::read(entry.path())?));
    }
    files.sort();
    let mut all = Vec::new();
    // Lengths keep two parts from running into each other.
    let mut add = |part: &[u8]| {
        all.extend_from_slice(&(part.len() as u64).to_le_bytes());
        all.extend_from_slice(part);
    };
    add(toolchain.text().as_bytes());
    add(package.linker_flags.as_bytes());
    for (program, package) in package.siblings() {
        add(program.as_bytes());
        add(package.path.as_bytes());
    }
    for beside in package.beside() {
        add(beside.path.as_bytes());
        add(beside.name.as_bytes());
    }
    for (name, contents) in &files {
        add(name.as_encoded_bytes());
        add(contents);
    }
    let mut digest = sha256(&all);
    digest.truncate(16);
    Ok(digest)
}

/// What Go says of itself in the folder of a module.
#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Toolchain {
    goversion: String,
    gohostos: String,
    gohostarch: String,
    /// The only setting of the user that changes the result and cannot be taken back by another.
    #[serde(default)]
    goexperiment: String,
    #[serde(default)]
    gocache: String,
    #[serde(default)]
    gomodcache: String,
}

impl Toolchain {
    fn of(watchdog: &Watchdog, go: &Path, source: &Path) -> Result<Self, Failure> {
        let mut command = Command::new(go);
        command.current_dir(source).args(["env", "-json", "GOVERSION", "GOHOSTOS", "GOHOSTARCH"]);
        command.args(["GOEXPERIMENT", "GOCACHE", "GOMODCACHE"]);
        let output = process::ask(watchdog, &mut command)?;
        match serde_json::from_slice(&output.stdout) {
            Ok(toolchain) if output.status.success() => Ok(toolchain),
            _ => Err(Failure::new(format!(
                "`{} env -json` {} and does not say what it should: install Go again from https://go.dev/dl",
                go.display(),
                ended(output.status)
            ))
            .with_output(&String::from_utf8_lossy(&output.stderr))),
        }
    }

    /// Version, operating system, processor and experiments.
    fn text(&self) -> String {
        let Self { goversion, gohostos, gohostarch, goexperiment, .. } = self;
        let text = format!("go version {goversion} {gohostos}/{gohostarch} {goexperiment}");
        text.trim_end().to_owned()
    }
}

/// Waits for other runs that build the module.
fn lock(path: &Path, name: &str) -> io::Result<File> {
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
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

/// Copies a file or a folder with all that is in it, and makes the folders above it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        to.parent().map_or(Ok(()), fs::create_dir_all)?;
        return fs::copy(from, to).map(|_| ());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// What every run of `go build` needs.
struct Build<'a> {
    go: &'a Path,
    watchdog: &'a Watchdog,
    toolchain: &'a Toolchain,
    source: &'a Path,
    cache: &'a Path,
}

impl Build<'_> {
    /// Builds every program of a module.
    fn run(&self, package: Package, output: &Path) -> Result<(), Failure> {
        let name = package.module;
        let started = Instant::now();
        for (program, package) in package.siblings() {
            let file = output.join(program);
            self.program(package, &file)?;
            if !file.is_file() {
                return Err(Failure::new(format!(
                    "{name} cannot be built: `{} build` succeeded but wrote no {program}; install Go again from \
                     https://go.dev/dl",
                    self.go.display()
                )));
            }
        }
        for beside in package.beside() {
            self.beside(beside, output)?;
        }
        progress(format_args!("{name}: built in {} s", started.elapsed().as_secs()));
        Ok(())
    }

    /// Copies what a program reads out of the module cache, which a later run may not have.
    fn beside(&self, beside: Beside, output: &Path) -> Result<(), Failure> {
        let mut command = Command::new(self.go);
        command.current_dir(self.source).env("GOWORK", "off").env("GOFLAGS", "-mod=readonly");
        command.args(["list", "-m", "-f", "{{.Dir}}", beside.from]);
        let listed = process::run(self.watchdog, &mut command)?;
        let module = String::from_utf8_lossy(&listed.stdout).trim().to_owned();
        let from = Path::new(&module).join(beside.path);
        copy(&from, &output.join(beside.name)).map_err(|error| {
            Failure::new(format!(
                "{} cannot be copied into {}: {error}; make room there, and where Go's module cache is not whole, run `go \
                 clean -modcache`",
                from.display(),
                output.display()
            ))
        })
    }

    fn program(&self, package: Package, file: &Path) -> Result<(), Failure> {
        let Package { module: name, path, linker_flags } = package;
        // Of its own, as a build that is ended leaves it full.
        let temporary = self.watchdog.temporary_folder()?;
        let log = temporary.path().join("messages");
        let mut command = Command::new(self.go);
        command
            .current_dir(self.source)
            .env("GOTMPDIR", temporary.path())
            // One file on any machine: no C compiler, no paths, no repository around it, and nothing that the user has set
            // which would change the result but not its key.
            .env("CGO_ENABLED", "0")
            .env("GOWORK", "off")
            .env("GOFLAGS", "-mod=readonly")
            .env("GO111MODULE", "on")
            .env("GOFIPS140", "off")
            .env("GOAMD64", "v1")
            .env("GOARM64", "v8.0")
            // Programs are run where they are built.
            .env("GOOS", &self.toolchain.gohostos)
            .env("GOARCH", &self.toolchain.gohostarch)
            .args(["build", "-v", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags"])
            .arg(linker_flags)
            .arg("-o")
            .arg(file)
            .arg(path)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        progress(format_args!("{name}: go build {path}"));
        let status = self.watch(name, &mut command, &log).map_err(|error| {
            Failure::new(format!(
                "{name} cannot be built: {} cannot be run: {error}; install Go again from https://go.dev/dl",
                self.go.display()
            ))
        })?;
        if status.success() {
            return Ok(());
        }
        Err(self.failure(name, status, &fs::read_to_string(&log).unwrap_or_default()))
    }

    /// Waits for a build, saying how far it is; what it prints goes to `log`.
    fn watch(&self, name: &str, command: &mut Command, log: &Path) -> io::Result<ExitStatus> {
        command.stderr(File::create(log)?);
        let mut build = Running::start(self.watchdog, command)?;
        let started = Instant::now();
        let mut next = PROGRESS;
        loop {
            if let Some(status) = build.try_wait()? {
                return Ok(status);
            }
            thread::sleep(POLL);
            if started.elapsed() >= next {
                next += PROGRESS;
                let messages = fs::read_to_string(log).unwrap_or_default();
                progress(format_args!(
                    "{name}: {} modules downloaded, {} packages compiled, {} s",
                    messages.lines().filter(|line| is_download(line)).count(),
                    messages.lines().filter(|line| is_package(line)).count(),
                    started.elapsed().as_secs()
                ));
            }
        }
    }

    fn failure(&self, name: &str, status: ExitStatus, messages: &str) -> Failure {
        let messages: Vec<&str> =
            messages.lines().filter(|line| !is_download(line) && !is_package(line)).collect();
        let messages = messages.join("\n");
        let sentence = if messages.contains("no space left on device") {
            let Toolchain { gocache, gomodcache, .. } = self.toolchain;
            // Every folder that a build writes to; its messages seldom tell which one it was.
            format!(
                "{name} cannot be built: the disk is full; make some GB of room in {} (XDG_CACHE_HOME), {} (TMPDIR), \
                 {gomodcache} (GOMODCACHE) and {gocache} (GOCACHE), or name other folders with these variables, and run \
                 again",
                self.cache.display(),
                std::env::temp_dir().display(),
            )
        } else {
            format!(
                "{name} cannot be built: `go build` in {} {}; it needs Go 1.26 or newer and the network or a filled module \
                 cache",
                self.source.display(),
                ended(status)
            )
        };
        Failure::new(sentence).with_output(&messages)
    }
}

fn is_download(line: &str) -> bool {
    line.starts_with("go: downloading ")
}

/// With `-v`, `go build` prints the path of each package that it compiles, alone on a line.
fn is_package(line: &str) -> bool {
    !line.is_empty() && !line.contains([' ', ':']) && !line.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::super::table::{Program, Source};
    use super::super::tests::MODULES;
    use super::*;

    fn package(program: Program) -> Package {
        match program.source {
            Source::Go(package) => package,
            Source::Python(_) | Source::Node(_) | Source::Elsewhere(_) => {
                panic!("{} is not built", program.name)
            }
        }
    }

    fn keyed(go_mod: &str, go_sum: &str, goversion: &str, goexperiment: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("go.mod"), go_mod).unwrap();
        fs::write(folder.path().join("go.sum"), go_sum).unwrap();
        let toolchain = Toolchain {
            goversion: goversion.to_owned(),
            gohostos: "linux".to_owned(),
            gohostarch: "amd64".to_owned(),
            goexperiment: goexperiment.to_owned(),
            gocache: String::new(),
            gomodcache: String::new(),
        };
        key(folder.path(), package(Program::ETCD), &toolchain).unwrap()
    }

    #[test]
    fn every_input_changes_the_key_and_nothing_else_does() {
        assert_eq!(keyed("module a", "", "go1.26", ""), keyed("module a", "", "go1.26", ""));
        let keys = [
            keyed("module a", "", "go1.26", ""),
            keyed("module b", "", "go1.26", ""),
            keyed("module a", "sum", "go1.26", ""),
            keyed("module a", "", "go1.27", ""),
            keyed("module a", "", "go1.26", "example"),
        ];
        let mut distinct = keys.to_vec();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), keys.len(), "{keys:?}");
    }

    #[test]
    fn the_linker_says_the_version_of_go_mod() {
        let text = fs::read_to_string(Path::new(MODULES).join("kubernetes/go.mod")).unwrap();
        let flags = package(Program::KUBECTL).linker_flags;
        let version = flags.rsplit_once('=').map(|(_, version)| version).unwrap();
        assert!(
            text.lines().any(|line| line.ends_with(&format!("k8s.io/kubernetes {version}"))),
            "go.mod does not require k8s.io/kubernetes {version}"
        );
    }

    #[test]
    fn istiod_is_of_the_commit_of_istioctl() {
        let pinned = |module| pinned(Path::new(MODULES), module).unwrap();
        assert_eq!(pinned("istiod"), pinned("istioctl"));
    }

    #[test]
    fn every_module_pins_what_its_programs_are_built_from() {
        for program in Program::BUILT {
            let package = package(program);
            let pinned = pinned(Path::new(MODULES), package.module).unwrap();
            let (module, version) = pinned.split_once(' ').unwrap();
            // A program of our own is built from what its module requires first.
            let is_pinned =
                package.path.starts_with(module) || package.path.starts_with("conformance/");
            assert!(is_pinned && version.starts_with('v'), "{}: {pinned}", program.name);
        }
    }
}
