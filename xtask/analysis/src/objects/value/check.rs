//! What building a platform asks of JSON, asked of values.

use manifests_lib::check::Json;

use super::Value;

impl Json for Value {
    fn text(&self) -> Option<&str> {
        self.as_str()
    }

    fn elements(&self) -> &[Self] {
        self.as_array().unwrap_or_default()
    }

    fn fields(&self) -> impl Iterator<Item = (&str, &Self)> {
        let fields = self.as_object().into_iter().flatten();
        fields.map(|(key, value)| (key.as_str(), value))
    }

    fn field(&self, key: &str) -> Option<&Self> {
        self.get(key)
    }
}
