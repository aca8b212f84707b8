//! What service providers set on the schema builder.

use super::Application;
use crate::php::{ClassName, Expr, ExprKind, LinkKind, Node, walk_file};

/// Where applications keep their providers.
pub(super) const DIRECTORY: &str = "app/Providers";

#[derive(Debug, Clone, Default)]
pub(super) struct SchemaDefaults {
    pub string_length: Option<(u32, String)>,
    pub morph_key: Option<(String, String)>,
    pub time_precision: Option<(Option<u32>, String)>,
    pub is_native: Option<String>,
}

impl Application<'_> {
    pub(super) fn schema_defaults(&self) -> SchemaDefaults {
        if let Some(known) = &*self.schema_defaults.borrow() {
            return known.clone();
        }
        let mut defaults = SchemaDefaults::default();
        for name in self.tree.list(DIRECTORY) {
            let path = format!("{DIRECTORY}/{name}");
            if let Some(file) = self.file(&path) {
                walk_file(&file, &mut |node| {
                    if let Node::Expr(expr) = node {
                        defaults.read(expr, &path);
                    }
                });
            }
        }
        *self.schema_defaults.borrow_mut() = Some(defaults.clone());
        defaults
    }
}

impl SchemaDefaults {
    /// `Schema::defaultStringLength(191)` and its kin, wherever they stand.
    fn read(&mut self, expr: &Expr, path: &str) {
        let ExprKind::Chain(chain) = &expr.kind else { return };
        let ExprKind::Class(ClassName::Named(class)) = &chain.base.kind else { return };
        if !class.ends_with("Schema") && !class.ends_with("Schema\\Builder") {
            return;
        }
        let Some(LinkKind::StaticMethod { name, arguments }) = chain.links.first().map(|link| &link.kind) else {
            return;
        };
        let argument = arguments.first().map(|argument| &argument.value.kind);
        let source = path.to_owned();
        match (name.name(), argument) {
            (Some("defaultStringLength"), Some(ExprKind::Int(length))) => {
                self.string_length = u32::try_from(*length).ok().map(|length| (length, source));
            }
            (Some("defaultMorphKeyType"), Some(ExprKind::Text(key))) => {
                self.morph_key = Some((key.value.clone(), source));
            }
            (Some("morphUsingUuids"), _) => self.morph_key = Some(("uuid".to_owned(), source)),
            (Some("morphUsingUlids"), _) => self.morph_key = Some(("ulid".to_owned(), source)),
            (Some("defaultTimePrecision"), Some(ExprKind::Int(precision))) => {
                self.time_precision = Some((u32::try_from(*precision).ok(), source));
            }
            (Some("defaultTimePrecision"), Some(ExprKind::Null)) => self.time_precision = Some((None, source)),
            (Some("useNativeSchemaOperationsIfPossible"), _) => self.is_native = Some(source),
            _ => {}
        }
    }
}
