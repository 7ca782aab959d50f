//! The environments of this workspace, for the commands.

use commands::{Built, Environment, Infrastructure, Laptop};
use environments::Entry;
use manifests_lib::cluster;
use manifests_lib::model::BuildError;
use manifests_lib::outside::Outside;
use services::platform;
use services::site::Site;

/// Every environment of the list.
pub fn all() -> Vec<Box<dyn Environment>> {
    let boxed = |entry: &Entry| Box::new(Listed(*entry)) as Box<dyn Environment>;
    environments::ALL.iter().map(boxed).collect()
}

struct Listed(Entry);

impl Environment for Listed {
    fn name(&self) -> &'static str {
        self.0.name
    }

    fn about(&self) -> &'static str {
        self.0.about
    }

    fn infrastructure(&self) -> Infrastructure {
        let platform::Environment { infrastructure, site, .. } = (self.0.environment)();
        with_sources(infrastructure, site)
    }

    fn build(&self) -> Result<Built, Vec<BuildError>> {
        let platform::Environment { platform, infrastructure, site, reviewers } =
            (self.0.environment)();
        let platform = platform.build()?;
        let cluster_config = match &infrastructure {
            cluster::Infrastructure::Minikube(_) => None,
            cluster::Infrastructure::Eks(eks) => Some(eks.cluster_config(&platform.pod_identities)),
        };
        let outside = Outside::of(&platform, &infrastructure);
        let infrastructure = with_sources(infrastructure, site);
        Ok(Built { infrastructure, platform, cluster_config, outside, reviewers })
    }
}

/// A cluster, as far as the commands need it.
fn with_sources(infrastructure: cluster::Infrastructure, site: Site) -> Infrastructure {
    match infrastructure {
        cluster::Infrastructure::Minikube(cluster) => {
            Infrastructure::Minikube(Laptop { cluster, sources: site.sources })
        }
        cluster::Infrastructure::Eks(eks) => Infrastructure::Eks(eks),
    }
}
