//! Reading YAML into typed values, with errors that point into the text.
//!
//! The YAML crate stays behind this wall. Enums are written as a map of one key (`add-column: { nullable: false }`).

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use miette::{Diagnostic, NamedSource, SourceSpan};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::spelling::nearest;

/// What is wrong with a YAML file, and where.
#[derive(Debug, Error, Diagnostic)]
#[error("{message}")]
#[diagnostic(code(phasewise::yaml))]
pub struct YamlError {
    message: String,
    #[source_code]
    source_code: Arc<NamedSource<String>>,
    #[label("here")]
    place: Option<SourceSpan>,
    #[help]
    help: Option<String>,
}

impl YamlError {
    /// An error about the value at `keys`: `["match", "table"]`. Without a label where nothing stands there.
    pub fn at(path: &str, text: &str, keys: &[&str], message: String, help: Option<String>) -> Self {
        let place = locate(text, keys).map(SourceSpan::from);
        Self { message, source_code: source_code(path, text), place, help }
    }
}

/// Reads one document.
pub fn read<T: DeserializeOwned>(path: &str, text: &str) -> Result<T, YamlError> {
    let read = serde_yaml::with::singleton_map_recursive::deserialize(serde_yaml::Deserializer::from_str(text));
    read.map_err(|error: serde_yaml::Error| {
        let place = error.location().map(|location| SourceSpan::from(location.index()));
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message).to_owned();
        let help = meant(&message).map(|meant| format!("did you mean `{meant}`?"));
        YamlError { message, source_code: source_code(path, text), place, help }
    })
}

/// Of a word that serde does not know, the one that it expects and that is spelt nearly so.
fn meant(message: &str) -> Option<&str> {
    let (_, unknown) = message.split_once("unknown field `").or_else(|| message.split_once("unknown variant `"))?;
    let (wrong, expected) = unknown.split_once("`, expected ")?;
    nearest(wrong, expected.split('`').skip(1).step_by(2))
}

/// Writes one document, in a form that [`read`] takes.
pub fn write<T: Serialize>(value: &T) -> Result<String, YamlError> {
    let mut bytes = Vec::new();
    let mut serializer = serde_yaml::Serializer::new(&mut bytes);
    let written = serde_yaml::with::singleton_map_recursive::serialize(value, &mut serializer);
    written.map_err(|error| YamlError {
        message: error.to_string(),
        source_code: source_code("", ""),
        place: None,
        help: None,
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn source_code(path: &str, text: &str) -> Arc<NamedSource<String>> {
    Arc::new(NamedSource::new(path, text.to_owned()))
}

/// The byte at which the value at `keys` begins.
///
/// Walks there and fails on purpose: the parser says where it was.
fn locate(text: &str, keys: &[&str]) -> Option<usize> {
    let error = Locate(keys).deserialize(serde_yaml::Deserializer::from_str(text)).err()?;
    error.location().map(|location| location.index())
}

struct Locate<'a>(&'a [&'a str]);

impl<'de> DeserializeSeed<'de> for Locate<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.0.is_empty() { deserializer.deserialize_any(Refuse) } else { deserializer.deserialize_map(self) }
    }
}

impl<'de> de::Visitor<'de> for Locate<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((wanted, rest)) = self.0.split_first() else { return Ok(()) };
        while let Some(key) = map.next_key::<String>()? {
            if key == *wanted {
                map.next_value_seed(Locate(rest))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// Takes no value at all.
struct Refuse;

impl de::Visitor<'_> for Refuse {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("nothing")
    }
}

/// A map whose entries keep their order; no key stands in it twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entries<T>(pub Vec<(String, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: JsonSchema> JsonSchema for Entries<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("MapOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        json_schema!({ "type": "object", "additionalProperties": value })
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor(std::marker::PhantomData)).map(Self)
    }
}

struct EntriesVisitor<T>(std::marker::PhantomData<T>);

impl<'de, T: Deserialize<'de>> de::Visitor<'de> for EntriesVisitor<T> {
    type Value = Vec<(String, T)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries: Self::Value = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if entries.iter().any(|(known, _)| *known == key) {
                return Err(de::Error::custom(format!("`{key}` stands here twice")));
            }
            let value = map.next_value()?;
            entries.push((key, value));
        }
        Ok(entries)
    }
}

/// Any of these values; in YAML one of them, or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOf<T>(pub Vec<T>);

impl<T> Default for OneOf<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: PartialEq> OneOf<T> {
    pub fn has(&self, value: &T) -> bool {
        self.0.contains(value)
    }
}

impl<T: JsonSchema> JsonSchema for OneOf<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("OneOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOf<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOfVisitor(std::marker::PhantomData)).map(Self)
    }
}

struct OneOfVisitor<T>(std::marker::PhantomData<T>);

impl<'de, T: Deserialize<'de>> de::Visitor<'de> for OneOfVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value or a list of values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element()? {
            values.push(value);
        }
        if values.is_empty() {
            return Err(de::Error::invalid_length(0, &"at least one value"));
        }
        Ok(values)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vec<T>, A::Error> {
        T::deserialize(de::value::MapAccessDeserializer::new(map)).map(|value| vec![value])
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<T>, E> {
        T::deserialize(text.into_deserializer()).map(|value| vec![value])
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Vec<T>, E> {
        T::deserialize(value.into_deserializer()).map(|value| vec![value])
    }
}
