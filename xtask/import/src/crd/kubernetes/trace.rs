//! Reads the structure of a k8s-openapi type from its `Deserialize` and `Serialize` implementations.

use std::fmt;
use std::iter::Once;
use std::slice::Iter;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, forward_to_deserialize_any};
use serde_json::Value;

/// The type of a field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Traced {
    /// A built-in type or a newtype, by its name in serde.
    Scalar(&'static str),
    List(Box<Traced>),
    Map(Box<Traced>),
    /// A struct, by its name in the Kubernetes API.
    Struct(&'static str),
}

/// The fields of a struct: property, type, and whether it is written even if it is empty.
///
/// No fields at all if the type deserializes from something other than its Kubernetes form.
pub fn trace<T: Default + DeserializeOwned + Serialize>() -> Vec<(&'static str, Traced, bool)> {
    let mut fields = Vec::new();
    let read = T::deserialize(Root { fields: &mut fields });
    let written = serde_json::to_value(T::default()).unwrap_or(Value::Null);
    if read.is_err() {
        return Vec::new();
    }
    fields.into_iter().map(|(name, kind)| (name, kind, written.get(name).is_some())).collect()
}

/// A form that the tracer does not support.
#[derive(Debug)]
struct Untraceable;

impl fmt::Display for Untraceable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a form that the tracer does not support")
    }
}

impl std::error::Error for Untraceable {}

impl serde::de::Error for Untraceable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// The struct itself: answers with every field once.
struct Root<'a> {
    fields: &'a mut Vec<(&'static str, Traced)>,
}

impl<'de> Deserializer<'de> for Root<'_> {
    type Error = Untraceable;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Untraceable> {
        Err(Untraceable)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Untraceable> {
        visitor.visit_map(Fields { names: names.iter(), current: "", found: self.fields })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct Fields<'a> {
    names: Iter<'static, &'static str>,
    current: &'static str,
    found: &'a mut Vec<(&'static str, Traced)>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Untraceable;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Untraceable> {
        let Some(name) = self.names.next() else {
            return Ok(None);
        };
        self.current = name;
        seed.deserialize(StrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Untraceable> {
        let mut kind = None;
        let value = seed.deserialize(Field { kind: &mut kind })?;
        self.found.push((self.current, kind.ok_or(Untraceable)?));
        Ok(value)
    }
}

/// The value of a field: answers with an empty value of the requested type.
struct Field<'a> {
    kind: &'a mut Option<Traced>,
}

impl<'de> Deserializer<'de> for Field<'_> {
    type Error = Untraceable;

    // Of the traced types, only an IntOrString leaves the choice to the input.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Untraceable> {
        *self.kind = Some(Traced::Scalar("IntOrString"));
        visitor.visit_i32(0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Untraceable> {
        visitor.visit_some(self)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Untraceable> {
        *self.kind = Some(Traced::Scalar("bool"));
        visitor.visit_bool(false)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Untraceable> {
        *self.kind = Some(Traced::Scalar("i32"));
        visitor.visit_i32(0)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Untraceable> {
        *self.kind = Some(Traced::Scalar("i64"));
        visitor.visit_i64(0)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Untraceable> {
        *self.kind = Some(Traced::Scalar("String"));
        visitor.visit_str("")
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Untraceable> {
        *self.kind = Some(Traced::Scalar(name));
        visitor.visit_newtype_struct(serde_json::json!("0")).map_err(|_| Untraceable)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Untraceable> {
        *self.kind = Some(Traced::Struct(name));
        visitor.visit_map(Nothing)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Untraceable> {
        let mut element = None;
        let value = visitor.visit_seq(OneElement { left: true, kind: &mut element })?;
        *self.kind = Some(Traced::List(Box::new(element.ok_or(Untraceable)?)));
        Ok(value)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Untraceable> {
        let mut kind = None;
        let value =
            visitor.visit_map(OneEntry { keys: std::iter::once("key"), kind: &mut kind })?;
        *self.kind = Some(Traced::Map(Box::new(kind.ok_or(Untraceable)?)));
        Ok(value)
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct enum identifier
        ignored_any
    }

    /// Requested by a `ByteString`, which none of the listed structs has.
    fn deserialize_str<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Untraceable> {
        Err(Untraceable)
    }
}

struct OneElement<'a> {
    left: bool,
    kind: &'a mut Option<Traced>,
}

impl<'de> SeqAccess<'de> for OneElement<'_> {
    type Error = Untraceable;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Untraceable> {
        if !std::mem::take(&mut self.left) {
            return Ok(None);
        }
        seed.deserialize(Field { kind: self.kind }).map(Some)
    }
}

struct OneEntry<'a> {
    keys: Once<&'static str>,
    kind: &'a mut Option<Traced>,
}

impl<'de> MapAccess<'de> for OneEntry<'_> {
    type Error = Untraceable;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Untraceable> {
        self.keys.next().map(|key| seed.deserialize(StrDeserializer::new(key))).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Untraceable> {
        seed.deserialize(Field { kind: self.kind })
    }
}

/// A nested struct, without its fields: those are traced where the struct itself is listed.
struct Nothing;

impl<'de> MapAccess<'de> for Nothing {
    type Error = Untraceable;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        _: K,
    ) -> Result<Option<K::Value>, Untraceable> {
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, _: V) -> Result<V::Value, Untraceable> {
        Err(Untraceable)
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::{ContainerPort, HTTPGetAction, ResourceRequirements};

    use super::*;

    #[test]
    fn fields_are_read_with_type_and_whether_they_are_always_written() {
        let scalar = Traced::Scalar;
        let list = |inner| Traced::List(Box::new(inner));
        let map = |inner| Traced::Map(Box::new(inner));
        assert_eq!(
            trace::<ContainerPort>(),
            [
                ("containerPort", scalar("i32"), true),
                ("hostIP", scalar("String"), false),
                ("hostPort", scalar("i32"), false),
                ("name", scalar("String"), false),
                ("protocol", scalar("String"), false),
            ]
        );
        assert_eq!(
            trace::<HTTPGetAction>(),
            [
                ("host", scalar("String"), false),
                ("httpHeaders", list(Traced::Struct("HTTPHeader")), false),
                ("path", scalar("String"), false),
                ("port", scalar("IntOrString"), true),
                ("scheme", scalar("String"), false),
            ]
        );
        assert_eq!(
            trace::<ResourceRequirements>(),
            [
                ("claims", list(Traced::Struct("ResourceClaim")), false),
                ("limits", map(scalar("Quantity")), false),
                ("requests", map(scalar("Quantity")), false),
            ]
        );
    }

    #[test]
    fn a_type_of_another_form_has_no_fields() {
        assert_eq!(trace::<String>(), []);
    }
}
