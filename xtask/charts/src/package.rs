//! The package of a chart, which is the one that is locked or none.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use manifests_lib::delivery::{Source, SourceFrom};
use released::{Cache, Digest};
use support::Failure;

use crate::{EMBEDDED_HELM, Origin, Renderer, name};
use programs::Invocation;
use programs::Program;

/// Where the package of a chart is: in the folder that was given, or brought there from the cache or its repository.
pub(super) fn find(renderer: &Renderer<'_>, source: &Source) -> Result<PathBuf, Failure> {
    let SourceFrom::Chart { name: chart, version, package: locked, .. } = &source.from else {
        return Ok(PathBuf::new());
    };
    let file = format!("{chart}-{version}.tgz");
    if let Origin::Folder(folder) = renderer.origin {
        let path = folder.join(&file);
        let bytes = fs::read(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Failure::new(format!(
                "{}: {} is not in {}: put {file} there, or leave the folder out, so that it is downloaded",
                source.origin,
                name(source),
                folder.display()
            )),
            _ => cannot_read(&path, &error),
        })?;
        compare(source, *locked, &bytes, &path.display().to_string())?;
        return Ok(path);
    }
    let path = renderer.folder.path().join(&file);
    if path.exists() {
        return Ok(path);
    }
    let cache = Cache::of_this_user();
    let locked_digest = locked.and_then(|digest| Digest::try_from(digest.to_owned()).ok());
    if let Some(bytes) = locked_digest.as_ref().and_then(|digest| cache.get(digest)) {
        fs::write(&path, bytes).map_err(|error| cannot_write(&path, &error))?;
        return Ok(path);
    }
    pull(renderer, source)?;
    let bytes = fs::read(&path).map_err(|error| cannot_read(&path, &error))?;
    if let Err(failure) = compare(source, *locked, &bytes, "what its repository has now") {
        // The next chart of this name and version is not to find it.
        let _ = fs::remove_file(&path);
        return Err(failure);
    }
    cache.put(&Digest::of(&bytes), &bytes);
    Ok(path)
}

/// Has helm download the package into the renderer's folder.
fn pull(renderer: &Renderer<'_>, source: &Source) -> Result<(), Failure> {
    let folder = renderer.folder.path().display();
    let mut arguments = vec!["pull".to_owned()];
    arguments.extend(source.helm_arguments().into_iter().flatten());
    arguments.push(format!("--destination={folder}"));
    // Nothing of it stays.
    arguments.push(format!("--repository-cache={folder}/repositories"));
    if renderer.helm == Some(EMBEDDED_HELM) {
        arguments.push(format!("--content-cache={folder}/content"));
    }
    Invocation::new(Program::Helm, arguments).output().map_err(|failure| {
        Failure::new(format!(
            "{}: {} cannot be downloaded: {failure}; where its repository cannot be reached, name a folder of packages: --charts=DIR",
            source.origin,
            name(source)
        ))
    })?;
    Ok(())
}

/// Refuses a package that is not the one that is locked.
fn compare(
    source: &Source,
    locked: Option<&str>,
    bytes: &[u8],
    found_in: &str,
) -> Result<(), Failure> {
    let found = Digest::of(bytes);
    match locked {
        Some(locked) if locked != found.as_str() => Err(Failure::new(format!(
            "{}: {} is not the package that charts.toml locks: {found_in} has the SHA-256 {found}, and {locked} was reviewed; find out who \
             has replaced it",
            source.origin,
            name(source)
        ))),
        _ => Ok(()),
    }
}

pub(super) fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("{} cannot be read: {error}; make it readable", path.display()))
}

pub(super) fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("{} cannot be written: {error}; make room for it", path.display()))
}
