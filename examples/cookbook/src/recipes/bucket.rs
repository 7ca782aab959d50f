//! A bucket of S3
//!
//! Rights to the objects of one bucket by EKS Pod Identity, without a key, and the way to its host.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, egress, .. }: &Kitchen) {
    let photos = team.bundle(name!("photos"), &SHOP).app(&NODES);
    let bucket = photos.bucket(Bucket {
        name: bucket_name!("example-shop-photos"),
        region: region!("eu-west-1"),
        access: BucketAccess::ReadWrite,
    });
    let s3 = photos.external_service(ExternalService {
        host: bucket.host(),
        port: port!(443),
        protocol: Tls,
        way: Way::Through(egress),
    });
    let server = photos.deployment(2).container(web());
    server.env([
        bucket.name("BUCKET"),
        bucket.region("AWS_REGION"),
        photos.calls(&s3).url("BUCKET_URL"),
    ]);
}
