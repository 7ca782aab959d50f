//! How long a platform takes from memory to the disk, beside what `cp -r` and reading take for the same files, and how much memory.
//!
//! The disk is that of `TMPDIR`.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use analysis::check::rules;
use analysis::environment::Environment;
use analysis::objects::Objects;
use commands::tree::{self, Contents, Location};
use commands::{check, files};
use criterion::measurement::WallTime;
use criterion::{
    BatchSize, BenchmarkGroup, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use manifests_lib::platform::BuiltPlatform;
use support::tell;
use tempfile::TempDir;

#[path = "../../../manifests-lib/benches/services/mod.rs"]
mod services;

/// Numbers of services, each with eleven files.
const SIZES: [usize; 3] = [100, 1_000, 5_000];

/// Set for a process that is to write as many services, because memory is measured once a process.
const SERVICES: &str = "SERVICES_OF_A_PROCESS";

fn build(services: usize) -> BuiltPlatform {
    services::platform(services).build_once().expect("a platform that holds together")
}

/// Writes the snapshots of a platform to `dev` in a folder.
fn write(platform: &BuiltPlatform, folder: &Path) {
    let files = files::of_platform(platform).expect("one file for each object");
    tree::apply(&Location::new(folder, "dev"), &files).expect("a writable folder");
}

/// What the files hold.
fn contents(platform: &BuiltPlatform) -> BTreeMap<PathBuf, String> {
    let files = files::of_platform(platform).expect("one file for each object");
    let written = files.into_iter().map(|(path, file)| {
        let mut contents = String::new();
        file.write(&mut contents).expect("finite numbers");
        (path, contents)
    });
    written.collect()
}

fn folder() -> TempDir {
    TempDir::new().expect("a temporary folder")
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-r").arg(from).arg(to).status().expect("cp");
    assert!(copied.success());
}

/// Reads every file below a folder.
fn read(folder: &Path) -> io::Result<usize> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let folder = entry.file_type()?.is_dir();
        bytes += if folder { read(&entry.path())? } else { fs::read(entry.path())?.len() };
    }
    Ok(bytes)
}

fn files(criterion: &mut Criterion) {
    for services in SIZES {
        let mut group = criterion.benchmark_group(format!("{services} services"));
        group.sample_size(10).sampling_mode(SamplingMode::Flat);
        measure(&mut group, services);
        group.finish();
    }
}

fn measure(group: &mut BenchmarkGroup<'_, WallTime>, services: usize) {
    let platform = build(services);
    group.throughput(Throughput::Elements(platform.resources().count() as u64));
    let (source, one) = (folder(), BatchSize::PerIteration);
    write(&platform, source.path());
    let dev = source.path().join("dev");
    group.bench_function("cp -r", |bencher| {
        bencher.iter_batched(folder, |to| (copy(&dev, to.path()), to), one);
    });
    group.bench_function("first write", |bencher| {
        bencher.iter_batched(folder, |to| (write(&platform, to.path()), to), one);
    });
    group.bench_function("read", |bencher| bencher.iter(|| read(&dev).expect("readable files")));
    group.bench_function("unchanged", |bencher| bencher.iter(|| write(&platform, source.path())));
    let (dev, contents) = (Location::new(source.path(), "dev"), contents(&platform));
    group.bench_function("unchanged, without making YAML", |bencher| {
        bencher.iter(|| tree::apply(&dev, &contents).expect("readable files"));
    });
}

/// The most memory of a process that builds and writes a platform, from Linux.
fn memory(_: &mut Criterion) {
    for services in SIZES {
        let this = env::current_exe().expect("this program");
        let child = Command::new(this).env(SERVICES, services.to_string()).status();
        assert!(child.expect("this program").success());
    }
}

/// What the other process does.
fn write_and_tell(services: &str) {
    let folder = folder();
    let platform = build(services.parse().expect("a number"));
    write(&platform, folder.path());
    let written = most_memory();
    check(&platform);
    let checked = most_memory();
    tell(format_args!(
        "{services} services: memory {written}, with what `render` checks {checked}"
    ));
}

/// What `render` checks before it writes.
fn check(platform: &BuiltPlatform) {
    let objects = check::objects(platform).expect("objects that can be written");
    let environment = Environment::of(None, Objects::new(objects));
    let checked = analysis::check::check(&environment, rules::of_every_render());
    assert!(checked.findings.is_empty(), "{:?}", checked.findings.first());
}

/// The most memory that this process has had, as Linux tells it.
fn most_memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    most.unwrap_or("unknown").trim().to_owned()
}

fn all(criterion: &mut Criterion) {
    if let Ok(services) = env::var(SERVICES) {
        return write_and_tell(&services);
    }
    memory(criterion);
    files(criterion);
}

criterion_group!(benches, all);
criterion_main!(benches);
