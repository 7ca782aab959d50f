//! Which Application deploys an object, and when.

use std::collections::HashMap;
use std::path::Path;

use crate::check::{sources, wave};
use crate::environment::Environment;
use crate::objects::{Object, Origin, text};

/// The Applications of one side.
#[derive(Debug)]
pub(super) struct Delivery<'a> {
    /// By the last folder of the path that they deploy, and by their names.
    by_name: HashMap<&'a str, &'a Object>,
    /// With the path of each folder that they deploy.
    by_path: Vec<(&'a str, &'a Object)>,
}

impl<'a> Delivery<'a> {
    pub(super) fn of(environment: &'a Environment) -> Self {
        let (mut by_name, mut by_path) = (HashMap::new(), Vec::new());
        for application in environment.objects.of_kind("argoproj.io", "Application") {
            by_name.entry(application.name()).or_insert(application);
            for path in sources(application).filter_map(|source| text(&source["path"])) {
                let path = path.trim_matches('/');
                by_path.push((path, application));
                by_name.entry(last(path)).or_insert(application);
            }
        }
        Self { by_name, by_path }
    }

    /// The Application that deploys an object.
    pub(super) fn application(&self, object: &Object) -> Option<&'a Object> {
        self.deployed(object).map(|(application, _)| application)
    }

    /// The name of the bundle, or of the folder that an Application deploys.
    pub(super) fn label(&self, object: &Object) -> Option<String> {
        object
            .bundle
            .as_deref()
            .or_else(|| self.deployed(object).map(|(_, name)| name))
            .map(str::to_owned)
    }

    fn deployed(&self, object: &Object) -> Option<(&'a Object, &'a str)> {
        if let Some(bundle) = object.bundle.as_deref() {
            let (name, application) = self.by_name.get_key_value(bundle)?;
            return Some((application, name));
        }
        let Origin::Yaml { file, .. } = &object.origin else { return None };
        let folder = Path::new(&**file).parent()?;
        let mut found =
            self.by_path.iter().filter(|(path, _)| !path.is_empty() && folder.ends_with(path));
        if let Some(&(path, application)) = found.next() {
            return Some((application, last(path)));
        }
        // Files that were copied elsewhere have the same last folder.
        let name = folder.file_name()?.to_str()?;
        let mut alike = self.by_path.iter().filter(|(path, _)| last(path) == name);
        let &(path, application) = alike.next()?;
        alike.next().is_none().then_some((application, last(path)))
    }

    /// The sync waves of an Application, behind those of the Applications that deploy it.
    pub(super) fn waves(&self, application: &Object) -> Vec<i64> {
        let mut seen = vec![&application.identity];
        let mut waves = vec![wave(application)];
        let mut of = self.application(application);
        // The first Application may deploy itself.
        while let Some(parent) = of.filter(|parent| !seen.contains(&&parent.identity)) {
            seen.push(&parent.identity);
            waves.insert(0, wave(parent));
            of = self.application(parent);
        }
        waves
    }
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
