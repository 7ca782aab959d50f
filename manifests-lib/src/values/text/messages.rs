//! What brokers of messages name.

text_type! {
    /// Which events of a topic reach a queue: words between dots, where `*` stands for one word and `#` for any number.
    ///
    /// Upstream: <https://www.rabbitmq.com/docs/exchanges#topic-exchanges>
    BindingKey,
    binding_key,
    "a binding key has words of letters, digits, '_' and '-' between dots, in whose place * and # may stand, such as order.*.paid",
    ($) binding_key
}

const fn binding_key(bytes: &[u8]) -> bool {
    if bytes.is_empty() || bytes.len() > 255 {
        return false;
    }
    let mut start = 0;
    let mut index = 0;
    while index <= bytes.len() {
        if index == bytes.len() || bytes[index] == b'.' {
            let length = index - start;
            if length == 0 {
                return false;
            }
            start = index + 1;
        } else {
            let byte = bytes[index];
            let is_wildcard = byte == b'*' || byte == b'#';
            let begins = index == start;
            let ends = index + 1 == bytes.len() || bytes[index + 1] == b'.';
            if is_wildcard && !(begins && ends) {
                return false;
            }
            if !(is_wildcard || byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
                return false;
            }
        }
        index += 1;
    }
    true
}
