//! A Git repository on a host that is played: a commit is on its branch at once.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{Failure, Programs, cannot_write, refused};

/// A repository.
pub struct Repository<'a> {
    programs: &'a Programs,
    git: PathBuf,
    /// What git knows of it.
    folder: PathBuf,
    /// The files of the next commit.
    files: PathBuf,
}

impl<'a> Repository<'a> {
    /// Makes a repository that is read from `folder`, below the hosts that are played, and written in `files`.
    pub fn create(
        programs: &'a Programs,
        folder: PathBuf,
        files: PathBuf,
        branch: &str,
    ) -> Result<Self, Failure> {
        let git = programs.on_path("git").ok_or_else(|| {
            Failure::new(
                "there is no git on the PATH, from which Argo CD gets what it deploys: install it",
            )
        })?;
        let repository = Self { programs, git, folder, files };
        let branch = format!("refs/heads/{branch}");
        repository.make_folders().map_err(|error| cannot_write(&repository.files, &error))?;
        repository.run(&["init", "--quiet", "--bare"])?;
        repository.run(&["symbolic-ref", "HEAD", &branch])?;
        // Argo CD asks for commits, not for branches.
        repository.run(&["config", "uploadpack.allowAnySHA1InWant", "true"])?;
        Ok(repository)
    }

    /// Where the files of the next commit are to be written; those of the last one are gone.
    pub fn empty_files(&self) -> Result<&Path, Failure> {
        match fs::remove_dir_all(&self.files) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => fs::create_dir_all(&self.files),
        }
        .map_err(|error| cannot_write(&self.files, &error))?;
        Ok(&self.files)
    }

    /// Commits the files as they are; returns the commit.
    pub fn commit(&self, message: &str) -> Result<String, Failure> {
        self.run(&["add", "--all"])?;
        self.run(&["commit", "--quiet", "--allow-empty", "--message", message])?;
        Ok(self.run(&["rev-parse", "HEAD"])?.trim().to_owned())
    }

    fn make_folders(&self) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        fs::create_dir_all(&self.files)
    }

    fn run(&self, arguments: &[&str]) -> Result<String, Failure> {
        let mut command = Command::new(&self.git);
        command
            .current_dir(&self.files)
            // Without the settings and the repository of its user.
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_DIR", &self.folder)
            .env_remove("GIT_INDEX_FILE")
            .args(["-c", "user.name=conformance", "-c", "user.email=conformance@example.com"])
            .args(["-c", "commit.gpgSign=false", "-c", "core.bare=false"])
            .args(arguments);
        if arguments.first() != Some(&"init") {
            command.env("GIT_WORK_TREE", &self.files);
        }
        let output = self.programs.run(&mut command)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(refused(format_args!("git {}", arguments.join(" ")), &output))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_has_the_files_that_were_written_and_no_others() {
        let programs = Programs::for_tests().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let repository =
            Repository::create(&programs, at("example/r.git"), at("files"), "main").unwrap();
        for name in ["a", "b"] {
            let files = repository.empty_files().unwrap();
            fs::write(files.join(name), name).unwrap();
            let commit = repository.commit(name).unwrap();
            assert_eq!(repository.run(&["rev-parse", "refs/heads/main"]).unwrap().trim(), commit);
            assert_eq!(repository.run(&["ls-tree", "--name-only", "HEAD"]).unwrap().trim(), name);
        }
    }
}
