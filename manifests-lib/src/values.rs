//! Values that cannot be wrong: text, ports, amounts and images. They know nothing of the other rooms.

mod image;
#[macro_use]
mod percent;
#[macro_use]
mod port;
mod quantity;
#[macro_use]
mod text;

pub use image::{EcrImage, EcrRegistry, Image, LocalImage};
pub use percent::Percent;
pub use port::{NodePort, Port};
pub use quantity::{
    Bytes, Cpu, Milliseconds, Seconds, gibibytes, mebibytes, millicores, milliseconds, seconds,
};
pub(crate) use text::kubernetes as text_rules;
pub use text::{
    AbsolutePath, AccountId, BindingKey, BucketName, ChartVersion, Cidr, EksAddonVersion,
    EmailAddress, FileName, FixedTag, GitBranch, GitCommit, GitUrl, GrpcMethod, Host, IamRoleName,
    InvalidText, KmsKeyId, LabelKey, LogGroup, MinikubeProfile, Name, PlainVariableName, PortName,
    PublicImage, Region, RelativePath, Repository, Schedule, SecretDataKey, SecretsManagerName,
    Tag, TimeZone, UrlPath, VariableName,
};
pub(crate) use text::{is_fixed_tag, says_secret};
