//! How what a server sends is read: JSON becomes a tree, and the types are taken out of it by name.
//!
//! serde's derive makes a reader of its own for each type, and for tagged enums a second one: 40 KiB of what browsers downloaded.
//! Here all types share a few functions. What servers read (`ClientFrame`) is derived: browsers do not download that, and nothing is
//! faster.
//!
//! What is written and not read, the compiler does not see; the pictures in `tests` do, because each is read back.

use std::fmt;

use serde::de::{DeserializeOwned, IntoDeserializer, value::Error as WordError};

use super::json::{Json, Object};

/// What can be read from JSON.
pub trait Read: Sized {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// The JSON is something else.
    fn read(json: Json) -> Result<Self, Unreadable>;
}

/// What was expected and is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable(pub &'static str);

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("expected ")?;
        formatter.write_str(self.0)
    }
}

impl Object {
    /// The object that the JSON is.
    ///
    /// # Errors
    ///
    /// It is something else.
    pub fn of(json: Json) -> Result<Self, Unreadable> {
        match json {
            Json::Object(object) => Ok(object),
            _ => Err(Unreadable("an object")),
        }
    }

    /// Takes out a field.
    ///
    /// # Errors
    ///
    /// It is missing, or something else.
    pub fn take<T: Read>(&mut self, name: &'static str) -> Result<T, Unreadable> {
        T::read(self.remove(name).ok_or(Unreadable(name))?)
    }

    /// Takes out a field that may be left out.
    ///
    /// # Errors
    ///
    /// It is there, and something else.
    pub fn take_or_default<T: Read + Default>(&mut self, name: &str) -> Result<T, Unreadable> {
        self.remove(name).map_or_else(|| Ok(T::default()), T::read)
    }
}

/// Reads one of the words of an enum without fields, by the names that its derive gives them.
///
/// # Errors
///
/// It is another word, or no string.
pub fn read_word<T: DeserializeOwned>(json: Json, expected: &'static str) -> Result<T, Unreadable> {
    let word = String::read(json)?;
    let word: Result<T, WordError> = T::deserialize(word.as_str().into_deserializer());
    word.map_err(|_| Unreadable(expected))
}

impl Read for bool {
    fn read(json: Json) -> Result<Self, Unreadable> {
        match json {
            Json::Bool(value) => Ok(value),
            _ => Err(Unreadable("true or false")),
        }
    }
}

impl Read for u64 {
    fn read(json: Json) -> Result<Self, Unreadable> {
        match json {
            Json::Natural(value) => Ok(value),
            _ => Err(Unreadable("a whole number from zero on")),
        }
    }
}

impl Read for u32 {
    fn read(json: Json) -> Result<Self, Unreadable> {
        Self::try_from(u64::read(json)?).map_err(|_| Unreadable("a smaller number"))
    }
}

impl Read for i64 {
    fn read(json: Json) -> Result<Self, Unreadable> {
        match json {
            Json::Negative(value) => Ok(value),
            json => Self::try_from(u64::read(json)?).map_err(|_| Unreadable("a smaller number")),
        }
    }
}

impl Read for String {
    fn read(json: Json) -> Result<Self, Unreadable> {
        match json {
            Json::Text(text) => Ok(text),
            _ => Err(Unreadable("a string")),
        }
    }
}

impl<T: Read> Read for Option<T> {
    fn read(json: Json) -> Result<Self, Unreadable> {
        match json {
            Json::Null => Ok(None),
            json => T::read(json).map(Some),
        }
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(json: Json) -> Result<Self, Unreadable> {
        match json {
            Json::List(list) => list.into_iter().map(T::read).collect(),
            _ => Err(Unreadable("an array")),
        }
    }
}

/// Takes the fields of a struct, or of an enum's variant, out of an object: `fields!(object => Self { number, deleted or default })`.
macro_rules! fields {
    ($object:ident => $($name:ident)::+ { $($field:ident $(or $default:ident)?),* $(,)? }) => {
        $($name)::+ { $($field: $crate::protocol::read::fields!(@$object $field $($default)?)),* }
    };
    (@$object:ident $field:ident) => { $object.take(stringify!($field))? };
    (@$object:ident $field:ident default) => { $object.take_or_default(stringify!($field))? };
}
pub(crate) use fields;

/// Makes a struct readable: `readable!(Message { number, deleted or default })`.
macro_rules! readable {
    ($name:ident { $($fields:tt)* }) => {
        impl $crate::protocol::read::Read for $name {
            fn read(json: $crate::protocol::json::Json) -> Result<Self, $crate::protocol::read::Unreadable> {
                let mut object = $crate::protocol::json::Object::of(json)?;
                Ok($crate::protocol::read::fields!(object => Self { $($fields)* }))
            }
        }
        $crate::protocol::read::deserialized_by_reading!($name);
    };
}
pub(crate) use readable;

/// Lets serde read what can be read.
macro_rules! deserialized_by_reading {
    ($name:ident) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let json = $crate::protocol::json::Json::deserialize(deserializer)?;
                $crate::protocol::read::Read::read(json).map_err(<D::Error as serde::de::Error>::custom)
            }
        }
    };
}
pub(crate) use deserialized_by_reading;
