//! The environments of this workspace, as the commands ask for them.

use commands::{Aws, Built, Environment, Infrastructure, Laptop};
use environments::Entry;
use manifests_lib::BuildError;
use services::environment as described;

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
        infrastructure((self.0.environment)().infrastructure())
    }

    fn build(&self) -> Result<Built, Vec<BuildError>> {
        let environment = (self.0.environment)();
        let platform = services::platform::platform(&environment).build()?;
        Ok(Built {
            infrastructure: infrastructure(environment.infrastructure()),
            cluster_config: services::platform::cluster_config(&environment, &platform),
            platform,
        })
    }
}

fn infrastructure(described: &described::Infrastructure) -> Infrastructure {
    match described.clone() {
        described::Infrastructure::Laptop(laptop) => Infrastructure::Minikube(Laptop {
            cluster: laptop.cluster,
            images: laptop.images,
            sources: laptop.sources,
            entrance: laptop.entrance,
        }),
        described::Infrastructure::Aws(aws) => {
            Infrastructure::Eks(Aws { cluster: aws.cluster, images: aws.images })
        }
    }
}
