//! Buckets of S3, by the rights of pods: no key exists.

use super::identity::Arn;
use super::rights::{AwsRights, AwsRightsHandle};
use crate::iam_action;
use crate::model::component::Component;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::values::{BucketName, Host, Region};
use crate::workload::Variable;

/// A bucket of S3 that a component uses.
///
/// Upstream: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Name, which no other account has: `bucket_name!("prd-web-uploads")`.
    pub name: BucketName,
    /// Where it is: `region!("ap-northeast-1")`.
    pub region: Region,
    /// What the component does to its objects: `BucketAccess::ReadWrite`.
    pub access: BucketAccess,
}

/// What a component does to the objects of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BucketAccess {
    /// List and read them.
    Read,
    /// List, read, write and delete them.
    ReadWrite,
}

/// A [`Bucket`] of a component: its name and region as environment variables.
#[derive(Clone)]
pub struct BucketHandle {
    bucket: Bucket,
    made_for: MadeFor,
    rights: AwsRightsHandle,
}

impl Component {
    /// Gives the component's pods [rights](Component::aws_rights) to the objects of a bucket, by EKS Pod Identity.
    ///
    /// The way there is a declaration of its own: the component calls [the bucket's host](BucketHandle::host) by HTTPS.
    #[track_caller]
    #[must_use = "give its name and region to a container"]
    pub fn bucket(&self, bucket: Bucket) -> BucketHandle {
        let origin = Origin::here();
        let name = bucket.name.clone();
        let of_objects = match bucket.access {
            BucketAccess::Read => vec![iam_action!("s3:GetObject")],
            BucketAccess::ReadWrite => vec![
                iam_action!("s3:AbortMultipartUpload"),
                iam_action!("s3:DeleteObject"),
                iam_action!("s3:GetObject"),
                iam_action!("s3:PutObject"),
            ],
        };
        let rights = self.aws_rights_at(
            origin,
            AwsRights {
                actions: vec![iam_action!("s3:ListBucket")],
                resources: vec![Arn::Bucket { name: name.clone() }],
            },
        );
        let resources = vec![Arn::BucketObjects { name }];
        self.aws_rights_at(origin, AwsRights { actions: of_objects, resources });
        BucketHandle { bucket, made_for: MadeFor::component(self, origin), rights }
    }
}

impl BucketHandle {
    /// The name of the bucket.
    #[must_use]
    pub fn name(&self, variable: &str) -> Variable {
        self.variable(variable, &self.bucket.name)
    }

    /// Its region.
    #[must_use]
    pub fn region(&self, variable: &str) -> Variable {
        self.variable(variable, &self.bucket.region)
    }

    /// Where its objects are, by HTTPS: `<bucket>.s3.<region>.amazonaws.com`.
    ///
    /// # Panics
    ///
    /// Never: the name of a bucket is a label of DNS.
    #[must_use]
    pub fn host(&self) -> Host {
        let Bucket { name, region, .. } = &self.bucket;
        Host::new(format!("{name}.s3.{region}.amazonaws.com")).expect("labels of DNS")
    }

    /// The rights of the component's pods.
    #[must_use]
    pub fn rights(&self) -> &AwsRightsHandle {
        &self.rights
    }

    fn variable(&self, name: &str, value: impl Into<String>) -> Variable {
        Variable::from_handle(name, value, self.made_for.clone())
    }
}
