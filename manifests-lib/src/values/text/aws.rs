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
    "a Secrets Manager name has 1 to 512 of letters, digits and /_+=.@-",
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
