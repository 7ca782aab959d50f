//! Names of environment variables, and what they say of the values.

text_type! {
    /// The name of an environment variable: what every shell and runtime can read.
    VariableName,
    variable_name,
    "a variable name has letters, digits and '_', and does not begin with a digit"
}

text_type! {
    /// The name of an environment variable whose value may stand in Git, as [`plain!`](crate::plain!) takes it.
    ///
    /// A name that says password, secret, token, credential or key is refused: such a value is a
    /// [`SecretKey`](crate::data::SecretKey). A name that only reads like one goes with its reason through
    /// [`not_secret!`](crate::not_secret!). What is only about a secret is accepted: `TOKEN_URL`, `MAX_TOKENS`, `PUBLIC_KEY`.
    PlainVariableName,
    plain_variable_name,
    "everybody who reads Git reads a plain variable, and this name says secret: take the value from a SecretKey, or say why it is none: not_secret!(NAME, value, \"why\")"
}

const fn variable_name(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && !bytes[0].is_ascii_digit()
        && all!(bytes, byte => byte.is_ascii_alphanumeric() || byte == b'_')
}

const fn plain_variable_name(bytes: &[u8]) -> bool {
    variable_name(bytes) && !says_secret(bytes)
}

/// What says secret wherever it stands in a name.
const SECRET: [&str; 6] = ["PASSWORD", "PASSWD", "PASSPHRASE", "PWD", "SECRET", "CREDENTIAL"];

/// Last words that say secret: `APP_KEY` does, `CACHE_KEY_PREFIX` and `MONKEY` do not.
const LAST_SECRET: [&str; 12] = [
    "ACCESSKEY",
    "APIKEY",
    "AUTH",
    "BEARER",
    "COOKIE",
    "CREDS",
    "DSN",
    "JWT",
    "KEY",
    "KEYS",
    "PASS",
    "PAT",
];

/// Last words of what is only about a secret, such as where it is or how long.
const ABOUT_SECRET: [&str; 42] = [
    "AGE",
    "ALGORITHM",
    "AUDIENCE",
    "COUNT",
    "DAYS",
    "DIR",
    "DISABLED",
    "DOMAIN",
    "ENABLED",
    "ENDPOINT",
    "EXPIRATION",
    "EXPIRY",
    "FILE",
    "FORMAT",
    "HEADER",
    "HOST",
    "HOURS",
    "INTERVAL",
    "ISSUER",
    "LENGTH",
    "LIFETIME",
    "LIMIT",
    "MAX",
    "MIN",
    "MINUTES",
    "MODE",
    "NAME",
    "NAMESPACE",
    "PARALLELISM",
    "PATH",
    "POLICY",
    "PORT",
    "PREFIX",
    "REGION",
    "REQUIRED",
    "SECONDS",
    "SIZE",
    "SUFFIX",
    "TIMEOUT",
    "TTL",
    "TYPE",
    "URL",
];

/// What a last `KEY` is not secret behind.
const OPEN_KEYS: [&str; 10] = [
    "CACHE",
    "FOREIGN",
    "LABEL",
    "PARTITION",
    "PRIMARY",
    "PUBLIC",
    "ROUTING",
    "SHARD",
    "SORT",
    "UNIQUE",
];

/// What counts tokens of a text, and is no token of a user.
const COUNTS: [&str; 5] = ["MAX", "MIN", "NUM", "PER", "TOTAL"];

/// Whether a variable's name says that its value is a secret, in any case of letters.
pub(crate) const fn says_secret(name: &[u8]) -> bool {
    let (start, last) = last_word(name);
    if any_is(&ABOUT_SECRET, last) {
        return false;
    }
    let mut index = 0;
    while index < SECRET.len() {
        if contains_ignoring_case(name, SECRET[index].as_bytes()) {
            return true;
        }
        index += 1;
    }
    if any_is(&LAST_SECRET, last) {
        let before = if start == 0 { &[] } else { last_word(name.split_at(start - 1).0).1 };
        let is_key = last.eq_ignore_ascii_case(b"KEY") || last.eq_ignore_ascii_case(b"KEYS");
        return !(is_key && any_is(&OPEN_KEYS, before));
    }
    let private_pem = last.eq_ignore_ascii_case(b"PEM") && contains_ignoring_case(name, b"PRIVATE");
    private_pem || has_token(name)
}

/// Whether a word ends with `TOKEN` or `TOKENS`, and nothing counts them.
const fn has_token(name: &[u8]) -> bool {
    let mut end = name.len();
    let mut found = false;
    loop {
        let (start, word) = last_word(name.split_at(end).0);
        if any_is(&COUNTS, word) {
            return false;
        }
        found = found || ends_ignoring_case(word, b"TOKEN") || ends_ignoring_case(word, b"TOKENS");
        if start == 0 {
            return found;
        }
        end = start - 1;
    }
}

const fn any_is(words: &[&str], word: &[u8]) -> bool {
    let mut index = 0;
    while index < words.len() {
        if words[index].as_bytes().eq_ignore_ascii_case(word) {
            return true;
        }
        index += 1;
    }
    false
}

/// What stands behind the last `_`, and where it begins.
const fn last_word(name: &[u8]) -> (usize, &[u8]) {
    let mut start = name.len();
    while start > 0 && name[start - 1] != b'_' {
        start -= 1;
    }
    (start, name.split_at(start).1)
}

const fn ends_ignoring_case(name: &[u8], end: &[u8]) -> bool {
    name.len() >= end.len() && name.split_at(name.len() - end.len()).1.eq_ignore_ascii_case(end)
}

const fn contains_ignoring_case(name: &[u8], word: &[u8]) -> bool {
    let mut end = name.len();
    while end >= word.len() {
        if ends_ignoring_case(name.split_at(end).0, word) {
            return true;
        }
        end -= 1;
    }
    false
}
