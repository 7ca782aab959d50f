use manifests_lib::cluster::IamAction;
use manifests_lib::iam_action;

const EVERYTHING: IamAction = iam_action!("s3:*");

fn main() {}
