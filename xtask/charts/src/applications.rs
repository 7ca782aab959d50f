//! What Applications in files deploy, for checks of files.

use analysis::environment::applications::{Charts, Deployed, Rendered};
use analysis::objects::{Object, Objects, Origin as ObjectOrigin};
use analysis::schema::KUBERNETES_MINOR;
use manifests_lib::cluster::KubernetesMinor;
use support::Failure;

use crate::{Origin, Renderer, Source};

/// Renders what Applications deploy.
#[derive(Clone, Debug)]
pub struct Applications {
    origin: Origin,
}

impl Applications {
    /// Charts and repositories come from here.
    #[must_use]
    pub fn new(origin: Origin) -> Self {
        Self { origin }
    }
}

impl Charts for Applications {
    fn render(
        &self,
        deployed: &[Deployed<'_>],
        objects: &Objects,
    ) -> Result<Vec<Rendered>, Failure> {
        let sources: Vec<Result<Option<Source>, Failure>> = deployed.iter().map(source).collect();
        let known = sources.iter().filter_map(|source| source.as_ref().ok()?.as_ref());
        let objects: Vec<_> = objects.all().iter().map(|object| &object.json).collect();
        // Nobody says which release the cluster runs; objects are compared with this one.
        let kubernetes = KubernetesMinor(KUBERNETES_MINOR);
        let renderer = Renderer::new(&self.origin, kubernetes, known, &objects)?;
        let made = deployed.iter().zip(sources).map(|(deployed, source)| match source? {
            Some(source) => render(&renderer, deployed, &source),
            None => Ok(None),
        });
        Ok(made.collect())
    }
}

fn source(deployed: &Deployed<'_>) -> Result<Option<Source>, Failure> {
    let Deployed { application, source, .. } = deployed;
    let line = application.line(&analysis::objects::FieldPath::default());
    let written = line.map_or_else(|| application.identity.to_string(), |line| line.to_string());
    Source::of_application(&application.json, source, written)
}

fn render(renderer: &Renderer<'_>, deployed: &Deployed<'_>, source: &Source) -> Rendered {
    let line = deployed.application.line(&analysis::objects::FieldPath::default());
    let origin = ObjectOrigin::Foreign { by: source.name().into(), line };
    let bundle = Some(deployed.application.identity.name.as_str().into());
    let made = renderer.render(source)?;
    let object = |json| Object::of(json, origin.clone(), Option::clone(&bundle));
    Ok(made.map(|made| made.into_iter().filter_map(object).collect()))
}
