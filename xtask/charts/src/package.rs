//! The package of a chart, which is the one that is locked or none.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use programs::{Invocation, Program};
use released::{Cache, Digest};
use support::Failure;

use crate::source::{Chart, Source};
use crate::{Origin, Renderer};

/// Where the package of a chart is: in the folder that was given, or brought there from the cache or its repository.
pub(crate) fn find(
    renderer: &Renderer<'_>,
    source: &Source,
    chart: &Chart,
) -> Result<PathBuf, Failure> {
    let file = chart.file();
    if let Origin::Folder(folder) = renderer.origin {
        let path = folder.join(&file);
        let bytes = fs::read(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => source.failure(format_args!(
                "is not in {}: put {file} there, or leave the folder out, so that it is downloaded",
                folder.display()
            )),
            _ => cannot_read(&path, &error),
        })?;
        compare(source, chart, &bytes, &path.display().to_string())?;
        return Ok(path);
    }
    // Two repositories may have a chart of one name, and two commits lock different packages.
    let locked = chart.locked.as_deref().unwrap_or_default();
    let own = Digest::of(format!("{}\n{locked}", chart.arguments().join("\n")).as_bytes());
    let folder = renderer.folder.path().join("packages").join(own.as_str());
    if let Some(path) = package(&folder) {
        return Ok(path);
    }
    fs::create_dir_all(&folder).map_err(|error| cannot_write(&folder, &error))?;
    let cache = Cache::of_this_user();
    let locked = chart.locked.clone().and_then(|digest| Digest::try_from(digest).ok());
    if let Some(bytes) = locked.as_ref().and_then(|digest| cache.get(digest)) {
        let path = folder.join(&file);
        fs::write(&path, bytes).map_err(|error| cannot_write(&path, &error))?;
        return Ok(path);
    }
    pull(renderer, source, chart, &folder)?;
    let path = package(&folder).ok_or_else(|| {
        source.failure("cannot be downloaded: helm says nothing, and has written no package")
    })?;
    let bytes = fs::read(&path).map_err(|error| cannot_read(&path, &error))?;
    if let Err(failure) = compare(source, chart, &bytes, "what its repository has now") {
        // The next chart of this name and version is not to find it.
        let _ = fs::remove_file(&path);
        return Err(failure);
    }
    cache.put(&Digest::of(&bytes), &bytes);
    Ok(path)
}

/// The package in a folder that has one alone: helm names it by the version that it has chosen of a range.
fn package(folder: &Path) -> Option<PathBuf> {
    let mut files = fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    files.find(|file| file.extension().is_some_and(|extension| extension == "tgz"))
}

/// Has helm download the package into a folder.
fn pull(
    renderer: &Renderer<'_>,
    source: &Source,
    chart: &Chart,
    folder: &Path,
) -> Result<(), Failure> {
    let own = renderer.folder.path().display();
    let mut arguments = vec!["pull".to_owned()];
    arguments.extend(chart.arguments());
    arguments.push(format!("--destination={}", folder.display()));
    // Nothing of it stays.
    arguments.push(format!("--repository-cache={own}/cache"));
    if renderer.helm >= Some(4) {
        arguments.push(format!("--content-cache={own}/content"));
    }
    Invocation::new(Program::Helm, arguments).output().map_err(|failure| {
        source.failure(format_args!(
            "cannot be downloaded: {failure}; where its repository cannot be reached, name a folder of packages: --charts=DIR"
        ))
    })?;
    Ok(())
}

/// Refuses a package that is not the one that is locked.
fn compare(source: &Source, chart: &Chart, bytes: &[u8], found_in: &str) -> Result<(), Failure> {
    let found = Digest::of(bytes);
    match &chart.locked {
        Some(locked) if locked != found.as_str() => Err(source.failure(format_args!(
            "is not the package that charts.toml locks: {found_in} has the SHA-256 {found}, and {locked} was reviewed; find out who \
             has replaced it"
        ))),
        _ => Ok(()),
    }
}

pub(crate) fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("{} cannot be read: {error}; make it readable", path.display()))
}

pub(crate) fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("{} cannot be written: {error}; make room for it", path.display()))
}
