//! Manifests of a commit, read from Git without a checkout.

use std::path::Path;

use analysis::objects::{Read, is_manifest, read_contents};
use support::{Failure, workspace};

use programs::{Invocation, Program, quoted};

/// So many objects are asked for at once: their names fit into a pipe, however little of it Git has read.
const AT_ONCE: usize = 1_000;

/// A commit of the repository.
pub struct Commit {
    /// Its full name.
    id: String,
}

impl Commit {
    /// The commit from which this branch has left `main`.
    pub fn merge_base() -> Result<Self, Failure> {
        let branches = ["main", "origin/main"];
        let known = branches.into_iter().find(|branch| resolve(branch).is_ok());
        let Some(branch) = known else {
            return Err(Failure::new(format!(
                "there is no branch main to compare with{}: name what is deployed with --from REF|DIR, or fetch it with `git fetch origin main`",
                depth()
            )));
        };
        let id = git(&["merge-base", branch, "HEAD"])?.output().map_err(|_| {
            Failure::new(format!(
                "this branch has no commit in common with {branch}{}: name what is deployed with --from REF|DIR",
                depth()
            ))
        })?;
        Ok(Self { id: id.trim().to_owned() })
    }

    /// A commit by the name of a branch or tag, or by its own.
    pub fn named(name: &str) -> Result<Self, Failure> {
        let id = resolve(name).map_err(|failure| {
            let name = quoted(name);
            match git(&["rev-parse", "--git-dir"]).and_then(|git| git.outcome()) {
                Ok(outcome) if !outcome.success() => Failure::new(
                    "this is no repository of Git: compare folders, with --from DIR and --to DIR".to_owned(),
                ),
                Err(failure) => failure,
                Ok(_) if failure.to_string().contains("ambiguous") => failure,
                Ok(_) => Failure::new(format!(
                    "{name} is neither a folder nor a commit of this repository{}; `git branch --all` and `git tag` list the names",
                    depth()
                )),
            }
        })?;
        Ok(Self { id })
    }

    /// The text of a file; none where the commit has no such file.
    pub fn file(&self, path: &str) -> Result<Option<String>, Failure> {
        let object = format!("{}:{path}", self.id);
        if !git(&["cat-file", "-e", &object])?.outcome()?.success() {
            return Ok(None);
        }
        git(&["cat-file", "blob", &object])?.output().map(Some)
    }

    /// The manifests below a folder; none where the commit has no such folder.
    pub fn read(&self, folder: &str) -> Result<Read, Failure> {
        let tree = git(&["ls-tree", "-r", "-z", &self.id, "--", folder])?.output()?;
        let mut names = Vec::new();
        for entry in tree.split('\0').filter(|entry| !entry.is_empty()) {
            // Mode, type and name of the object, then the path.
            let Some((facts, path)) = entry.split_once('\t') else { continue };
            let mut facts = facts.split(' ').skip(1);
            if let (Some("blob"), Some(object)) = (facts.next(), facts.next())
                && is_manifest(Path::new(path))
            {
                names.push((object.to_owned(), path.to_owned()));
            }
        }
        let mut files = Vec::new();
        for names in names.chunks(AT_ONCE) {
            let wanted: String = names
                .iter()
                .flat_map(|(object, _)| {
                    [
                        object.as_str(),
                        "
",
                    ]
                })
                .collect();
            let answer = git(&["cat-file", "--batch"])?.with_input(wanted).bytes()?;
            files.extend(contents(names, &answer)?);
        }
        Ok(read_contents(files))
    }
}

/// What `git cat-file --batch` prints: a line with name, type and size of each object, its content, and a line break.
fn contents(names: &[(String, String)], answer: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut rest = answer;
    let mut files = Vec::new();
    for (object, path) in names {
        let missing = || {
            Failure::new(format!(
                "Git does not give {path} ({object}): the repository is incomplete, fetch it with `git fetch --refetch`"
            ))
        };
        let end = rest.iter().position(|&byte| byte == b'\n').ok_or_else(missing)?;
        let line = String::from_utf8_lossy(&rest[..end]);
        let size: usize =
            line.rsplit(' ').next().and_then(|size| size.parse().ok()).ok_or_else(missing)?;
        let content = rest.get(end + 1..end + 1 + size).ok_or_else(missing)?;
        files.push((path.clone(), content.to_vec()));
        rest = rest.get(end + size + 2..).unwrap_or_default();
    }
    Ok(files)
}

fn git(arguments: &[&str]) -> Result<Invocation, Failure> {
    let folder = ["-C".to_owned(), workspace()?.display().to_string()];
    let arguments = arguments.iter().map(|own| (*own).to_owned());
    Ok(Invocation::new(Program::Git, folder.into_iter().chain(arguments)))
}

fn resolve(name: &str) -> Result<String, Failure> {
    let commit = format!("{name}^{{commit}}");
    let id = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?.output()?;
    let id = id.trim();
    if id.is_empty() {
        return Err(Failure::new(format!("Git does not say which commit {} is", quoted(name))));
    }
    Ok(id.to_owned())
}

/// What to say where the repository was cloned without its history.
fn depth() -> &'static str {
    let shallow = git(&["rev-parse", "--is-shallow-repository"]).and_then(|git| git.output());
    let is_shallow = shallow.is_ok_and(|answer| answer.trim() == "true");
    if is_shallow {
        ", because the clone has only a part of the history: run `git fetch --unshallow`"
    } else {
        ""
    }
}
