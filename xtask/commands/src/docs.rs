//! `cargo xtask docs`: the platform as pages for people.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use analysis::environment::Environment;
use analysis::objects::Identity;
use clap::Args;
use manifests_lib::environment::{Entry, WrittenSettings};
use manifests_lib::platform::BuiltPlatform;
use pages::sources::Sources;
use pages::{Site, html, markdown};
use support::output::{self, printed};
use support::{Failure, in_workspace, tell};

use crate::check;
use crate::environment::{self, Built, EnvironmentName};
use crate::render::files;
use crate::tree::{self, Form, Location, Plan, SingleFile};

/// Write pages about the platform below docs/platform: environments with their settings, services, tools, pictures
///
/// What they say comes from the built platform and its graph; the documentation of settings and modules from the sources. A page tells of all
/// environments and what differs between them. Writes only what changed, and removes pages of what is gone.
///
/// With --html everything is one page without a network: pictures to search and click, pages, the YAML and the line of Rust of each object.
///
/// Exit codes: 0 written, or no differences; 1 differences (--check), 2 could not.
#[derive(Args)]
#[command(after_help = "Examples:
  cargo xtask docs                        write what has changed below docs/platform
  cargo xtask docs --check                show what would change, write nothing
  cargo xtask docs --html platform.html   one page to open, send or print
  cargo xtask docs --open                 the same in target, opened in the browser")]
pub struct Arguments {
    /// Print what would change as a unified diff, without writing anything, and exit with 1 if anything would
    #[arg(long)]
    check: bool,

    /// Write one self-contained page of HTML to FILE instead
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    html: Option<PathBuf>,

    /// Open the page of HTML in the browser [default of --html: target/platform.html]
    #[arg(long, conflicts_with = "check")]
    open: bool,
}

/// Folder of the pages.
const FOLDER: &str = "docs/platform";

/// Name of the page that leads to all others.
const FIRST: &str = "README.md";

/// An environment with what its pages are made of.
struct Part {
    built: Built,
    checked: Environment,
    files: HashMap<Identity, String>,
}

/// Writes the pages, or compares them.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if arguments.html.is_some() || arguments.open {
        return page(arguments, &with_site(html::print)?);
    }
    let (pages, first) = with_site(|site| Ok(written(site)))?;
    write(&pages, &first, arguments.check)
}

/// The page of HTML of environments, as `--html` writes it.
///
/// # Errors
/// If an environment cannot be built, or its sources cannot be read.
pub fn page_of(environments: &'static [Entry]) -> Result<String, Failure> {
    environment::register(environments);
    with_site(html::print)
}

/// Builds all environments, and looks at them together.
fn with_site<T>(work: impl FnOnce(&Site<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
    let parts = EnvironmentName::all()
        .map(|name| Ok((name, part(name)?)))
        .collect::<Result<Vec<_>, Failure>>()?;
    let sources = sources(parts.iter().map(|(_, part)| &part.built))?;
    let environments: Vec<pages::Environment<'_>> =
        parts.iter().map(|(name, part)| part.told(*name)).collect();
    work(&Site::of(&environments, &sources)?)
}

/// The pages of Markdown of environments, by their files below docs/platform.
///
/// # Errors
/// If an environment cannot be built, or its sources cannot be read.
pub fn pages_of(environments: &'static [Entry]) -> Result<BTreeMap<PathBuf, String>, Failure> {
    environment::register(environments);
    with_site(|site| {
        let (mut all, first) = written(site);
        all.insert(FIRST.into(), first);
        Ok(all)
    })
}

/// The pages and pictures by their files, and the first page, which leads to them.
fn written(site: &Site<'_>) -> (BTreeMap<PathBuf, String>, String) {
    let all = site.pages();
    let pages = all.iter().map(|page| (page.path().into(), markdown::print(page, site)));
    let pictures = site
        .views
        .iter()
        .map(|view| (format!("pictures/{}.svg", view.name).into(), site.picture(view)));
    (pages.chain(pictures).collect(), markdown::print(&site.first(), site))
}

/// Builds an environment, and reads it as the rules of checks do.
fn part(name: EnvironmentName) -> Result<Part, Failure> {
    let built = name.build()?;
    let checked = check::of(name, &built)?;
    let files = paths(name, &built.platform)?;
    Ok(Part { built, checked, files })
}

impl Part {
    fn told(&self, name: EnvironmentName) -> pages::Environment<'_> {
        pages::Environment {
            about: name.about(),
            cluster: self.built.infrastructure.words(),
            platform: &self.built.platform,
            checked: &self.checked,
            settings: self.built.settings.as_ref(),
            files: self.files.clone(),
        }
    }
}

/// The file of each object, relative to the root of the repository.
fn paths(
    name: EnvironmentName,
    platform: &BuiltPlatform,
) -> Result<HashMap<Identity, String>, Failure> {
    let mut paths = HashMap::new();
    for bundle in &platform.bundles {
        for (path, resource) in files::paths_of_bundle(bundle)? {
            let path = format!("snapshots/{name}/{}", path.display());
            paths.insert(check::identity(&resource.object_ref()), path);
        }
    }
    Ok(paths)
}

/// The sources that documentation is read from: the crates of the settings and modules, and the language.
fn sources<'a>(built: impl Iterator<Item = &'a Built>) -> Result<Sources, Failure> {
    let workspace = support::workspace()?;
    let mut needed: Vec<&str> = Vec::new();
    for built in built {
        needed.extend(built.settings.iter().map(|WrittenSettings { origin, .. }| origin.file));
        needed.extend(built.platform.bundles.iter().map(|bundle| bundle.origin.file));
    }
    needed.sort_unstable();
    needed.dedup();
    let mut found = BTreeMap::new();
    let mut folders: Vec<&str> = Vec::new();
    for file in &needed {
        let path = workspace.join(file);
        let text = fs::read_to_string(&path).map_err(|error| {
            Failure::new(format!(
                "{}: {error}; pages take their documentation from the sources: run this in the checkout that it was built from",
                path.display()
            ))
        })?;
        found.insert((*file).to_owned(), text);
        if let Some((folder, _)) = file.rsplit_once("/src/") {
            folders.push(folder);
        }
    }
    folders.dedup();
    for folder in folders {
        let folder = format!("{folder}/src");
        add(&workspace.join(&folder), &folder, &mut found)?;
    }
    let language = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../manifests-lib/src");
    let language = language.canonicalize().unwrap_or(language);
    let called = language.strip_prefix(&workspace).unwrap_or(&language).display().to_string();
    if language.is_dir() {
        add(&language, &called, &mut found)?;
    }
    Ok(Sources::new(found))
}

/// Every file of Rust below a folder; links are not followed.
fn add(folder: &Path, called: &str, found: &mut BTreeMap<String, String>) -> Result<(), Failure> {
    let failed =
        |error: io::Error| Failure::new(format!("{} cannot be read: {error}", folder.display()));
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_rust = Path::new(&name).extension().is_some_and(|ending| ending == "rs");
        let called = format!("{called}/{name}");
        if kind.is_dir() {
            add(&entry.path(), &called, found)?;
        } else if kind.is_file() && is_rust && !found.contains_key(&called) {
            found.insert(called, fs::read_to_string(entry.path()).map_err(failed)?);
        }
    }
    Ok(())
}

/// Writes the page of HTML as a whole, and opens it.
fn page(arguments: &Arguments, contents: &str) -> Result<ExitCode, Failure> {
    let path = if let Some(path) = &arguments.html {
        path.clone()
    } else {
        let folder = in_workspace("target")?;
        fs::create_dir_all(&folder).map_err(|error| {
            Failure::new(format!("{} cannot be made: {error}", folder.display()))
        })?;
        folder.join("platform.html")
    };
    replace(&path, contents).map_err(|error| unwritable(&path, &error))?;
    output::print(&format!("{}: {} KiB\n", path.display(), contents.len().div_ceil(1024)))?;
    if arguments.open {
        open(&path)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Puts a file in the place of another one in one step. A link stays, and leads to the new file; what is no file, such as a pipe, is
/// written to.
fn replace(path: &Path, contents: &str) -> io::Result<()> {
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match fs::metadata(path) {
        Ok(known) if known.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(known) if !known.is_file() => return fs::write(path, contents),
        _ => {}
    }
    let mut file = tempfile::Builder::new().prefix(".platform-").tempfile_in(folder_of(path))?;
    file.write_all(contents.as_bytes())?;
    file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
    file.persist(path)?;
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// Why a page cannot be written, and the way out.
fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let folder = folder_of(path).display();
    let reason = match error.kind() {
        io::ErrorKind::NotFound => format!("there is no folder {folder}: make it"),
        io::ErrorKind::NotADirectory => format!("{folder} is no folder: correct it"),
        io::ErrorKind::IsADirectory => "it is a folder: name a file in it".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full: make room there".to_owned(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            format!("{folder} is not writable for you: change its rights")
        }
        _ => format!("{error}: mend that"),
    };
    Failure::new(format!(
        "{} cannot be written: {reason}, or name another file with --html",
        path.display()
    ))
}

/// Opens a file with whatever the system opens pages with.
fn open(path: &Path) -> Result<(), Failure> {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let failed = |reason: String| {
        Failure::new(format!("{program} {reason}: open {} yourself", path.display()))
    };
    let status = Command::new(program).arg(path).status();
    let status = status.map_err(|error| failed(format!("cannot be started ({error})")))?;
    if status.success() { Ok(()) } else { Err(failed(format!("failed ({status})"))) }
}

/// Writes the pages, or shows how they differ.
fn write(pages: &BTreeMap<PathBuf, String>, first: &str, check: bool) -> Result<ExitCode, Failure> {
    let location = Location::new(in_workspace("")?, FOLDER).of(Form::PAGES);
    let page = SingleFile::read(location.clone(), FIRST, Some(first))?;
    if !check {
        let applied = tree::apply(&location, pages)?;
        page.write()?;
        let counts = applied.counts;
        let line = format!(
            "{FOLDER}: {} pages: {} new, {} changed, {} removed, {} unchanged\n",
            pages.len(),
            counts.created,
            counts.changed,
            counts.removed,
            counts.unchanged
        );
        output::print(&line)?;
        return Ok(ExitCode::SUCCESS);
    }
    let plan = Plan::new(&location, pages)?;
    let mut shown = Vec::new();
    plan.diff(&mut shown, output::colours())?;
    if !page.is_current() {
        // Writing to memory cannot fail.
        let _ = page.diff(&mut shown, output::colours());
    }
    printed(io::stdout().write_all(&shown))?;
    if plan.is_empty() && page.is_current() {
        return Ok(ExitCode::SUCCESS);
    }
    let counts = plan.counts();
    let first = usize::from(!page.is_current());
    tell(format_args!(
        "{}: {} pages differ from what is rendered; accept with: cargo xtask docs",
        location.path().display(),
        counts.created + counts.changed + counts.removed + first
    ));
    Ok(ExitCode::from(1))
}

#[cfg(test)]
mod tests {
    use manifests_lib::cluster::KubernetesMinor;
    use manifests_lib::platform::Platform;

    use super::*;
    use crate::check::{Others, of_platform};
    use crate::small;

    /// The names of the pages of an environment, and its page of HTML.
    fn told(platform: Platform) -> (Vec<String>, String) {
        let platform = platform.build_once().expect("a platform");
        let name = platform.environment.to_string();
        let (nodes, others) = (small::nodes(), Others::default());
        let checked = of_platform(name, &platform, &nodes, KubernetesMinor(35), &others);
        let environments = [pages::Environment {
            about: "<b>&\"'| `",
            cluster: "Minikube".to_owned(),
            platform: &platform,
            checked: &checked.expect("objects"),
            settings: None,
            files: HashMap::new(),
        }];
        let sources = Sources::new(BTreeMap::new());
        let site = Site::of(&environments, &sources).expect("a platform that can be told");
        let (pages, first) = written(&site);
        assert!(first.contains("&lt;b&gt;&amp;\"'\\| \\`"), "{first}");
        let names = pages.into_keys().map(|path| path.display().to_string());
        (names.collect(), html::print(&site).expect("a page"))
    }

    #[test]
    fn an_environment_with_nothing_has_its_page() {
        let (names, html) = told(small::empty());
        assert_eq!(names, ["environments/small.md", "pictures/small.svg", "tools/root.md"]);
        assert!(html.contains("<a id=\"environments/small\"") && !html.contains("NaN"), "{html}");
        assert!(!html.contains("<b>"), "a line about an environment is markup");
    }

    #[test]
    fn an_environment_without_argo_cd_and_settings_has_its_pages() {
        let (names, _) = told(small::platform());
        assert!(names.contains(&"services/web.md".to_owned()), "{names:?}");
    }
}
