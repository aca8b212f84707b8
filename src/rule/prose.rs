//! A text of a rule that may differ from engine to engine.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess};

use super::template::{Name, Template};
use crate::engine::Engine;
use crate::template::UnknownName;

/// One text for all engines, or one for each of some and one for the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prose {
    by_engine: Vec<(Engine, Template)>,
    otherwise: Template,
}

/// As it is written: a text, or a map from engines and `otherwise` to texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenProse {
    by_engine: Vec<(Engine, String)>,
    otherwise: String,
}

impl Prose {
    pub fn read(written: &WrittenProse) -> Result<Self, UnknownName> {
        let by_engine = written.by_engine.iter().map(|(engine, text)| Ok((*engine, Template::read(text)?)));
        Ok(Self { by_engine: by_engine.collect::<Result<_, _>>()?, otherwise: Template::read(&written.otherwise)? })
    }

    pub fn names(&self) -> impl Iterator<Item = Name> {
        let special = self.by_engine.iter().flat_map(|(_, template)| template.names());
        special.chain(self.otherwise.names())
    }

    pub fn render(&self, engine: Engine, value: &dyn Fn(Name) -> String) -> String {
        let special = self.by_engine.iter().find(|(special, _)| *special == engine);
        special.map_or(&self.otherwise, |(_, template)| template).render(value)
    }
}

/// As it is written; where engines differ, as a list of what holds on each.
impl fmt::Display for Prose {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.by_engine.is_empty() {
            return self.otherwise.fmt(formatter);
        }
        for (engine, template) in &self.by_engine {
            writeln!(formatter, "- {}: {}", engine.title(), one_line(template))?;
        }
        write!(formatter, "- otherwise: {}", one_line(&self.otherwise))
    }
}

fn one_line(template: &Template) -> String {
    template.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

impl JsonSchema for WrittenProse {
    fn schema_name() -> Cow<'static, str> {
        "Prose".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A text, or a map from engines and `otherwise` to texts",
            "anyOf": [
                { "type": "string" },
                { "type": "object", "required": ["otherwise"], "additionalProperties": { "type": "string" } },
            ],
        })
    }
}

impl<'de> Deserialize<'de> for WrittenProse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ProseVisitor)
    }
}

struct ProseVisitor;

impl<'de> de::Visitor<'de> for ProseVisitor {
    type Value = WrittenProse;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text, or a map from engines and `otherwise` to texts")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<WrittenProse, E> {
        Ok(WrittenProse { by_engine: Vec::new(), otherwise: text.to_owned() })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<WrittenProse, A::Error> {
        let mut by_engine = Vec::new();
        let mut otherwise = None;
        while let Some((key, text)) = map.next_entry::<String, String>()? {
            match (key.as_str(), Engine::from_name(&key)) {
                ("otherwise", _) => otherwise = Some(text),
                (_, Some(engine)) => by_engine.push((engine, text)),
                (_, None) => return Err(de::Error::custom(format!("`{key}` is neither an engine nor `otherwise`"))),
            }
        }
        let otherwise = otherwise.ok_or_else(|| de::Error::missing_field("otherwise"))?;
        Ok(WrittenProse { by_engine, otherwise })
    }
}
