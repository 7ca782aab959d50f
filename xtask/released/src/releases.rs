//! Locked files, from disk, from the cache or from the network.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use support::{Failure, Result, tell};

use crate::cache::Cache;
use crate::digest::Digest;
use crate::disk::Disk;
use crate::locked::LockedFile;
use crate::network::{Network, Sent};

/// Names for messages: what the user can change.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// The lock file: `crds.toml`.
    pub lock: &'static str,
    /// The option that takes files from disk instead of the network: `--from`.
    pub option: &'static str,
    /// The option that downloads what is not on disk, where there is one: `--download`.
    pub download: Option<&'static str>,
}

/// Where files may come from, besides the cache.
#[derive(Clone, Copy, Debug)]
pub enum Places<'a> {
    /// From their URLs.
    Network,
    /// From a file or folder, whatever their names; nothing is downloaded.
    Disk(&'a Path),
    /// From a file or folder, and the rest from their URLs.
    Both(&'a Path),
}

/// Brings locked files.
#[derive(Debug)]
pub struct Releases {
    names: Names,
    cache: Cache,
    network: Network,
}

/// Locked files, all of which were found.
#[derive(Debug)]
pub struct Files(BTreeMap<Digest, Found>);

/// A file with its locked digest.
#[derive(Clone, Debug)]
pub struct Found {
    /// The path or URL that was read.
    pub origin: String,
    /// The content.
    pub bytes: Vec<u8>,
}

impl<'a> Places<'a> {
    /// As two options name them: a file or folder, and whether to download what is not there.
    pub fn of(from: Option<&'a Path>, download: bool) -> Self {
        match from {
            None => Self::Network,
            Some(from) if download => Self::Both(from),
            Some(from) => Self::Disk(from),
        }
    }
}

impl Releases {
    /// With the cache of this user.
    pub fn of_this_user(names: Names) -> Self {
        Self::new(names, Cache::of_this_user(), Network::default())
    }

    /// With another cache, and a network that is asked at other times.
    pub fn new(names: Names, cache: Cache, network: Network) -> Self {
        Self { names, cache, network }
    }

    /// Locked files. What was downloaded is kept for the next run, whatever becomes of the others.
    ///
    /// # Errors
    /// All at once: each file that can be had nowhere, or is not the locked one.
    pub fn get(&self, places: Places<'_>, files: &[LockedFile]) -> Result<Files> {
        let wanted: BTreeSet<&Digest> = files.iter().map(|file| &file.sha256).collect();
        let mut disk = match places {
            Places::Network => None,
            Places::Disk(from) | Places::Both(from) => {
                Some(Disk::read(from, self.names.option, &wanted)?)
            }
        };
        let mut found =
            disk.as_mut().map(|disk| std::mem::take(&mut disk.found)).unwrap_or_default();
        let mut missing: Vec<&LockedFile> = Vec::new();
        for file in files {
            if found.contains_key(&file.sha256) {
                continue;
            }
            if let Some(bytes) = self.cache.get(&file.sha256) {
                self.tell_unused(file, disk.as_ref());
                found.insert(file.sha256.clone(), Found { origin: file.url.clone(), bytes });
            } else if missing.iter().all(|other| other.sha256 != file.sha256) {
                missing.push(file);
            }
        }
        let sentences = match (places, &disk) {
            _ if missing.is_empty() => Vec::new(),
            (Places::Disk(from), Some(disk)) => self.not_on_disk(from, disk, &missing),
            _ => {
                for file in &missing {
                    self.tell_unused(file, disk.as_ref());
                }
                self.download(&missing, &mut found)
            }
        };
        if sentences.is_empty() { Ok(Files(found)) } else { Err(Failure::all(sentences)) }
    }

    /// The digests of what URLs hold now, in their order, for a lock file that is about to name them.
    ///
    /// # Errors
    /// All at once: each that cannot be downloaded.
    pub fn current(&self, urls: &[&str]) -> Result<Vec<Digest>> {
        let digests = self.network.download(urls, |number, sent| {
            let url = urls.get(number).copied().unwrap_or_default();
            let Sent { bytes, .. } = sent.map_err(|reason| self.not_downloaded(url, &reason))?;
            let digest = Digest::of(&bytes);
            self.cache.put(&digest, &bytes);
            Ok(digest)
        });
        let mut sentences = Vec::new();
        let digests: Vec<Digest> = digests
            .into_iter()
            .filter_map(|digest| digest.map_err(|s| sentences.push(s)).ok())
            .collect();
        if sentences.is_empty() { Ok(digests) } else { Err(Failure::all(sentences)) }
    }

    /// Downloads files; what fails is a sentence each.
    fn download(
        &self,
        missing: &[&LockedFile],
        found: &mut BTreeMap<Digest, Found>,
    ) -> Vec<String> {
        let urls: Vec<&str> = missing.iter().map(|file| file.url.as_str()).collect();
        let taken = self.network.download(&urls, |number, sent| {
            let file = missing.get(number).ok_or_else(String::new)?;
            let Sent { bytes, encoding } =
                sent.map_err(|reason| self.not_downloaded(&file.url, &reason))?;
            let actual = Digest::of(&bytes);
            if actual != file.sha256 {
                return Err(self.another(file, &actual, encoding.as_deref()));
            }
            self.cache.put(&actual, &bytes);
            Ok((actual, Found { origin: file.url.clone(), bytes }))
        });
        let mut sentences = Vec::new();
        for taken in taken {
            match taken {
                Ok((digest, file)) => drop(found.insert(digest, file)),
                Err(sentence) => sentences.push(sentence),
            }
        }
        sentences
    }

    fn not_downloaded(&self, url: &str, reason: &str) -> String {
        let Names { lock, option, .. } = self.names;
        format!(
            "{} cannot be downloaded: {reason}; check the URL in {lock} and the network, or give the file with {option}",
            url.escape_debug()
        )
    }

    fn another(&self, file: &LockedFile, actual: &Digest, encoding: Option<&str>) -> String {
        let Names { lock, option, .. } = self.names;
        let (url, expected) = (file.url.escape_debug(), &file.sha256);
        match encoding {
            None => format!(
                "{url} has the sha256 {actual}, but {lock} expects {expected}; the cause is a moved tag or a wrong URL, so read what changed before correcting {lock}"
            ),
            Some(encoding) => format!(
                "{url} was sent in the encoding {}, which nobody asked for, and has the sha256 {actual} in that, but {lock} expects {expected}; decode the file, then give it with {option}",
                encoding.escape_debug()
            ),
        }
    }

    /// Says so where a file on disk has the name of one that comes from elsewhere.
    fn tell_unused(&self, file: &LockedFile, disk: Option<&Disk>) {
        if let Some(other) = disk.and_then(|disk| disk.same_name(file)) {
            tell(format_args!(
                "{} is not used: it has the sha256 {}, but {} expects {} for {}",
                other.path.display(),
                other.digest,
                self.names.lock,
                file.sha256,
                file.url.escape_debug()
            ));
        }
    }

    /// A sentence for each file that is another one than the locked one, then one that lists those that are not there at all.
    fn not_on_disk(&self, from: &Path, disk: &Disk, missing: &[&LockedFile]) -> Vec<String> {
        let Names { lock, option, download } = self.names;
        let mut sentences = Vec::new();
        let mut absent = Vec::new();
        for file in missing {
            let is_only = missing.iter().filter(|other| other.name() == file.name()).count() == 1;
            match disk.same_name(file).filter(|_| is_only) {
                Some(other) => sentences.push(format!(
                    "{} has the sha256 {}, but {lock} expects {}; take the file of the release that {lock} names, or correct release and sha256 there after reading what changed",
                    other.path.display(),
                    other.digest,
                    file.sha256
                )),
                None => absent.push(file),
            }
        }
        if absent.is_empty() {
            return sentences;
        }
        let cache = match self.cache.folder() {
            Some(folder) => format!(" nor in the cache, {}", folder.display()),
            None => String::new(),
        };
        let (folder, named) = match from.parent().filter(|_| !from.is_dir()) {
            Some(parent) if parent == Path::new("") => (Path::new("."), ", and name the folder"),
            Some(parent) => (parent, ", and name the folder"),
            None => (from, ""),
        };
        let way_out = match download {
            Some(download) => format!("or download what is not there with {download}"),
            None => format!("or leave out {option} to download what is missing"),
        };
        let (files, them, commands) = match absent.len() {
            1 => ("1 file that is".to_owned(), "it", "this command"),
            count => (format!("{count} files that are"), "them", "these commands"),
        };
        let neither = if cache.is_empty() { "not" } else { "neither" };
        let mut sentence = format!(
            "{lock} locks {files} {neither} in {}{cache}; put {them} there under any name{named}, such as by {commands}, {way_out}:",
            from.display()
        );
        for file in absent {
            let name = format!("{}-{}", &file.sha256.as_str()[..12], file.name());
            let _ = write!(
                sentence,
                "\n  curl --fail --location --output {} --url {}",
                quoted(&folder.join(name).display().to_string()),
                quoted(&file.url)
            );
        }
        sentences.push(sentence);
        sentences
    }
}

impl Files {
    /// One of the files that were asked for.
    ///
    /// # Errors
    /// If it was not asked for.
    pub fn get(&self, file: &LockedFile) -> Result<Found> {
        self.0.get(&file.sha256).cloned().ok_or_else(|| {
            Failure::new(format!("{} was never asked for; this is a bug, report it", file.url))
        })
    }
}

impl Found {
    /// The content as text.
    ///
    /// # Errors
    /// If it is not UTF-8.
    pub fn into_text(self) -> Result<String> {
        utf8(&self.origin, self.bytes)
    }
}

/// Bytes as text, without the byte order mark that some editors write; `origin` names the file in the message.
///
/// # Errors
/// If they are not UTF-8.
pub fn utf8(origin: &str, bytes: Vec<u8>) -> Result<String> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Err(error) => Err(Failure::new(format!(
            "{origin}: byte {} is not UTF-8; compare the file with the release it was taken from",
            error.utf8_error().valid_up_to()
        ))),
    }
}

/// A word for a shell, whatever is in it.
fn quoted(word: &str) -> String {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || "_./:=@%+,-".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
