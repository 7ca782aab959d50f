//! Any value, at its place in the document.

use serde::Serialize;
use serde::ser::Serializer;

use super::Error;
use super::mapping::MappingSerializer;
use super::sequence::SequenceSerializer;
use super::writer::{Position, Writer};

pub(super) struct ValueSerializer<'a> {
    pub(super) writer: &'a mut Writer,
    pub(super) position: Position,
}

impl ValueSerializer<'_> {
    fn write_scalar(self, text: &str) {
        self.writer.write_scalar(self.position, text);
    }

    /// `shortest` is the shortest decimal number that is read back as the same one.
    fn write_float(self, finite: bool, shortest: &str) -> Result<(), Error> {
        if !finite {
            let message = format_args!(
                "JSON, and so the Kubernetes API, has no number {shortest}; write a finite \
                 number or a string"
            );
            return Err(Error::new(message));
        }
        // YAML 1.1 knows an exponent only behind a point and with a sign.
        match shortest.split_once('e') {
            None => self.write_scalar(shortest),
            Some((mantissa, exponent)) => {
                let point = if mantissa.contains('.') { "" } else { ".0" };
                let sign = if exponent.starts_with('-') { "" } else { "+" };
                self.write_scalar(&format!("{mantissa}{point}e{sign}{exponent}"));
            }
        }
        Ok(())
    }
}

macro_rules! serialize_integers {
    ($($method:ident: $type:ty),*) => {$(
        fn $method(self, value: $type) -> Result<(), Error> {
            self.write_scalar(&value.to_string());
            Ok(())
        }
    )*};
}

impl<'a> Serializer for ValueSerializer<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = SequenceSerializer<'a>;
    type SerializeTuple = SequenceSerializer<'a>;
    type SerializeTupleStruct = SequenceSerializer<'a>;
    type SerializeTupleVariant = SequenceSerializer<'a>;
    type SerializeMap = MappingSerializer<'a>;
    type SerializeStruct = MappingSerializer<'a>;
    type SerializeStructVariant = MappingSerializer<'a>;

    serialize_integers! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64
    }

    fn serialize_i128(self, value: i128) -> Result<(), Error> {
        if i64::try_from(value).is_err() && u64::try_from(value).is_err() {
            return Err(Error::new(format_args!(
                "the reader would round {value} to 64 bits; write it as a string"
            )));
        }
        self.write_scalar(&value.to_string());
        Ok(())
    }

    fn serialize_u128(self, value: u128) -> Result<(), Error> {
        match u64::try_from(value) {
            Ok(value) => self.serialize_u64(value),
            Err(_) => Err(Error::new(format_args!(
                "the reader would round {value} to 64 bits; write it as a string"
            ))),
        }
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        self.write_float(value.is_finite(), &format!("{value:?}"))
    }

    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        self.write_float(value.is_finite(), &format!("{value:?}"))
    }

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.write_scalar(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        self.writer.write_string(self.position, value);
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Error> {
        Err(Error::new(
            "bytes have no form of their own in JSON; write them as a string, for example in \
             base64 with `ByteString`",
        ))
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.write_scalar("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let dash = self.writer.open(self.position)?;
        let position = self.writer.begin_variant(self.position, variant);
        value
            .serialize(ValueSerializer { writer: &mut *self.writer, position })
            .map_err(|error| error.inside_key(variant))?;
        self.writer.close(dash);
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Error> {
        SequenceSerializer::new(self.writer, self.position)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Error> {
        SequenceSerializer::new(self.writer, self.position)
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Error> {
        SequenceSerializer::new(self.writer, self.position)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        SequenceSerializer::of_variant(self.writer, self.position, variant)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Error> {
        MappingSerializer::new(self.writer, self.position)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Error> {
        MappingSerializer::new(self.writer, self.position)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        MappingSerializer::of_variant(self.writer, self.position, variant)
    }
}
