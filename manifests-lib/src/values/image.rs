//! Container images. Each origin of images has a type of its own, so that an environment can accept only its own.

use crate::values::{AccountId, FixedTag, PublicImage, Region, Repository, Tag};

/// An image that a container runs: a reference that always says which build.
///
/// An image of others is pinned by its digest, as its tag is not ours to hold. Our own have a [fixed tag](FixedTag), such as the
/// commit, in a repository whose tags cannot be moved (`cargo xtask cluster up` creates it so). A digest beside it is possible, and
/// not asked for: it is a second number, which nobody can derive from the commit and every build would have to write into this
/// repository. A tag that moves is of the laptop alone.
///
/// The pull policy is `IfNotPresent`, as neither a digest nor a commit's tag moves: a node that lacks the image pulls it. An image of the
/// laptop is never pulled: a node that lacks it says so, instead of running what a public registry has under that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Image {
    /// Built on the laptop.
    Local(LocalImage),
    /// Of a registry of AWS.
    Ecr(EcrImage),
    /// Published by others.
    Public(PublicImage),
}

impl Image {
    /// The reference as the container runtime reads it.
    #[must_use]
    pub fn reference(&self) -> String {
        match self {
            Self::Local(LocalImage { repository, tag }) => format!("{repository}:{tag}"),
            Self::Ecr(EcrImage { registry: EcrRegistry { account, region }, repository, tag }) => {
                format!("{account}.dkr.ecr.{region}.amazonaws.com/{repository}:{tag}")
            }
            Self::Public(image) => image.to_string(),
        }
    }

    /// When a node pulls it.
    pub(crate) fn pull_policy(&self) -> &'static str {
        match self {
            Self::Local(_) => "Never",
            Self::Ecr(_) | Self::Public(_) => "IfNotPresent",
        }
    }

    /// The image as one of the laptop's, where it is one.
    #[must_use]
    pub fn local(&self) -> Option<&LocalImage> {
        match self {
            Self::Local(image) => Some(image),
            Self::Ecr(_) | Self::Public(_) => None,
        }
    }

    /// The image as one of a registry of AWS, where it is one.
    #[must_use]
    pub fn ecr(&self) -> Option<&EcrImage> {
        match self {
            Self::Ecr(image) => Some(image),
            Self::Local(_) | Self::Public(_) => None,
        }
    }
}

/// An image that was built on the laptop. Load it into every node that runs it: no registry has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalImage {
    /// Repository, such as `account-gin`: `repository!("account-gin")`.
    pub repository: Repository,
    /// Tag, such as `latest`: `tag!("latest")`.
    pub tag: Tag,
}

/// A registry of AWS: one per account and region.
///
/// Upstream: <https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EcrRegistry {
    /// Account that owns the registry: `account_id!("123456789012")`.
    pub account: AccountId,
    /// Region of the registry: `region!("ap-northeast-1")`.
    pub region: Region,
}

/// An image in a registry of AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EcrImage {
    /// Registry that serves the image.
    pub registry: EcrRegistry,
    /// Repository, such as `account-gin-repository`: `repository!("account-gin-repository")`.
    pub repository: Repository,
    /// Tag: the Git commit that was built. `fixed_tag!("d74ac1c")`.
    pub tag: FixedTag,
}

impl From<LocalImage> for Image {
    fn from(image: LocalImage) -> Self {
        Self::Local(image)
    }
}

impl From<EcrImage> for Image {
    fn from(image: EcrImage) -> Self {
        Self::Ecr(image)
    }
}

impl From<PublicImage> for Image {
    fn from(image: PublicImage) -> Self {
        Self::Public(image)
    }
}
