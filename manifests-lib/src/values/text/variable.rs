//! Names of environment variables.

text_type! {
    /// The name of an environment variable: what every shell and runtime can read.
    VariableName,
    variable_name,
    "a variable name has letters, digits and '_', and does not begin with a digit"
}

text_type! {
    /// The name of an environment variable whose value may stand in Git.
    ///
    /// A name that says password, secret, token, credential or key is refused: such a value is a
    /// [`SecretKey`](crate::data::SecretKey).
    PlainVariableName,
    plain_variable_name,
    "a plain variable is readable in Git: a name that says password, secret, token, credential or key takes its value from a SecretKey"
}

const fn variable_name(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && !bytes[0].is_ascii_digit()
        && all!(bytes, byte => byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Words that say secret wherever they stand in a name.
const SECRET_WORDS: [&str; 7] =
    ["PASSWORD", "PASSWD", "PASSPHRASE", "PWD", "SECRET", "TOKEN", "CREDENTIAL"];

/// Words that say secret as the last one of a name: `APP_KEY` is one, `CACHE_KEY_PREFIX` and `MONKEY` are not.
const LAST_SECRET_WORDS: [&str; 3] = ["KEY", "APIKEY", "PASS"];

const fn plain_variable_name(bytes: &[u8]) -> bool {
    variable_name(bytes) && !says_secret(bytes)
}

/// Whether a variable's name says that its value is a secret, in any case of letters.
const fn says_secret(bytes: &[u8]) -> bool {
    let mut word = 0;
    while word < SECRET_WORDS.len() {
        if contains_ignoring_case(bytes, SECRET_WORDS[word].as_bytes()) {
            return true;
        }
        word += 1;
    }
    word = 0;
    while word < LAST_SECRET_WORDS.len() {
        if last_word(bytes).eq_ignore_ascii_case(LAST_SECRET_WORDS[word].as_bytes()) {
            return true;
        }
        word += 1;
    }
    false
}

/// What stands behind the last `_`.
const fn last_word(bytes: &[u8]) -> &[u8] {
    let mut start = bytes.len();
    while start > 0 && bytes[start - 1] != b'_' {
        start -= 1;
    }
    let (_, word) = bytes.split_at(start);
    word
}

const fn contains_ignoring_case(bytes: &[u8], word: &[u8]) -> bool {
    let mut start = 0;
    while start + word.len() <= bytes.len() {
        let mut index = 0;
        while index < word.len() && bytes[start + index].eq_ignore_ascii_case(&word[index]) {
            index += 1;
        }
        if index == word.len() {
            return true;
        }
        start += 1;
    }
    false
}
