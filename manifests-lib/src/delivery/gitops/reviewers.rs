//! Who has to approve a change of what Argo CD deploys.

use std::collections::BTreeMap;

use crate::values::Name;

/// The teams of a GitHub organisation that review this repository, by the teams of the platform.
///
/// Argo CD deploys what is merged, so a review before the merge is what keeps one team out of the bundles of another one.
///
/// Upstream: <https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewers {
    /// The organisation: `name!("example")`.
    pub organisation: Name,
    /// Team that reviews everything that belongs to no team below, such as what holds Applications.
    /// `name!("sre")`.
    pub administrators: Name,
    /// By the name of a [`Team`](crate::model::Team).
    pub teams: BTreeMap<Name, Name>,
}
