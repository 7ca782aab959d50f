//! What AWS names.

use super::check;

text_type! {
    /// The number of an AWS account.
    AccountId,
    check::account_id,
    "an AWS account number has exactly 12 digits",
    ($) account_id
}

text_type! {
    /// An AWS region, such as `ap-northeast-1`.
    Region,
    check::region,
    "an AWS region reads like ap-northeast-1",
    ($) region
}

text_type! {
    /// The name of a secret in AWS Secrets Manager, such as `prd/account/database`.
    ///
    /// Upstream: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>
    SecretsManagerName,
    check::secrets_manager_name,
    "a Secrets Manager name is a folder and a name, such as prd/account/database: up to 512 of letters, digits and /_+=.@-",
    ($) secrets_manager_name
}

text_type! {
    /// The name of a log group in CloudWatch Logs, such as `/prd/services`.
    ///
    /// Upstream: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>
    LogGroup,
    check::log_group,
    "a log group has 1 to 512 of letters, digits and _-/.#",
    ($) log_group
}

text_type! {
    /// The id of a key in AWS KMS, such as `1234abcd-12ab-34cd-56ef-1234567890ab`.
    ///
    /// Upstream: <https://docs.aws.amazon.com/kms/latest/developerguide/concepts-key-id.html>
    KmsKeyId,
    check::kms_key_id,
    "a key id has 32 lowercase hexadecimal digits: after mrk- in one row, else in groups of 8, 4, 4, 4 and 12",
    ($) kms_key_id
}

text_type! {
    /// The name of an IAM role with its path, such as `platform/administrators`.
    ///
    /// Upstream: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
    IamRoleName,
    check::iam_role_name,
    "a role name has 1 to 64 of letters, digits and _+=,.@-, after a path of such parts with a / behind each",
    ($) iam_role_name
}

text_type! {
    /// The version of an add-on of EKS, such as `v1.13.2-eksbuild.4`.
    ///
    /// Upstream: <https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html>
    EksAddonVersion,
    check::eks_addon_version,
    "a version of an EKS add-on reads like v1.13.2-eksbuild.4",
    ($) eks_addon_version
}

impl SecretsManagerName {
    /// The folder, with the `/` at its end.
    pub(crate) fn folder(&self) -> &str {
        let text = self.as_str();
        &text[..text.rfind('/').map_or(0, |position| position + 1)]
    }

    /// The name in the folder.
    pub(crate) fn key(&self) -> &str {
        &self.as_str()[self.folder().len()..]
    }
}
