//! Names as the file's namespace and imports resolve them.

use std::fmt;

/// A class where one is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClassName {
    /// The full name, without a leading backslash.
    Named(String),
    SelfClass,
    StaticClass,
    ParentClass,
}

/// A function or constant. An unqualified one in a namespace is looked up there first and then globally.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FallbackName {
    /// The full name, without a leading backslash.
    pub full: String,
    /// What PHP takes where `full` does not exist.
    pub global: Option<String>,
}

impl FallbackName {
    /// The name without its namespace.
    pub fn short(&self) -> &str {
        self.full.rsplit('\\').next().unwrap_or(&self.full)
    }

    /// The name in the global namespace, if PHP may find it there.
    pub fn global(&self) -> Option<&str> {
        match &self.global {
            Some(global) => Some(global),
            None if self.full.contains('\\') => None,
            None => Some(&self.full),
        }
    }
}

impl fmt::Display for ClassName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Named(name) => name,
            Self::SelfClass => "self",
            Self::StaticClass => "static",
            Self::ParentClass => "parent",
        })
    }
}
