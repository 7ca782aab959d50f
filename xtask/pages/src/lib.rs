//! The platform as pages and pictures for people: what runs, who calls whom, what differs.
//!
//! ```text
//! built platforms, their graphs, sources → pages → Markdown, one page of HTML
//! ```
//!
//! - [`settings`]: what environments set, with the documentation that stands beside each field
//! - [`sources`]: documentation of modules and fields, read from the sources
//! - [`view`]: an environment as pages see it: bundles, Applications, who calls whom
//! - [`facts`]: what there is to tell of a bundle, as rows that environments are compared by
//! - [`page`]: pages as blocks, whatever they are printed as
//! - [`picture`]: boxes and lines, folded until they can be read; as Mermaid and as SVG
//! - [`markdown`], [`html`]: how pages are printed
//!
//! Pure: what it needs of the disk is handed over, and nothing is written.

pub mod facts;
pub mod html;
pub mod markdown;
pub mod page;
pub mod picture;
pub mod settings;
pub mod sources;
pub mod view;

mod bundle;
mod environment;
mod index;

use std::collections::HashMap;

use analysis::objects::Identity;
use manifests_lib::environment::WrittenSettings;
use manifests_lib::platform::BuiltPlatform;
use support::Failure;

use page::Page;
use sources::Sources;
use view::View;

/// One environment, built.
#[derive(Clone, Debug)]
pub struct Environment<'a> {
    /// A line about it.
    pub about: &'a str,
    /// Its cluster in a few words: `Minikube, Kubernetes 1.35`.
    pub cluster: String,
    /// What runs there.
    pub platform: &'a BuiltPlatform,
    /// The same as the rules of checks read it.
    pub checked: &'a analysis::environment::Environment,
    /// What its settings say.
    pub settings: Option<&'a WrittenSettings>,
    /// The file of each object, relative to the root of the repository.
    pub files: HashMap<Identity, String>,
}

/// Everything that the pages tell: environments in their order, seen together.
#[derive(Debug)]
pub struct Site<'a> {
    /// The environments.
    pub views: Vec<View<'a>>,
    /// Documentation.
    pub sources: &'a Sources,
}

impl<'a> Site<'a> {
    /// Looks at environments.
    ///
    /// # Errors
    /// If settings cannot be read, or the documentation of one of them is not found.
    pub fn of(environments: &'a [Environment<'a>], sources: &'a Sources) -> Result<Self, Failure> {
        let views = environments.iter().map(|environment| View::of(environment, sources));
        Ok(Self { views: views.collect::<Result<_, Failure>>()?, sources })
    }

    /// Every page but the first one, in the order of their paths.
    #[must_use]
    pub fn pages(&self) -> Vec<Page> {
        let environments = (0..self.views.len()).map(|number| environment::page(self, number));
        let bundles = self.bundles().into_iter().map(|name| bundle::page(self, &name));
        let mut pages: Vec<Page> = environments.chain(bundles).collect();
        pages.sort_by(|one, other| (one.folder, &one.name).cmp(&(other.folder, &other.name)));
        pages
    }

    /// The picture of an environment as a file: who calls whom.
    #[must_use]
    pub fn picture(&self, view: &View<'_>) -> String {
        let (picture, _) = environment::network(view);
        let from = format!("environments/{} by `cargo xtask docs`", view.name);
        let drawing = picture.drawn().file(&format!("Who calls whom in {}", view.name));
        format!("{}{from}: change that, not this picture. -->\n{drawing}", markdown::MARKER)
    }

    /// The page that leads to all others.
    #[must_use]
    pub fn first(&self) -> Page {
        index::page(self)
    }

    /// The names of all bundles, sorted.
    #[must_use]
    pub fn bundles(&self) -> Vec<String> {
        let names = self.views.iter().flat_map(|view| view.bundles.keys());
        let names: std::collections::BTreeSet<&str> = names.copied().collect();
        names.into_iter().map(str::to_owned).collect()
    }

    /// The folder of a bundle's page.
    #[must_use]
    pub fn folder(&self, bundle: &str) -> &'static str {
        let mut views = self.views.iter().filter_map(|view| view.bundles.get(bundle));
        if views.any(view::Bundle::is_service) { "services" } else { "tools" }
    }

    /// What a bundle is: the documentation of its module, paragraph by paragraph.
    #[must_use]
    pub fn about(&self, bundle: &str) -> Vec<String> {
        let mut files = self.views.iter().filter_map(|view| Some(view.bundles.get(bundle)?.file()));
        files.find_map(|file| self.sources.module(file)).unwrap_or_default()
    }
}
