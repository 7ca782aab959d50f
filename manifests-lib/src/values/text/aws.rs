//! What AWS names.

use super::bytes::{leading_digits, lower_hexadecimal};

text_type! {
    /// The number of an AWS account.
    AccountId,
    account_id,
    "an AWS account number has exactly 12 digits",
    ($) account_id
}

text_type! {
    /// A region of AWS, such as `ap-northeast-1`. One that AWS opens later joins the list of `values/text/aws.rs`.
    Region,
    region,
    "a region of AWS is one of its commercial regions, such as ap-northeast-1; one that it has opened since joins REGIONS in values/text/aws.rs",
    ($) region
}

text_type! {
    /// The name of a secret in AWS Secrets Manager, such as `prd/account/database`.
    ///
    /// Upstream: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>
    SecretsManagerName,
    secrets_manager_name,
    "a Secrets Manager name is a folder and a name, such as prd/account/database: up to 512 of letters, digits and /_+=.@-",
    ($) secrets_manager_name
}

text_type! {
    /// The name of a bucket of S3, such as `prd-web-uploads`. One with a dot has no certificate of S3.
    ///
    /// Upstream: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
    BucketName,
    bucket_name,
    "a bucket has a name of 3 to 63 of a-z, 0-9 and '-', which begins and ends with a letter or digit, and not as S3's own do, such as with sthree- or -s3alias",
    ($) bucket_name
}

text_type! {
    /// The name of a log group in CloudWatch Logs, such as `/prd/services`.
    ///
    /// Upstream: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>
    LogGroup,
    log_group,
    "a log group has 1 to 512 of letters, digits and _-/.#, and does not begin with aws/",
    ($) log_group
}

text_type! {
    /// The id of a key in AWS KMS, such as `1234abcd-12ab-34cd-56ef-1234567890ab`.
    ///
    /// Upstream: <https://docs.aws.amazon.com/kms/latest/developerguide/concepts-key-id.html>
    KmsKeyId,
    kms_key_id,
    "a key id has 32 lowercase hexadecimal digits: after mrk- in one row, else in groups of 8, 4, 4, 4 and 12",
    ($) kms_key_id
}

text_type! {
    /// The name of an IAM role with its path, such as `platform/administrators`.
    ///
    /// Upstream: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
    IamRoleName,
    iam_role_name,
    "a role name has 1 to 64 of letters, digits and _+=,.@-, after a path of such parts with a / behind each",
    ($) iam_role_name
}

text_type! {
    /// The version of an add-on of EKS, such as `v1.13.2-eksbuild.4`.
    ///
    /// Upstream: <https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html>
    EksAddonVersion,
    eks_addon_version,
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

const fn account_id(bytes: &[u8]) -> bool {
    bytes.len() == 12 && all!(bytes, byte => byte.is_ascii_digit())
}

/// Every region of AWS whose names and addresses are made like those of most: not those of China, of the government of the United
/// States and of the European sovereign cloud, whose ARNs and domains begin or end differently.
///
/// Upstream: <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>
const REGIONS: [&str; 34] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

const fn region(bytes: &[u8]) -> bool {
    let mut index = 0;
    while index < REGIONS.len() {
        // Equal but for the case of letters, of which a region has none in capitals.
        if REGIONS[index].as_bytes().eq_ignore_ascii_case(bytes) {
            return all!(bytes, byte => !byte.is_ascii_uppercase());
        }
        index += 1;
    }
    false
}

const fn secrets_manager_name(bytes: &[u8]) -> bool {
    let mut last_slash = 0;
    let mut index = 0;
    while index < bytes.len() {
        if bytes[index] == b'/' {
            last_slash = index;
        }
        index += 1;
    }
    last_slash > 0
        && last_slash + 1 < bytes.len()
        && bytes.len() <= 512
        && all!(bytes, byte => byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'+' | b'=' | b'.' | b'@' | b'-'))
}

/// A UUID, or `mrk-` and its digits without dashes.
const fn kms_key_id(bytes: &[u8]) -> bool {
    if bytes.len() != 36 {
        return false;
    }
    if let [b'm', b'r', b'k', b'-', digits @ ..] = bytes {
        return all!(digits, byte => lower_hexadecimal(byte));
    }
    let mut index = 0;
    while index < bytes.len() {
        let dash = matches!(index, 8 | 13 | 18 | 23);
        if dash && bytes[index] != b'-' || !dash && !lower_hexadecimal(bytes[index]) {
            return false;
        }
        index += 1;
    }
    true
}

/// Parts with a `/` between them, none empty, the last one of at most 64 characters.
const fn iam_role_name(bytes: &[u8]) -> bool {
    let mut length = 0;
    let mut index = 0;
    while index < bytes.len() {
        let byte = bytes[index];
        if byte == b'/' {
            if length == 0 {
                return false;
            }
            length = 0;
        } else if byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'+' | b'=' | b',' | b'.' | b'@' | b'-')
        {
            length += 1;
        } else {
            return false;
        }
        index += 1;
    }
    length > 0 && length <= 64 && bytes.len() <= 512
}

/// `v`, three numbers with dots, `-eksbuild.` and a number.
const fn eks_addon_version(bytes: &[u8]) -> bool {
    let [b'v', rest @ ..] = bytes else {
        return false;
    };
    let mut rest = rest;
    let mut number = 0;
    while number < 3 {
        let digits = leading_digits(rest);
        if digits == 0 {
            return false;
        }
        rest = rest.split_at(digits).1;
        if number < 2 {
            let [b'.', after @ ..] = rest else {
                return false;
            };
            rest = after;
        }
        number += 1;
    }
    let [b'-', b'e', b'k', b's', b'b', b'u', b'i', b'l', b'd', b'.', build @ ..] = rest else {
        return false;
    };
    !build.is_empty() && leading_digits(build) == build.len()
}

const fn bucket_name(bytes: &[u8]) -> bool {
    bytes.len() >= 3 && super::kubernetes::label(bytes) && !is_kept_by_aws(bytes)
}

/// Whether S3 keeps names like this for itself.
const fn is_kept_by_aws(bytes: &[u8]) -> bool {
    let begins = matches!(
        bytes,
        [b'x', b'n', b'-', b'-', ..]
            | [b's', b't', b'h', b'r', b'e', b'e', b'-', ..]
            | [b'a', b'm', b'z', b'n', b'-', b's', b'3', b'-', b'd', b'e', b'm', b'o', b'-', ..]
    );
    let ends = matches!(
        bytes,
        [.., b'-', b's', b'3', b'a', b'l', b'i', b'a', b's']
            | [.., b'-', b'-', b'o', b'l', b'-', b's', b'3']
            | [.., b'-', b'-', b'x', b'-', b's', b'3']
            | [.., b'-', b'-', b't', b'a', b'b', b'l', b'e', b'-', b's', b'3']
    );
    begins || ends
}

const fn log_group(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes.len() <= 512
        && !matches!(bytes, [b'a', b'w', b's', b'/', ..])
        && all!(bytes, byte => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/' | b'.' | b'#'))
}
