//! Each type of text accepts exactly what its rule says. The rules are written here a second time, from the documentation
//! of those who read the text, with the means of the standard library that a compile-time check does not have.

use manifests_lib::values::{
    AbsolutePath, AccountId, BucketName, ChartVersion, Cidr, EksAddonVersion, EmailAddress,
    FixedTag, GitBranch, GitCommit, GitUrl, GrpcMethod, Host, IamRoleName, KmsKeyId, LabelKey,
    LogGroup, Name, PlainVariableName, PortName, PublicImage, Region, RelativePath, Repository,
    SecretDataKey, SecretsManagerName, Tag, UrlPath, VariableName,
};
use proptest::prelude::*;

fn lower(character: char) -> bool {
    character.is_ascii_lowercase() || character.is_ascii_digit()
}

fn digit(character: char) -> bool {
    character.is_ascii_digit()
}

/// Begins and ends with `end`, and has `end` or one of `inner` between.
fn framed(text: &str, longest: usize, end: fn(char) -> bool, inner: &str) -> bool {
    (1..=longest).contains(&text.len())
        && text.starts_with(end)
        && text.ends_with(end)
        && text.chars().all(|character| end(character) || inner.contains(character))
}

/// RFC 1123.
fn label(text: &str) -> bool {
    framed(text, 63, lower, "-")
}

fn subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(label)
}

/// RFC 1035.
fn name(text: &str) -> bool {
    label(text) && !text.starts_with(digit)
}

/// RFC 6335, in small letters.
fn port_name(text: &str) -> bool {
    framed(text, 15, lower, "-")
        && !text.contains("--")
        && text.contains(|character: char| character.is_ascii_lowercase())
}

/// `/`, a full name of protobuf, `/`, an identifier.
fn grpc_method(text: &str) -> bool {
    let identifier = |part: &str| {
        !part.is_empty()
            && !part.starts_with(digit)
            && part.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
    };
    text.strip_prefix('/')
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(service, method)| service.split('.').all(identifier) && identifier(method))
}

fn host(text: &str) -> bool {
    let last = text.rsplit('.').next().unwrap_or_default();
    subdomain(text) && text.contains('.') && !last.chars().all(digit)
}

fn label_key(text: &str) -> bool {
    let (prefix, name) = match text.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    // The API server limits a prefix as a whole, not its parts.
    let is_prefix = |prefix: &str| {
        prefix.len() <= 253 && prefix.split('.').all(|part| framed(part, 253, lower, "-"))
    };
    prefix.is_none_or(is_prefix)
        && framed(name, 63, |character| character.is_ascii_alphanumeric(), "-_.")
}

fn absolute_path(text: &str) -> bool {
    text.strip_prefix('/').is_some_and(|parts| {
        parts.split('/').all(|part| {
            !part.is_empty()
                && part != "."
                && part != ".."
                && !part
                    .contains(|character: char| character == ':' || character.is_ascii_control())
        })
    })
}

/// The rules of an HTTPRoute's path.
fn url_path(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    let mut escaped = text.split('%').skip(1);
    let hexadecimal = |text: &str| {
        text.len() >= 2
            && text.is_char_boundary(2)
            && text[..2].chars().all(|it| it.is_ascii_hexdigit())
    };
    text.starts_with('/')
        && text.len() <= 1024
        && text.chars().all(|it| it.is_ascii_alphanumeric() || "/%-._~!$&'()*+,;=:@".contains(it))
        && escaped.all(hexadecimal)
        && !["//", "/./", "/../", "%00", "%2E", "%2F", "%5C"]
            .iter()
            .any(|part| upper.contains(part))
        && !text.ends_with("/.")
        && !text.ends_with("/..")
}

fn variable(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(digit)
        && text.chars().all(|character| character == '_' || character.is_ascii_alphanumeric())
}

fn plain_variable(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    let mut words: Vec<_> = upper.split('_').collect();
    let counted = words.iter().any(|word| ["MAX", "MIN", "NUM", "PER", "TOTAL"].contains(word));
    let last = words.pop().unwrap_or_default();
    let before = words.last().copied().unwrap_or_default();
    let about = ["URL", "PATH", "LENGTH", "NAME", "LIMIT", "PARALLELISM", "FILE", "TTL", "MODE"];
    let anywhere = ["PASSWORD", "PASSWD", "PASSPHRASE", "PWD", "SECRET", "CREDENTIAL"];
    let key = ["KEY", "KEYS"].contains(&last);
    let at_the_end =
        ["AUTH", "APIKEY", "ACCESSKEY", "BEARER", "COOKIE", "CREDS", "DSN", "JWT", "PASS", "PAT"];
    let token = |word: &str| word.ends_with("TOKEN") || word.ends_with("TOKENS");
    let says_secret = anywhere.iter().any(|word| upper.contains(word))
        || at_the_end.contains(&last)
        || key && !["PUBLIC", "PARTITION"].contains(&before)
        || last == "PEM" && upper.contains("PRIVATE")
        || !counted && upper.split('_').any(token);
    variable(text) && (about.contains(&last) || !says_secret)
}

/// The distribution specification's grammar of names, after an optional registry with a port.
fn repository(text: &str) -> bool {
    let separator = |text: &str| {
        [".", "_", "__"].contains(&text) || !text.is_empty() && text.chars().all(|it| it == '-')
    };
    let named = |part: &str| {
        let separators: Vec<_> = part.split(lower).filter(|text| !text.is_empty()).collect();
        part.chars().all(|it| lower(it) || "._-".contains(it))
            && part.starts_with(lower)
            && part.ends_with(lower)
            && separators.into_iter().all(separator)
    };
    let mut parts = text.split('/');
    let first = parts.next().unwrap_or_default();
    let rest: Vec<_> = parts.collect();
    let registry = match first.split_once(':') {
        Some((registry, port)) => {
            let number = port.chars().all(digit) && port.parse::<u16>().is_ok_and(|port| port > 0);
            named(registry) && !rest.is_empty() && number
        }
        None => named(first),
    };
    text.len() <= 255 && registry && rest.into_iter().all(named)
}

fn tag(text: &str) -> bool {
    let word = |character: char| character == '_' || character.is_ascii_alphanumeric();
    (1..=128).contains(&text.len())
        && text.starts_with(word)
        && text.chars().all(|character| word(character) || ".-".contains(character))
}

/// A tag with a digest, or with a commit or three numbers where a word or a `v` before it begins.
fn fixed_tag(text: &str) -> bool {
    if let Some((name, digest)) = text.split_once('@') {
        return tag(name) && sha256(digest);
    }
    let separated = |text: &str| !text.ends_with(|it: char| it.is_ascii_alphanumeric());
    let fixed = |rest: &str| {
        let word = rest.split(|it: char| !it.is_ascii_alphanumeric()).next().unwrap_or_default();
        let commit = (7..=40).contains(&word.len())
            && word.chars().all(|it| matches!(it, '0'..='9' | 'a'..='f'));
        commit
            || ['.', '-'].into_iter().any(|separator| {
                let mut numbers = rest.splitn(3, separator);
                let mut number = || numbers.next().unwrap_or_default();
                let [first, second, third] = [number(), number(), number()];
                [first, second].into_iter().all(|it| !it.is_empty() && it.chars().all(digit))
                    && third.starts_with(digit)
            })
    };
    tag(text)
        && text.char_indices().any(|(index, _)| {
            let (before, rest) = text.split_at(index);
            let begins = separated(before) || before.strip_suffix('v').is_some_and(separated);
            begins && fixed(rest)
        })
}

fn sha256(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hexadecimal| {
        hexadecimal.len() == 64
            && hexadecimal.chars().all(|character| matches!(character, '0'..='9' | 'a'..='f'))
    })
}

/// A reference with a tag and a digest.
fn public_image(text: &str) -> bool {
    text.split_once('@').is_some_and(|(named, digest)| {
        named.rsplit_once(':').is_some_and(|(name, version)| repository(name) && tag(version))
            && sha256(digest)
    })
}

fn git_commit(text: &str) -> bool {
    text.len() == 40 && text.chars().all(|character| matches!(character, '0'..='9' | 'a'..='f'))
}

fn account(text: &str) -> bool {
    text.len() == 12 && text.chars().all(digit)
}

/// Semantic versioning without build metadata, in lower case, as Git tags and charts write it.
fn chart_version(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (numbers, pre_release) = match text.split_once('-') {
        Some((numbers, pre_release)) => (numbers, Some(pre_release)),
        None => (text, None),
    };
    let number = |text: &str| {
        !text.is_empty() && text.chars().all(digit) && (text == "0" || !text.starts_with('0'))
    };
    let identifier = |text: &str| !text.is_empty() && (!text.chars().all(digit) || number(text));
    let numbers: Vec<_> = numbers.split('.').collect();
    numbers.len() == 3
        && numbers.into_iter().all(number)
        && pre_release.is_none_or(|pre_release| {
            pre_release.ends_with(lower)
                && pre_release.chars().all(|character| lower(character) || "-.".contains(character))
                && pre_release.split('.').all(identifier)
        })
}

fn cidr(text: &str) -> bool {
    text.split_once('/').is_some_and(|(address, bits)| {
        let Ok(address) = address.parse::<std::net::Ipv4Addr>() else { return false };
        let prefix = (1..=32_u32).find(|number| number.to_string() == bits);
        prefix.is_some_and(|prefix| u64::from(address.to_bits()).is_multiple_of(1 << (32 - prefix)))
    })
}

fn secrets_manager(text: &str) -> bool {
    text.rsplit_once('/').is_some_and(|(folder, key)| !folder.is_empty() && !key.is_empty())
        && text.len() <= 512
        && text
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "/_+=.@-".contains(character))
}

fn lower_hexadecimal(text: &str) -> bool {
    text.chars().all(|character| character.is_ascii_digit() || ('a'..='f').contains(&character))
}

fn kms_key(text: &str) -> bool {
    if let Some(digits) = text.strip_prefix("mrk-") {
        return digits.len() == 32 && lower_hexadecimal(digits);
    }
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| lower_hexadecimal(group))
}

fn iam_role(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || "_+=,.@-".contains(character))
    };
    text.len() <= 512
        && text.split('/').all(part)
        && text.rsplit('/').next().is_some_and(|name| name.len() <= 64)
}

fn eks_addon_version(text: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.chars().all(digit);
    text.strip_prefix('v').and_then(|text| text.split_once("-eksbuild.")).is_some_and(
        |(version, build)| {
            version.split('.').count() == 3 && version.split('.').all(number) && number(build)
        },
    )
}

/// Without quoted parts, which nobody uses.
fn email_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(person, domain)| {
        (1..=64).contains(&person.len())
            && person.split('.').all(|part| {
                !part.is_empty()
                    && part.chars().all(|it| it.is_ascii_alphanumeric() || "_+-".contains(it))
            })
            && host(domain)
    })
}

/// `git check-ref-format`, of plain characters.
fn git_branch(text: &str) -> bool {
    text != "HEAD"
        && !text.starts_with('-')
        && !text.ends_with('.')
        && !text.contains("..")
        && text.split('/').all(|part| {
            !part.is_empty()
                && !part.starts_with('.')
                && part.strip_suffix(".lock").is_none()
                && part.chars().all(|it| it.is_ascii_alphanumeric() || "-_.".contains(it))
        })
}

/// The API server's own rule.
fn data_key(text: &str) -> bool {
    (1..=253).contains(&text.len())
        && text != "."
        && !text.starts_with("..")
        && text
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "-_.".contains(character))
}

/// Text of the characters that rules are about, so that a good part of it is accepted.
fn texts() -> impl Strategy<Value = String> {
    let characters = prop::sample::select(
        "aabcxyz0019--..//__::ABKEYZ+=@?# \t\u{7f}é".chars().collect::<Vec<_>>(),
    );
    let parts = prop::sample::select(vec![
        "a",
        "z9",
        "x-y",
        "0",
        "-",
        ".",
        "/",
        "_",
        ":",
        "..",
        "sha256:",
        "PASSWORD",
        "key",
        "KEY",
        "_Key",
        "ApiKey",
        "TOKEN",
        "pwd",
        "Pass",
        "AUTH",
        "_",
        "_URL",
        "MAX_",
        "PUBLIC_",
        "PRIVATE",
        "_PEM",
        "_DSN",
        "S",
        "us",
        "gov",
        "west",
        "1",
        "example.com",
        ":5000",
        "/tmp",
        "A",
        "0123456789ab",
        "\n",
        "é",
    ]);
    prop_oneof![
        prop::collection::vec(characters, 0..12).prop_map(|text| text.into_iter().collect()),
        prop::collection::vec(parts, 0..8).prop_map(|parts| parts.concat()),
        "(main-|v|[a-z]|_)?([0-9a-g]{6,8}|[0-9]{1,4}[.-][0-9]{0,2}[.-][0-9]{0,2})([-._a]{0,2})?",
        "[a-z]{1,3}(:1)?@sha256:[0-9a-f]{64}",
        "v?[0-9]{0,2}\\.[0-9]{1,3}\\.[0-9]{1,2}([-.][aA0.-]{0,3})?",
        // Around the limits of length.
        ("[a-z]", 60..66_usize).prop_map(|(text, count)| text.repeat(count)),
        ("[a-z]", 125..131_usize).prop_map(|(text, count)| text.repeat(count)),
        (250..258_usize).prop_map(|count| "ab.".repeat(count)[..count].to_owned()),
        (250..258_usize).prop_map(|count| "ab/".repeat(count)[..count].to_owned()),
        (509..515_usize).prop_map(|count| "a".repeat(count)),
        ("[a-z0-9.-]{0,6}/", 60..66_usize).prop_map(|(text, count)| text + &"x".repeat(count)),
        "([a-z]{1,3}(:[0-9]{2})?/)?[a-z.-]{1,3}(:[A-Za-z0-9._-]{0,4})?@(sha256|SHA256|sha512):[0-9a-fA]{63,65}",
        "[a-z]{1,3}(/[a-z]{1,2})?:[a-z0-9.]{1,4}@sha256:[0-9a-f]{64}",
        ("[a-z]", 60..66_usize).prop_map(|(text, count)| text.repeat(count) + "/name"),
        r"(/(\.{1,3}|[a-z]{0,2}|b:)){1,4}",
        "/[a-z/?# %.]{0,6}",
        "[a-z.+_]{0,3}@[a-z]{0,2}\\.[a-z]{0,2}",
        "[a-z]{0,2}([./-]|\\.lock|__|\\.\\.){1,2}[a-z]{0,2}(/|\\.lock)?",
        "(/(%[0-9a-fA-F]{1,2}|%2[fF]|[a-z~]|\\.{0,2})){1,3}/?",
        "[a-z]:[0-9]{1,6}/[a-z]",
        "0?[0-9]\\.0?[0-9]\\.0?[0-9](-(0?[0-9]|[a0])(\\.{1,2}[0-9a]{1,2})?)?",
        "(ap|eu|us|me)-(north|south|east|west|central|northeast)-[0-9]{1,2}",
        "[a-z]{1,3}-[a-z0-9]{1,4}(-[a-z]{0,4}){0,2}-[0-9]{0,2}",
        "[0-9]{11,13}",
        "([0-9]{1,3}\\.){3}[0-9]{1,3}/[0-9]{1,2}",
        "((25[0-6]|0?[1-9]|10)\\.){2,4}[0-9]/(3[0-3]|0?[1-9])",
        any::<String>(),
    ]
}

macro_rules! laws {
    ($($type:ident is $rule:ident)*) => {
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(512))]
            $(
                #[test]
                #[expect(non_snake_case, reason = "the law of a type is named like the type")]
                fn $type(text in texts()) {
                    match <manifests_lib::values::$type>::new(text.clone()) {
                        Ok(accepted) => {
                            prop_assert!($rule(&text), "{text:?} is accepted");
                            prop_assert_eq!(accepted.as_str(), text.as_str());
                            prop_assert_eq!(accepted.to_string(), text.clone());
                            prop_assert_eq!(String::from(&accepted), text);
                        }
                        Err(refused) => {
                            prop_assert!(!$rule(&text), "{text:?} is refused");
                            prop_assert_eq!(refused.text, text);
                        }
                    }
                }
            )*
        }

        /// A law about text that is never accepted, or always, says nothing.
        #[test]
        fn every_rule_accepts_and_refuses() {
            $(
                assert!(<$type>::new("").is_err());
            )*
        }
    };
}

laws! {
    Name is name
    Host is host
    LabelKey is label_key
    AbsolutePath is absolute_path
    UrlPath is url_path
    VariableName is variable
    PlainVariableName is plain_variable
    Repository is repository
    Tag is tag
    FixedTag is fixed_tag
    PublicImage is public_image
    GitBranch is git_branch
    GitCommit is git_commit
    AccountId is account
    ChartVersion is chart_version
    Cidr is cidr
    SecretsManagerName is secrets_manager
    KmsKeyId is kms_key
    IamRoleName is iam_role
    EksAddonVersion is eks_addon_version
    PortName is port_name
    GrpcMethod is grpc_method
    SecretDataKey is data_key
    EmailAddress is email_address
}

#[test]
fn every_rule_accepts_what_people_write() {
    assert!(Name::new("account").is_ok());
    assert!(Host::new("httpbin.org").is_ok());
    assert!(ChartVersion::new("v1.21.0-rc.1").is_ok());
    assert!(LabelKey::new("app.kubernetes.io/name").is_ok());
    assert!(AbsolutePath::new("/var/lib/mysql").is_ok());
    assert!(UrlPath::new("/status/200").is_ok());
    assert!(VariableName::new("DB_PASSWORD").is_ok());
    assert!(PlainVariableName::new("CACHE_KEY_PREFIX").is_ok());
    for name in [
        "MONKEY",
        "PUBLIC_KEY",
        "PARTITION_KEY",
        "MAX_TOKENS",
        "TOKEN_URL",
        "PASSWORD_MIN_LENGTH",
        "TOKENIZER_PATH",
        "TOKENIZERS_PARALLELISM",
        "AWS_SECRET_NAME",
    ] {
        assert!(PlainVariableName::new(name).is_ok(), "{name}");
    }
    for name in [
        "AUTH",
        "BEARER",
        "DB_CREDS",
        "COOKIE",
        "DSN",
        "JWT",
        "PAT",
        "KEYS",
        "PRIVATE_PEM",
        "apiToken",
        "CLIENT_SECRET_VALUE",
    ] {
        assert!(PlainVariableName::new(name).is_err(), "{name}");
    }
    assert!(Repository::new("localhost:5000/web_server").is_ok());
    assert!(EmailAddress::new("platform@example.com").is_ok());
    assert!(SecretDataKey::new("clientID").is_ok());
    assert!(PortName::new("grpc-admin").is_ok());
    assert!(PortName::new("8080").is_err());
    assert!(PortName::new("administrators-1").is_err());
    assert!(GrpcMethod::new("/hipstershop.PaymentService/Charge").is_ok());
    assert!(GrpcMethod::new("/Greeter/SayHello").is_ok());
    assert!(GrpcMethod::new("/shop.Carts").is_err());
    assert!(GrpcMethod::new("/shop./Get").is_err());
    assert!(Tag::new("00690e9").is_ok());
    for tag in [
        "d74ac1c",
        "00690e9",
        "main-d74ac1c",
        "sha-d74ac1c_arm64",
        "1.29.3-alpine",
        "v1.2.3",
        "release-v1.2.3",
        "2026-01-05",
        "20260105",
    ] {
        assert!(FixedTag::new(tag).is_ok(), "{tag}");
    }
    assert!(FixedTag::new(format!("main@sha256:{}", "0f".repeat(32))).is_ok());
    assert!(PublicImage::new(format!("localhost:5000/web:1.2@sha256:{}", "0f".repeat(32))).is_ok());
    assert!(AccountId::new("012345678901").is_ok());
    assert!(Region::new("ap-northeast-1").is_ok());
    assert!(GitBranch::new("release/1.2").is_ok());
    assert!(GitUrl::new("https://git.example.com:8443/team/~a/operator.git").is_ok());
    assert!(RelativePath::new("config/my app").is_ok());
    assert!(BucketName::new("prd-web-uploads").is_ok());
    assert!(LogGroup::new("/aws/eks/prd").is_ok());
    assert!(UrlPath::new("/status/200").is_ok());
    assert!(UrlPath::new("/a%20b/").is_ok());
    assert!(Repository::new("a.b/c__d--e").is_ok());
    assert!(Cidr::new("10.20.0.0/16").is_ok());
    assert!(SecretsManagerName::new("prd/account/database").is_ok());
    assert!(KmsKeyId::new("1234abcd-12ab-34cd-56ef-1234567890ab").is_ok());
    assert!(KmsKeyId::new("mrk-1234abcd12ab34cd56ef1234567890ab").is_ok());
    assert!(IamRoleName::new("aws-reserved/sso.amazonaws.com/Administrators").is_ok());
    assert!(EksAddonVersion::new("v1.13.2-eksbuild.4").is_ok());
}

#[test]
fn what_upstream_refuses_is_refused() {
    fn refused<T, E>(value: Result<T, E>) {
        assert!(value.is_err());
    }
    for region in ["ap-northeast-9", "xx-aaa-9", "eu-central-12", "AP-NORTHEAST-1", "us-gov-west-1"]
    {
        refused(Region::new(region));
    }
    for path in ["//a", "/../a", "/%zz", "/a%2fb", "/a{b}", "/<>", "/%2e%2e/a", "/a%5Cb", "/%00"] {
        refused(UrlPath::new(path));
    }
    for repository in ["a..b", "a._b", "a-_.b", "host:99999/x", "host:0/x"] {
        refused(Repository::new(repository));
    }
    for tag in [
        "latest",
        "main",
        "master",
        "develop",
        "stable",
        "edge",
        "nightly",
        "prd",
        "1",
        "v1",
        "1.29",
        "v1.29",
        "22.04",
        "20-alpine-3.18",
        "123456",
        "abcdef",
        "deadbeefs",
        "1.2.x",
        "latest@sha256:00",
    ] {
        refused(FixedTag::new(tag));
    }
    for branch in ["a..b", "a.lock", ".a", "a.lock/b", "a.", "HEAD"] {
        refused(GitBranch::new(branch));
    }
    for version in ["01.2.3", "1.2.3-01", "1.2.3-a..b"] {
        refused(ChartVersion::new(version));
    }
    for url in [
        "https://example.com",
        "https://example.com/a/../b",
        "https://example.com/a//b",
        "https://-/a",
        "https://example.com:99999999/a",
        "https://example.com:/a",
        "https://user:hunter2@example.com/a",
        "https://example.com/$(id)",
        "https://example.com/`id`",
    ] {
        refused(GitUrl::new(url));
    }
    for path in ["./a", "a/./b", "-a", "a\\b", "a/.."] {
        refused(RelativePath::new(path));
    }
    refused(AbsolutePath::new("/./a"));
    for bucket in ["sthree-a", "a-s3alias", "a--ol-s3", "amzn-s3-demo-a", "xn--a"] {
        refused(BucketName::new(bucket));
    }
    refused(LogGroup::new("aws/a"));
    refused(EmailAddress::new("a..b@example.com"));
    refused(Cidr::new("10.20.30.1/16"));
    refused(Host::new("10.0.0.1"));
}

proptest! {
    #[test]
    fn a_path_joined_with_names_is_a_path(parts in prop::collection::vec("[a-z]([a-z0-9-]{0,20}[a-z0-9])?", 1..8)) {
        let mut path = AbsolutePath::new("/data").expect("a path");
        for part in &parts {
            path = path.join(&Name::new(part.clone()).expect("an RFC 1035 label"));
        }
        prop_assert!(absolute_path(path.as_str()), "{path}");
        prop_assert_eq!(AbsolutePath::new(path.as_str()), Ok(path.clone()));
        prop_assert_eq!(path.as_str(), format!("/data/{}", parts.join("/")));
    }
}
