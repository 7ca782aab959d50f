//! The keys of the mappings being written, and what may be a key.

use serde::Serialize;
use serde::ser::{Impossible, Serializer};

use super::Error;

/// The keys of all open mappings, the innermost mapping's last, in one allocation.
#[derive(Default)]
pub(super) struct Keys {
    text: String,
    ranges: Vec<(usize, usize)>,
}

impl Keys {
    pub(super) fn len(&self) -> usize {
        self.ranges.len()
    }

    pub(super) fn get(&self, index: usize) -> &str {
        let (start, end) = self.ranges[index];
        &self.text[start..end]
    }

    pub(super) fn push(&mut self, key: &str) {
        let start = self.text.len();
        self.text.push_str(key);
        self.ranges.push((start, self.text.len()));
    }

    pub(super) fn serialize<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        let start = self.text.len();
        key.serialize(KeySerializer { text: &mut self.text })?;
        self.ranges.push((start, self.text.len()));
        Ok(())
    }

    /// Forgets the keys of a mapping, those from `first` on; an error if one of them occurs twice.
    pub(super) fn close(&mut self, first: usize) -> Result<(), Error> {
        let Some(&(start, _)) = self.ranges.get(first) else {
            return Ok(());
        };
        let text = self.text.as_bytes();
        let ranges = &mut self.ranges[first..];
        // Keys are mostly sorted already, and then this is one comparison a key.
        ranges.sort_unstable_by_key(|&(start, end)| &text[start..end]);
        let twice =
            ranges.windows(2).find(|pair| text[pair[0].0..pair[0].1] == text[pair[1].0..pair[1].1]);
        if let Some(&[(start, end), _]) = twice {
            let key = &self.text[start..end];
            let message = "this key is written twice in one mapping; remove one of the two, for \
                           example from a flattened field";
            return Err(Error::new(message).inside_key(key));
        }
        self.ranges.truncate(first);
        self.text.truncate(start);
        Ok(())
    }
}

/// Turns a key into the text that JSON needs it to be.
struct KeySerializer<'a> {
    text: &'a mut String,
}

fn refuse<T>(found: &str) -> Result<T, Error> {
    Err(Error::new(format_args!(
        "a key is {found}; make it a string, an integer, a boolean or a character"
    )))
}

macro_rules! serialize_as_text {
    ($($method:ident: $type:ty),*) => {$(
        fn $method(self, value: $type) -> Result<(), Error> {
            *self.text += &value.to_string();
            Ok(())
        }
    )*};
}

impl Serializer for KeySerializer<'_> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Impossible<(), Error>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Impossible<(), Error>;
    type SerializeStruct = Impossible<(), Error>;
    type SerializeStructVariant = Impossible<(), Error>;

    serialize_as_text! {
        serialize_bool: bool, serialize_char: char,
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
        serialize_u64: u64, serialize_u128: u128
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        *self.text += value;
        Ok(())
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        *self.text += variant;
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_f32(self, _: f32) -> Result<(), Error> {
        refuse("a floating-point number")
    }

    fn serialize_f64(self, _: f64) -> Result<(), Error> {
        refuse("a floating-point number")
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Error> {
        refuse("bytes")
    }

    fn serialize_none(self) -> Result<(), Error> {
        refuse("null")
    }

    fn serialize_unit(self) -> Result<(), Error> {
        refuse("null")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        refuse("null")
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Error> {
        refuse("an enum with a value")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Error> {
        refuse("a sequence")
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Error> {
        refuse("a sequence")
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Error> {
        refuse("a sequence")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        refuse("an enum with a value")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Error> {
        refuse("a mapping")
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Error> {
        refuse("a mapping")
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        refuse("an enum with a value")
    }
}
