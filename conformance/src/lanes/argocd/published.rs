//! Charts and kustomizations where Argo CD looks for them, on hosts that are played.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{Failure, Program, Programs, cannot_write, refused};
use manifests_lib::delivery::SourceFrom;
use released::sha256;
use serde_json::json;

use crate::lanes::charts::Renderer;
use crate::lanes::{Options, helm};
use crate::rendered::{Rendered, RenderedSource};

/// Puts every source of an environment below the folder of the hosts.
pub fn publish(
    programs: &Programs,
    options: &Options,
    rendered: &Rendered,
    hosts: &Path,
) -> Result<(), Failure> {
    let charts = Renderer::new(programs, options.charts.as_deref(), &rendered.objects)?;
    let folder = programs.temporary_folder()?;
    let mut indexed = BTreeSet::new();
    for source in &rendered.sources {
        let url = source.spec.repository_url();
        match &source.spec.from {
            SourceFrom::Chart { name, version, .. } => {
                let package = packed(programs, source, charts.chart(source)?, folder.path())?;
                let bytes = fs::read(&package).map_err(|error| {
                    let package = package.display();
                    Failure::new(format!("{package} cannot be read: {error}; fetch it again"))
                })?;
                if let Some(image) = url.strip_prefix("oci://") {
                    push(hosts, image, version, &bytes)?;
                } else {
                    let repository = place(hosts, &url)?;
                    write(&repository.join(format!("{name}-{version}.tgz")), &bytes)?;
                    indexed.insert(repository);
                }
            }
            SourceFrom::Kustomization { .. } => {
                let copy = charts.checked_out(source)?.join(".git");
                let place = place(hosts, &url)?;
                let parent = place.parent().unwrap_or(hosts);
                fs::create_dir_all(parent)
                    .and_then(|()| fs::rename(&copy, &place))
                    .map_err(|error| cannot_write(&place, &error))?;
                // Argo CD asks for the commit, not for the tag.
                let mut git = Command::new("git");
                git.arg("--git-dir").arg(&place);
                run(programs, git.args(["config", "uploadpack.allowAnySHA1InWant", "true"]))?;
            }
        }
    }
    for repository in indexed {
        let mut index = Command::new(programs.path(Program::HELM)?);
        helm::keep_files_in(&mut index, folder.path());
        run(programs, index.args(["repo", "index"]).arg(repository))?;
    }
    Ok(())
}

/// The folder of a URL.
fn place(hosts: &Path, url: &str) -> Result<PathBuf, Failure> {
    let path = url.strip_prefix("https://").ok_or_else(|| {
        Failure::new(format!(
            "{url} is no https URL, and the lane plays no other: teach it to in conformance/src/lanes/argocd/published.rs"
        ))
    })?;
    Ok(hosts.join(path))
}

/// The package of a chart; a folder is packed.
fn packed(
    programs: &Programs,
    source: &RenderedSource,
    chart: PathBuf,
    folder: &Path,
) -> Result<PathBuf, Failure> {
    let SourceFrom::Chart { name, version, .. } = &source.spec.from else {
        return Ok(chart);
    };
    if !chart.is_dir() {
        return Ok(chart);
    }
    let mut package = Command::new(programs.path(Program::HELM)?);
    helm::keep_files_in(&mut package, folder);
    run(programs, package.arg("package").arg(&chart).arg("--destination").arg(folder))?;
    Ok(folder.join(format!("{name}-{version}.tgz")))
}

/// Writes a chart as a registry of OCI images answers for it: two blobs, and a manifest by tag and by digest.
fn push(hosts: &Path, image: &str, tag: &str, package: &[u8]) -> Result<(), Failure> {
    let (host, name) = image.split_once('/').unwrap_or((image, ""));
    let repository = hosts.join(host).join("v2").join(name);
    let blob = |kind: &str, bytes: &[u8]| {
        let digest = format!("sha256:{}", sha256(bytes));
        write(&repository.join("blobs").join(&digest), bytes)?;
        Ok::<_, Failure>(json!({
            "mediaType": format!("application/vnd.cncf.helm.{kind}"),
            "digest": digest,
            "size": bytes.len(),
        }))
    };
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": blob("config.v1+json", b"{}")?,
        "layers": [blob("chart.content.v1.tar+gzip", package)?],
    });
    let manifest = manifest.to_string();
    for reference in [tag.to_owned(), format!("sha256:{}", sha256(manifest.as_bytes()))] {
        write(&repository.join("manifests").join(reference), manifest.as_bytes())?;
    }
    let tags = json!({"name": name, "tags": [tag]});
    write(&repository.join("tags/list"), tags.to_string().as_bytes())
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(file, bytes))
        .map_err(|error| cannot_write(file, &error))
}

fn run(programs: &Programs, command: &mut Command) -> Result<(), Failure> {
    let output = programs.run(command)?;
    if output.status.success() {
        return Ok(());
    }
    let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
    let what = format!("{} {}", command.get_program().display(), arguments.join(" "));
    Err(refused(what, &output))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn a_registry_has_what_its_manifest_names() {
        let hosts = tempfile::tempdir().unwrap();
        push(hosts.path(), "registry.example.com/charts/tool", "1.2.3", b"chart").unwrap();
        let repository = hosts.path().join("registry.example.com/v2/charts/tool");
        let text = fs::read(repository.join("manifests/1.2.3")).unwrap();
        let digest = format!("manifests/sha256:{}", sha256(&text));
        assert_eq!(fs::read(repository.join(digest)).unwrap(), text);
        let manifest: Value = serde_json::from_slice(&text).unwrap();
        let layer = manifest["layers"][0]["digest"].as_str().unwrap();
        assert_eq!(fs::read(repository.join("blobs").join(layer)).unwrap(), b"chart");
    }
}
