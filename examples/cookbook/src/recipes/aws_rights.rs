//! Rights in AWS
//!
//! Actions on resources, for the pods of this component and no others, by EKS Pod Identity.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, worker};

pub(crate) fn recipe(Kitchen { team, egress, .. }: &Kitchen) {
    let notices = team.bundle(name!("notices"), &SHOP).app(&NODES);
    let region = region!("eu-west-1");
    notices.aws_rights(AwsRights {
        actions: vec![iam_action!("sqs:SendMessage")],
        resources: vec![Arn::Regional { service: "sqs", region, resource: "notices".to_owned() }],
    });
    let sqs = notices.external_service(ExternalService {
        host: host!("sqs.eu-west-1.amazonaws.com"),
        port: port!(443),
        protocol: Tls,
        way: Way::Through(egress),
    });
    let worker = notices.deployment(1).portless_container(worker());
    worker.env([notices.calls(&sqs).url("SQS_URL")]);
}
