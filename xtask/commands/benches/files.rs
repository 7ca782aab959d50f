//! How long a platform takes from memory to the disk, beside what `cp -r` and reading take for the same files, and how much memory.
//!
//! The disk is that of `TMPDIR`.

use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use analysis::check::rules;
use analysis::environment::Environment;
use analysis::objects::{Object, Objects};
use commands::check;
use commands::files::{self, Files};
use commands::tree::{self, Location};
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

/// Writes files to `dev` in a folder.
fn apply(files: &Files, folder: &Path) {
    tree::apply(&Location::new(folder, "dev"), files).expect("a writable folder");
}

/// Makes the snapshots of a platform, and writes them to `dev` in a folder.
fn write(platform: &BuiltPlatform, folder: &Path) {
    apply(&files(platform), folder);
}

/// The snapshots of a platform.
fn files(platform: &BuiltPlatform) -> Files {
    let bundles = platform.bundles.iter();
    let files =
        bundles.flat_map(|bundle| files::of_bundle(bundle).expect("a file for each object"));
    files.map(|(path, _, contents)| (path, contents)).collect()
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

fn measure_all(criterion: &mut Criterion) {
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
    let files = files(&platform);
    group.bench_function("unchanged, without making YAML", |bencher| {
        bencher.iter(|| apply(&files, source.path()));
    });
}

/// The most memory of a process that renders a platform, from Linux.
fn memory(_: &mut Criterion) {
    for services in SIZES {
        let this = env::current_exe().expect("this program");
        let child = Command::new(this).env(SERVICES, services.to_string()).status();
        assert!(child.expect("this program").success());
    }
}

/// What the other process does: the same as `render`.
fn write_and_tell(services: &str) {
    let folder = folder();
    let mut platform = build(services.parse().expect("a number"));
    let built = most_memory();
    let mut objects = Vec::new();
    let files = files::take_objects(&mut platform, |bundle, resource| {
        objects.extend(check::object(resource, bundle)?);
        Ok(())
    });
    let files = files.expect("a file for each object");
    check(objects);
    let checked = most_memory();
    apply(&files, folder.path());
    let written = most_memory();
    tell(format_args!(
        "{services} services: memory {built} when built, {checked} when checked, {written} when written"
    ));
}

/// What `render` checks before it writes.
fn check(objects: Vec<Object>) {
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
    measure_all(criterion);
}

criterion_group!(benches, all);
criterion_main!(benches);
