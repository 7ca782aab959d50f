//! TLS to servers outside the mesh, and the certificates by which clients check them.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1 as core;

use crate::digest::digest_of;
use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::error::BuildError;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::model::patch::Made;
use crate::model::rule::Rule;
use crate::values::AbsolutePath;
use crate::workload::volume::{PodVolume, PodVolumeSource};

/// Whether clients encrypt what they send to a server outside the mesh, and how they know that it is the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// By TLS: clients check the server's name and that one of these CAs has signed its certificate.
    Tls(CaCertificates),
    /// Not asked for: passwords and data cross the network in plain text. Why that is right: `"the driver speaks no TLS"`.
    None {
        /// Why: `"the images do not ask for TLS yet"`.
        reason: &'static str,
    },
}

/// Certificates of CAs, as PEM: `CaCertificates(include_str!("rds.pem"))`.
///
/// Those of AWS for databases are published as a bundle for each region. The build reports a text that is none.
///
/// Upstream: <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.SSL.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaCertificates(pub &'static str);

/// The key in the ConfigMap, and the name of the file.
const FILE: &str = "ca.pem";

impl CaCertificates {
    /// What is wrong with the text, if anything.
    fn mistake(self) -> Option<&'static str> {
        let Self(pem) = self;
        if pem.contains("PRIVATE KEY") {
            return Some("it holds a private key, which everybody who reads Git would have");
        }
        let mut rest = pem;
        let mut certificates = 0;
        while let Some((_, begun)) = rest.split_once("-----BEGIN CERTIFICATE-----") {
            let Some((body, after)) = begun.split_once("-----END CERTIFICATE-----") else {
                return Some("a certificate has no end");
            };
            let body: String = body.split_whitespace().collect();
            let padding = body.len() - body.trim_end_matches('=').len();
            let is_base64 = body.len().is_multiple_of(4)
                && padding <= 2
                && body
                    .trim_end_matches('=')
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
            // A certificate is a SEQUENCE of DER whose length takes two bytes.
            if !is_base64 || !body.starts_with("MII") {
                return Some("a certificate is damaged");
            }
            certificates += 1;
            rest = after;
        }
        (certificates == 0).then_some("it holds no certificate")
    }
}

impl Encryption {
    /// Refuses a text that is no certificate, and a reason that is none.
    pub(crate) fn check(self, owner: &Component, origin: Origin) {
        let mistake = match self {
            Self::Tls(certificates) => certificates.mistake().map(|why| {
                let message = format!(
                    "what servers are checked with has to be certificates as PEM, and {why}: clients would refuse every \
                     connection; take the bundle that the provider publishes"
                );
                BuildError::new(Rule::InvalidCertificate, origin, message)
            }),
            Self::None { reason } => reason.trim().is_empty().then(|| {
                let message = "data and passwords cross the network in plain text, and the reason is empty: say why, or ask for TLS";
                BuildError::new(Rule::MissingReason, origin, message)
            }),
        };
        if let Some(mistake) = mistake {
            owner.bundle.error(mistake);
        }
    }
}

/// The certificates as a file of containers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CaFile {
    /// Where the file is in every container that has a variable about it.
    pub(crate) path: String,
    pub(crate) folder: AbsolutePath,
    pub(crate) volume: PodVolume,
}

/// Makes the certificates a file for the containers of a reader; `of` names what they are for.
pub(crate) fn ca_file(
    of: &Component,
    reader: &Component,
    origin: Origin,
    certificates: CaCertificates,
) -> (CaFile, Made) {
    let made = of.bundle.push(CaPart { component: of.clone(), origin, certificates });
    let folder = path!("/etc/ca").join(of.name());
    let file = CaFile {
        path: format!("{folder}/{FILE}"),
        folder,
        volume: PodVolume {
            name: format!("{}-ca", of.name()),
            source: PodVolumeSource::ConfigMap {
                name: of.object_name("ca"),
                content: Some(digest_of([certificates.0])),
                addresses: Vec::new(),
                made_for: MadeFor::component(reader, origin),
            },
        },
    };
    (file, made)
}

struct CaPart {
    component: Component,
    origin: Origin,
    certificates: CaCertificates,
}

impl Part for CaPart {
    fn build(&self, output: &mut Output<'_>) {
        let CaCertificates(pem) = self.certificates;
        output.add(
            self.origin,
            core::ConfigMap {
                metadata: self.component.metadata("ca"),
                data: Some(BTreeMap::from([(FILE.to_owned(), pem.to_owned())])),
                ..core::ConfigMap::default()
            },
        );
    }
}
