//! What a text that is a secret looks like.

use crate::values::says_secret;

/// What begins a private key that is written as base64: the rest says which algorithm it is for.
const PRIVATE_KEYS: [&str; 6] = [
    "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS",
    "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVkt",
    "LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFWS",
    "LS0tLS1CRUdJTiBEU0EgUFJJVkFURSBLRVkt",
    "LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUgS0VZ",
    "LS0tLS1CRUdJTiBFTkNSWVBURUQgUFJJVkFURSBLRVkt",
];

/// How the tokens of some issuers begin, and how many characters follow at least.
///
/// Upstream: <https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns>
const TOKENS: [(&str, &str, usize); 17] = [
    ("GitHub", "ghp_", 36),
    ("GitHub", "gho_", 36),
    ("GitHub", "ghu_", 36),
    ("GitHub", "ghs_", 36),
    ("GitHub", "ghr_", 36),
    ("GitHub", "github_pat_", 22),
    ("GitLab", "glpat-", 20),
    ("Google", "AIza", 35),
    ("npm", "npm_", 36),
    ("Slack", "hooks.slack.com/services/", 20),
    ("Slack", "xoxa-", 10),
    ("Slack", "xoxb-", 10),
    ("Slack", "xoxp-", 10),
    ("Slack", "xoxr-", 10),
    ("Slack", "xoxs-", 10),
    ("Stripe", "rk_live_", 16),
    ("Stripe", "sk_live_", 16),
];

/// Ends of keys and names whose value is a secret, without `_` and `-`.
const NAMES: [&str; 12] = [
    "accesstoken",
    "apikey",
    "apitoken",
    "authtoken",
    "bearertoken",
    "clientsecret",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "secretaccesskey",
];

/// The fewest characters of a private key or a token.
const SHORTEST: usize = 15;

/// The longest name that is looked at.
const LONGEST_NAME: usize = 64;

/// Words that stand where a value would.
const WORDS: [&str; 12] = [
    "disabled", "enabled", "false", "nil", "no", "none", "null", "off", "on", "string", "true",
    "yes",
];

/// Whether a text is a secret, or could be the name of one: without such a text, an object holds no secret.
///
/// Every text of every object comes here, so that the most are let through at first sight.
pub(super) fn is_suspicious(text: &str) -> bool {
    let could_name = text.len() <= LONGEST_NAME && has_word_of_secret(text.as_bytes());
    could_name && (names_secret(text) || is_option_of_secret(text) || says_secret(text.as_bytes()))
        || is_random(text)
        || like_a_secret(text).is_some()
}

/// Whether a text has a part of a word that says secret.
fn has_word_of_secret(text: &[u8]) -> bool {
    for (position, byte) in text.iter().enumerate() {
        let words: &[&str] = match byte {
            b'a' | b'A' => &["accesskey", "auth"],
            b'b' | b'B' => &["bearer"],
            b'c' | b'C' => &["cookie", "cred"],
            b'd' | b'D' => &["dsn"],
            b'j' | b'J' => &["jwt"],
            b'k' | b'K' => &["key"],
            b'p' | b'P' => &["pass", "pat", "pem", "pwd"],
            b's' | b'S' => &["secret"],
            b't' | b'T' => &["token"],
            _ => continue,
        };
        for word in words {
            let begin = text.get(position..position + word.len());
            if begin.is_some_and(|begin| begin.eq_ignore_ascii_case(word.as_bytes())) {
                return true;
            }
        }
    }
    false
}

/// What a text holds that is a secret.
pub(super) fn like_a_secret(text: &str) -> Option<String> {
    if text.len() < SHORTEST && !['@', ':', '='].into_iter().any(|it| text.contains(it)) {
        return None;
    }
    if holds_private_key(text) {
        return Some("a private key".to_owned());
    }
    if holds_password_of_url(text) {
        return Some("an address with a password".to_owned());
    }
    if let Some(issuer) = token(text) {
        return Some(format!("a token ({issuer})"));
    }
    if holds_authorization(text) {
        return Some("what a client proves who it is by (Authorization)".to_owned());
    }
    assigned(text).map(|name| format!("a value of {name}"))
}

/// Whether a key or name, as YAML, JSON and properties have it, belongs to a secret.
pub(super) fn names_secret(key: &str) -> bool {
    let name = key.rsplit('.').next().unwrap_or(key);
    let is_variable = name.contains('_') && !name.contains(|it: char| it.is_ascii_lowercase());
    let ends = NAMES.iter().any(|end| ends_with_letters(name, end));
    name.len() <= LONGEST_NAME && (ends || is_variable && says_secret(name.as_bytes()))
}

/// Whether a name ends like this, but for the case of its letters and what separates its words.
fn ends_with_letters(name: &str, end: &str) -> bool {
    let mut letters = name.bytes().rev().filter(|byte| !matches!(byte, b'_' | b'-'));
    end.bytes().rev().all(|byte| letters.next().is_some_and(|it| it.eq_ignore_ascii_case(&byte)))
}

/// Whether a text is an option such as `--token`, whose value is the next argument.
pub(super) fn is_option_of_secret(text: &str) -> bool {
    text.strip_prefix("--").is_some_and(|name| {
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            && says_secret(name.replace('-', "_").as_bytes())
    })
}

/// Whether a value is itself, and not a reference to where it comes from.
pub(super) fn is_literal(value: &str) -> bool {
    let value = value.trim();
    let refers = value.starts_with(['$', '<', '%', '[', '/', '-', '|', '>', '&', '!'])
        || value.starts_with("./")
        || ["${", "$(", "{{", "://"].iter().any(|part| value.contains(part));
    let masked = value.chars().all(|character| matches!(character, '*' | '.' | 'x' | 'X'));
    !refers && !masked && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(value))
}

/// Parts of names whose values look random and are none of a secret: digests, public keys, names that others gave.
const NAMED_OTHERWISE: [&str; 14] = [
    "arn",
    "ca",
    "cert",
    "certificate",
    "checksum",
    "commit",
    "digest",
    "fingerprint",
    "hash",
    "id",
    "public",
    "revision",
    "sha256",
    "uid",
];

/// Whether a name leaves open that a value is a secret.
pub(super) fn may_name_secret(name: &str) -> bool {
    let mut words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    let ends_otherwise = |word: &str| {
        let is_written_together =
            ["Id", "ID", "Hash", "Digest", "Cert", "Checksum", "Bundle", "Sha", "Uid", "UID"];
        is_written_together.iter().any(|end| word.ends_with(end))
            || NAMED_OTHERWISE.iter().any(|other| word.eq_ignore_ascii_case(other))
    };
    // Where something is, as `remoteRef` says it.
    name != "key" && !words.any(ends_otherwise)
}

/// Whether a text is of random letters, as generated passwords and tokens are: 24 characters or more, of small letters, capitals and
/// digits that take turns. Words, paths, digests in hexadecimal and certificates are none.
pub(super) fn is_random(text: &str) -> bool {
    let text = text.as_bytes();
    if !(24..=100).contains(&text.len()) {
        return false;
    }
    let of_token = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'-' | b'=')
    };
    // Paths, public keys of SSH, and whatever is PEM in base64: private keys are looked for by themselves.
    let is_known = [&b"/"[..], b"AAAA", b"LS0tLS1CRUdJTi"].iter().any(|it| text.starts_with(it));
    if !text.iter().all(of_token) || is_known {
        return false;
    }
    let kind = |byte: &u8| match byte {
        b'a'..=b'z' => 0_u8,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let count = |wanted: u8| text.iter().filter(|byte| kind(byte) == wanted).count();
    let turns = text.windows(2).filter(|pair| kind(&pair[0]) != kind(&pair[1])).count();
    // Random letters of 62 or 64 take turns at about two of three places; words written together at one of six.
    let is_mixed = count(0) >= 4 && count(1) >= 4 && count(2) >= 2 && count(3) * 10 <= text.len();
    is_mixed && turns * 5 >= text.len() * 2 && bits(text) > 3.7
}

/// The entropy of a text: bits for each of its characters.
fn bits(text: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for &byte in text {
        counts[usize::from(byte)] += 1;
    }
    let length: f64 = counts.iter().copied().map(f64::from).sum();
    let of_count = |count: f64| -(count / length) * (count / length).log2();
    counts.iter().filter(|&&count| count > 0).map(|&count| of_count(f64::from(count))).sum()
}

fn holds_private_key(text: &str) -> bool {
    let begin = text.find("-----BEGIN ").map(|begin| &text[begin..]);
    begin.is_some_and(|rest| rest.contains("PRIVATE KEY"))
        || text.contains("LS0tLS1CRUdJTi") && PRIVATE_KEYS.iter().any(|key| text.contains(key))
}

/// `scheme://user:password@host`, or `user:password@tcp(host)` as Go's drivers take it.
fn holds_password_of_url(text: &str) -> bool {
    if !text.contains('@') {
        return false;
    }
    let ends = |character: char| character.is_whitespace() || "/?#\"'<>`\\".contains(character);
    let has_password = |user: &str| user.split_once(':').is_some_and(|(_, it)| is_literal(it));
    let of_url = text.match_indices("://").any(|(position, separator)| {
        let rest = &text[position + separator.len()..];
        let authority = rest.split(ends).next().unwrap_or_default();
        authority.rsplit_once('@').is_some_and(|(user, _)| has_password(user))
    });
    let of_driver = ["@tcp(", "@unix("].iter().any(|network| {
        text.match_indices(network).any(|(position, _)| {
            let before = text[..position].rsplit(ends).next().unwrap_or_default();
            has_password(before)
        })
    });
    of_url || of_driver
}

/// Whose token a text holds.
fn token(text: &str) -> Option<&'static str> {
    let of_token = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/');
    for (issuer, prefix, longer) in
        TOKENS.into_iter().filter(|(_, prefix, _)| text.contains(prefix))
    {
        for (position, _) in text.match_indices(prefix) {
            let begins = !text[..position].ends_with(|it: char| it.is_ascii_alphanumeric());
            let rest = &text.as_bytes()[position + prefix.len()..];
            if begins && rest.iter().take_while(|byte| of_token(byte)).count() >= longer {
                return Some(issuer);
            }
        }
    }
    if ["AKIA", "ASIA"].into_iter().any(|prefix| holds_access_key(text, prefix)) {
        return Some("AWS");
    }
    // A JSON Web Token: three parts, the first two of which are JSON objects.
    let is_web_token = |word: &str| word.starts_with("eyJ") && word.contains(".eyJ");
    let words = |it: char| !(it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.'));
    (text.contains(".eyJ") && text.split(words).any(is_web_token)).then_some("JSON Web Token")
}

/// Whether the id of an access key of AWS is in a text: 20 capitals and digits.
fn holds_access_key(text: &str, prefix: &str) -> bool {
    text.match_indices(prefix).any(|(position, _)| {
        let begins = !text[..position].ends_with(|it: char| it.is_ascii_alphanumeric());
        let word = text[position..].bytes().take_while(u8::is_ascii_alphanumeric);
        begins && word.clone().count() == 20 && !word.clone().any(|it| it.is_ascii_lowercase())
    })
}

/// Whether what a client proves who it is by is in a text, as the header `Authorization` has it.
fn holds_authorization(text: &str) -> bool {
    let value = |scheme: &str| {
        let begin =
            text.match_indices(scheme).next().map(|(position, _)| position + scheme.len())?;
        let of_token = |it: char| it.is_ascii_alphanumeric() || "-._~+/=".contains(it);
        let value = &text[begin..];
        Some(&value[..value.len() - value.trim_start_matches(of_token).len()])
    };
    let is_mixed = |value: &str| {
        value.bytes().any(|it| it.is_ascii_digit())
            && value.bytes().any(|it| it.is_ascii_alphabetic())
    };
    let basic =
        value("Basic ").is_some_and(|it| it.len() >= 8 && it.len() % 4 == 0 && is_mixed(it));
    basic || value("Bearer ").is_some_and(|it| it.len() >= 16 && is_mixed(it))
}

/// The name of a secret that a text gives a value to: `password: …`, `--token=…`, `API_KEY="…"`.
fn assigned(text: &str) -> Option<&str> {
    text.match_indices(':').chain(text.match_indices('=')).find_map(|(position, separator)| {
        let (before, after) = (&text[..position], &text[position + 1..]);
        let compares =
            after.starts_with(['=', '~', ':']) || before.ends_with(['=', '!', '<', '>', ':', '~']);
        let name = name_before(before).filter(|_| !compares)?;
        let is_secret =
            if name.starts_with("--") { is_option_of_secret(name) } else { names_secret(name) };
        let value = if is_secret { value_after(after, separator == ":") } else { None };
        value.filter(|value| is_literal(value)).map(|_| name)
    })
}

/// The name at the end of a text, without the quotes around it.
fn name_before(text: &str) -> Option<&str> {
    let text = text.trim_end_matches([' ', '\t']);
    let text = text.strip_suffix(['"', '\'']).unwrap_or(text);
    let text = text.strip_suffix('\\').unwrap_or(text);
    let of_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.');
    let name = &text[text.trim_end_matches(of_name).len()..];
    let refers = text[..text.len() - name.len()].ends_with(['$', '{', '%', '@']);
    (!refers && name.contains(|it: char| it.is_ascii_alphabetic())).then_some(name)
}

/// The value at the beginning of a text, without the quotes around it. Behind a colon, prose is none.
fn value_after(text: &str, behind_colon: bool) -> Option<&str> {
    let text = text.trim_start_matches([' ', '\t']);
    let text = text.strip_prefix('\\').unwrap_or(text);
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            return quoted.split(quote).next().map(|value| value.trim_end_matches('\\'));
        }
    }
    let ends = |it: char| it.is_whitespace() || ",;&}])\"'`".contains(it);
    let value = text.split(ends).next().unwrap_or_default();
    let line = text[value.len()..].lines().next().unwrap_or_default().trim_start();
    let is_prose =
        behind_colon && !(line.is_empty() || line.starts_with([',', ';', '}', ']', '#']));
    (!is_prose && !value.contains('(')).then_some(value)
}
