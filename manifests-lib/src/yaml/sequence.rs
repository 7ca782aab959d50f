//! Sequences: lists, tuples, and enum variants with unnamed fields.

use serde::Serialize;
use serde::ser::{SerializeSeq, SerializeTuple, SerializeTupleStruct, SerializeTupleVariant};

use super::Error;
use super::serializer::ValueSerializer;
use super::writer::{Position, Writer};

pub(super) struct SequenceSerializer<'a> {
    writer: &'a mut Writer,
    position: Position,
    dash: Option<usize>,
    /// The enum variant whose value the sequence is: the error path of its elements.
    variant: Option<&'static str>,
    column: usize,
    length: usize,
}

impl<'a> SequenceSerializer<'a> {
    pub(super) fn new(writer: &'a mut Writer, position: Position) -> Result<Self, Error> {
        let dash = writer.open(position)?;
        let column = position.sequence_column();
        Ok(Self { writer, position, dash, variant: None, column, length: 0 })
    }

    /// The fields of an enum variant, which is itself the only key of a mapping.
    pub(super) fn of_variant(
        writer: &'a mut Writer,
        position: Position,
        variant: &'static str,
    ) -> Result<Self, Error> {
        let dash = writer.open(position)?;
        let position = writer.begin_variant(position, variant);
        let column = position.sequence_column();
        Ok(Self { writer, position, dash, variant: Some(variant), column, length: 0 })
    }

    fn write_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        if self.length == 0 {
            self.writer.begin_lines(self.position);
        }
        let position = Position::Element { column: self.column };
        if let Err(error) = value.serialize(ValueSerializer { writer: &mut *self.writer, position })
        {
            let error = error.inside_element(self.length);
            return Err(match self.variant {
                Some(variant) => error.inside_key(variant),
                None => error,
            });
        }
        self.length += 1;
        Ok(())
    }

    fn finish(self) {
        if self.length == 0 {
            self.writer.write_scalar(self.position, "[]");
        }
        self.writer.close(self.dash);
    }
}

macro_rules! serialize_elements {
    ($($trait:ident :: $method:ident),*) => {$(
        impl $trait for SequenceSerializer<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.write_element(value)
            }

            fn end(self) -> Result<(), Error> {
                self.finish();
                Ok(())
            }
        }
    )*};
}

serialize_elements! {
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
}
