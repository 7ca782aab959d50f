//! Makes values of typed objects, with nothing in between.

use serde::Serialize;
use serde::ser::{self, Error as _};
use serde_json::Error;

use super::{Key, Map, Value};

/// What `serde_json::to_value` makes, as a [`Value`].
pub(super) struct Serializer;

macro_rules! scalars {
    ($($method:ident: $type:ty),* $(,)?) => {
        $(
            fn $method(self, value: $type) -> Result<Value, Error> {
                Ok(value.into())
            }
        )*
    };
}

impl ser::Serializer for Serializer {
    type Ok = Value;
    type Error = Error;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = List;
    type SerializeTupleVariant = List;
    type SerializeMap = Fields;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Fields;

    scalars!(
        serialize_bool: bool,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_f64: f64,
        serialize_str: &str,
    );

    fn serialize_i8(self, number: i8) -> Result<Value, Error> {
        self.serialize_i64(number.into())
    }

    fn serialize_i16(self, number: i16) -> Result<Value, Error> {
        self.serialize_i64(number.into())
    }

    fn serialize_f32(self, number: f32) -> Result<Value, Error> {
        self.serialize_f64(number.into())
    }

    fn serialize_char(self, letter: char) -> Result<Value, Error> {
        Ok(letter.to_string().into())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Value, Error> {
        Ok(bytes.iter().map(|byte| Value::from(*byte)).collect())
    }

    fn serialize_none(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
    ) -> Result<Value, Error> {
        Ok(name.into())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Value, Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<Value, Error> {
        Ok(within(Some(name), value.serialize(self)?))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<List, Error> {
        Ok(List { variant: None, items: Vec::with_capacity(expected(length)) })
    }

    fn serialize_tuple(self, length: usize) -> Result<List, Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<List, Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        length: usize,
    ) -> Result<List, Error> {
        Ok(List { variant: Some(name), ..self.serialize_seq(Some(length))? })
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Fields, Error> {
        let written = Vec::with_capacity(expected(length));
        Ok(Fields { variant: None, key: None, written })
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Fields, Error> {
        self.serialize_map(Some(length))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        length: usize,
    ) -> Result<Fields, Error> {
        Ok(Fields { variant: Some(name), ..self.serialize_map(Some(length))? })
    }
}

/// What is taken for granted of a length that somebody else tells.
fn expected(length: Option<usize>) -> usize {
    length.unwrap_or_default().min(1024)
}

/// The value of a variant, which is a mapping of one field.
fn within(variant: Option<&'static str>, value: Value) -> Value {
    match variant {
        Some(name) => Map::of(vec![(name.into(), value)]).into(),
        None => value,
    }
}

/// A list that is being written.
pub(super) struct List {
    variant: Option<&'static str>,
    items: Vec<Value>,
}

macro_rules! elements {
    ($($trait:ident::$method:ident),* $(,)?) => {
        $(
            impl ser::$trait for List {
                type Ok = Value;
                type Error = Error;

                fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                    self.items.push(value.serialize(Serializer)?);
                    Ok(())
                }

                fn end(self) -> Result<Value, Error> {
                    Ok(within(self.variant, self.items.into()))
                }
            }
        )*
    };
}

elements!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field,
);

/// A mapping that is being written.
pub(super) struct Fields {
    variant: Option<&'static str>,
    key: Option<Key>,
    written: Vec<(Key, Value)>,
}

impl Fields {
    fn end(self) -> Value {
        within(self.variant, Map::of(self.written).into())
    }
}

macro_rules! fields {
    ($($trait:ident),*) => {
        $(
            impl ser::$trait for Fields {
                type Ok = Value;
                type Error = Error;

                fn serialize_field<T: Serialize + ?Sized>(
                    &mut self,
                    key: &'static str,
                    value: &T,
                ) -> Result<(), Error> {
                    self.written.push((key.into(), value.serialize(Serializer)?));
                    Ok(())
                }

                fn end(self) -> Result<Value, Error> {
                    Ok(Fields::end(self))
                }
            }
        )*
    };
}

fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Fields {
    type Ok = Value;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = Some(match key.serialize(Serializer)? {
            Value::String(text) => Key::from(&*text),
            // As `serde_json` writes them.
            other @ (Value::Bool(_) | Value::Number(_)) => other.to_string().into(),
            _ => return Err(Error::custom("a key is no text")),
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = self.key.take().ok_or_else(|| Error::custom("a value has no key"))?;
        self.written.push((key, value.serialize(Serializer)?));
        Ok(())
    }

    fn end(self) -> Result<Value, Error> {
        Ok(Fields::end(self))
    }
}
