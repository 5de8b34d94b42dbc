//! Looks through a value for numbers that JSON's doubles can't hold.
//!
//! `serde_json` writes NaN inside a list or struct as `null` and the canonicaliser rounds integers, both in silence, so
//! this walks the value before they see it.

use serde::{Serialize, ser};

use super::CanonicalError;

/// Refuses NaN, infinities, and integers that would come out as others, however deep.
pub(super) fn check(value: &impl Serialize) -> Result<(), CanonicalError> {
    value.serialize(Numbers)
}

impl ser::Error for CanonicalError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::Custom(message.to_string())
    }
}

/// The serialiser that writes nothing.
#[derive(Clone, Copy)]
struct Numbers;

type Checked = Result<(), CanonicalError>;

/// Beyond 2⁵³ not every integer is a double, and RFC 8785 writes the nearest one's shortest digits: those must be the
/// integer's own, or two integers would share a form.
const EXACT: u128 = 1 << f64::MANTISSA_DIGITS;

macro_rules! integers {
    ($($method:ident: $type:ty),+) => {$(
        fn $method(self, value: $type) -> Checked {
            self.serialize_i128(value.into())
        }
    )+};
}

macro_rules! anything {
    ($($method:ident($($argument:ty),*)),+ $(,)?) => {$(
        fn $method(self, $(_: $argument),*) -> Checked {
            Ok(())
        }
    )+};
}

impl ser::Serializer for Numbers {
    type Ok = ();
    type Error = CanonicalError;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    integers!(
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64
    );

    anything!(
        serialize_bool(bool),
        serialize_char(char),
        serialize_str(&str),
        serialize_bytes(&[u8]),
        serialize_none(),
        serialize_unit(),
        serialize_unit_struct(&'static str),
        serialize_unit_variant(&'static str, u32, &'static str),
    );

    fn serialize_i128(self, value: i128) -> Checked {
        if value.unsigned_abs() <= EXACT || (value as f64).to_string() == value.to_string() {
            Ok(())
        } else {
            Err(CanonicalError::Inexact(value.to_string()))
        }
    }

    fn serialize_u128(self, value: u128) -> Checked {
        let inexact = || CanonicalError::Inexact(value.to_string());
        i128::try_from(value).map_err(|_| inexact()).and_then(|value| self.serialize_i128(value))
    }

    fn serialize_f32(self, value: f32) -> Checked {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Checked {
        if value.is_finite() { Ok(()) } else { Err(CanonicalError::NotFinite) }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Checked {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Checked {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Checked {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, CanonicalError> {
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, CanonicalError> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, CanonicalError> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, CanonicalError> {
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, CanonicalError> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, CanonicalError> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, CanonicalError> {
        Ok(self)
    }
}

macro_rules! compounds {
    ($($compound:ident: $($method:ident($($name:ty)?)),+;)+) => {$(
        impl ser::$compound for Numbers {
            type Ok = ();
            type Error = CanonicalError;

            $(fn $method<T: Serialize + ?Sized>(&mut self, $(_: $name,)? value: &T) -> Checked {
                value.serialize(*self)
            })+

            fn end(self) -> Checked {
                Ok(())
            }
        }
    )+};
}

// A map's integer keys are checked too: the canonicaliser would round them as it rounds numbers.
compounds! {
    SerializeSeq: serialize_element();
    SerializeTuple: serialize_element();
    SerializeTupleStruct: serialize_field();
    SerializeTupleVariant: serialize_field();
    SerializeMap: serialize_key(), serialize_value();
    SerializeStruct: serialize_field(&'static str);
    SerializeStructVariant: serialize_field(&'static str);
}
