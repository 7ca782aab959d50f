//! Mappings: structs, maps, and enum variants with fields.

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeStruct, SerializeStructVariant};

use super::Error;
use super::serializer::ValueSerializer;
use super::writer::{Position, Writer};

/// Keys that stand first, in this order, whatever the order in which they are serialized.
type Order = &'static [&'static str];

const DOCUMENT_ORDER: Order = &["apiVersion", "kind", "metadata", "spec"];
const NAME_FIRST: Order = &["name"];
const AS_SERIALIZED: Order = &[];

pub(super) struct MappingSerializer<'a> {
    writer: &'a mut Writer,
    position: Position,
    dash: Option<usize>,
    /// The enum variant whose value the mapping is: the error path of its fields.
    variant: Option<&'static str>,
    column: usize,
    order: Order,
    /// For each key of `order`, the offset behind it and all before it, present or not.
    ends: [usize; DOCUMENT_ORDER.len()],
    /// The offset of the first field.
    start: usize,
    /// The offset of the field being written.
    field: usize,
    first_key: usize,
}

impl<'a> MappingSerializer<'a> {
    pub(super) fn new(writer: &'a mut Writer, position: Position) -> Result<Self, Error> {
        let dash = writer.open(position)?;
        Ok(Self::with_dash(writer, position, dash))
    }

    fn with_dash(writer: &'a mut Writer, position: Position, dash: Option<usize>) -> Self {
        let order = match position {
            Position::Document => DOCUMENT_ORDER,
            Position::Element { .. } | Position::Field { metadata: true, .. } => NAME_FIRST,
            Position::Field { metadata: false, .. } => AS_SERIALIZED,
        };
        let first_key = writer.keys.len();
        let column = position.mapping_column();
        Self {
            writer,
            position,
            dash,
            variant: None,
            column,
            order,
            ends: [0; _],
            start: 0,
            field: 0,
            first_key,
        }
    }

    /// The fields of an enum variant, which is itself the only key of a mapping.
    pub(super) fn of_variant(
        writer: &'a mut Writer,
        position: Position,
        variant: &'static str,
    ) -> Result<Self, Error> {
        let dash = writer.open(position)?;
        let position = writer.begin_variant(position, variant);
        Ok(Self { variant: Some(variant), ..Self::with_dash(writer, position, dash) })
    }

    /// Writes the key that was added last.
    fn begin_field(&mut self) {
        let index = self.writer.keys.len() - 1;
        if index == self.first_key {
            self.writer.begin_lines(self.position);
            self.start = self.writer.output.len();
            self.ends = [self.start; _];
        }
        self.field = self.writer.output.len();
        self.writer.write_key(self.column, index);
    }

    fn write_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let index = self.writer.keys.len() - 1;
        let position = Position::field(self.column, self.writer.keys.get(index));
        if let Err(error) = value.serialize(ValueSerializer { writer: &mut *self.writer, position })
        {
            let error = error.inside_key(self.writer.keys.get(index));
            return Err(self.inside_variant(error));
        }
        self.move_to_front(index);
        Ok(())
    }

    /// Moves the lines of the field just written behind those that stand before it in `order`.
    fn move_to_front(&mut self, key: usize) {
        let key = self.writer.keys.get(key);
        let Some(rank) = self.order.iter().position(|first| *first == key) else {
            return;
        };
        let target = if rank == 0 { self.start } else { self.ends[rank - 1] };
        let length = self.writer.output.len() - self.field;
        if target < self.field {
            self.writer.output[target..].rotate_right(length);
        }
        for end in &mut self.ends[rank..] {
            *end += length;
        }
    }

    fn finish(self) -> Result<(), Error> {
        if self.writer.keys.len() == self.first_key {
            self.writer.write_scalar(self.position, "{}");
        } else if let Err(error) = self.writer.keys.close(self.first_key) {
            return Err(self.inside_variant(error));
        }
        self.writer.close(self.dash);
        Ok(())
    }

    fn inside_variant(&self, error: Error) -> Error {
        match self.variant {
            Some(variant) => error.inside_key(variant),
            None => error,
        }
    }
}

impl SerializeMap for MappingSerializer<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        if let Err(error) = self.writer.keys.serialize(key) {
            return Err(self.inside_variant(error));
        }
        self.begin_field();
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.write_field(value)
    }

    fn end(self) -> Result<(), Error> {
        self.finish()
    }
}

impl SerializeStruct for MappingSerializer<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.writer.keys.push(key);
        self.begin_field();
        self.write_field(value)
    }

    fn end(self) -> Result<(), Error> {
        self.finish()
    }
}

impl SerializeStructVariant for MappingSerializer<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        SerializeStruct::serialize_field(self, key, value)
    }

    fn end(self) -> Result<(), Error> {
        self.finish()
    }
}
