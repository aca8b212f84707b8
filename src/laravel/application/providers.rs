//! What service providers set on the schema builder.

use super::{Application, below, is_php};
use crate::php::{ClassName, Expr, ExprKind, LinkKind, Node, walk_file};

/// What applications call the directory of their providers.
const DIRECTORY: &str = "Providers";

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
        for path in self.provider_files() {
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

    /// The files of the service providers: they lie where classes are loaded from, or one step below (`app/Shop/Providers`).
    pub(super) fn provider_files(&self) -> Vec<String> {
        let inner =
            |root: &str| self.tree.directories(root).into_iter().map(|name| below(root, name)).collect::<Vec<_>>();
        let roots = self.autoload.directories();
        let steps = roots.iter().flat_map(|root| inner(root));
        let places = roots.iter().cloned().chain(steps).map(|place| below(&place, DIRECTORY.to_owned()));
        let files = places.flat_map(|place| {
            let names = self.tree.list(&place).into_iter().filter(|name| is_php(name));
            names.map(move |name| below(&place, name)).collect::<Vec<_>>()
        });
        let mut files: Vec<String> = files.collect();
        files.sort();
        files.dedup();
        files
    }
}

impl SchemaDefaults {
    /// `Schema::defaultStringLength(191)` and its kin, wherever they stand; on the schema builder that a provider was handed too.
    fn read(&mut self, expr: &Expr, path: &str) {
        let ExprKind::Chain(chain) = &expr.kind else { return };
        let (name, arguments) = match chain.links.last().map(|link| &link.kind) {
            Some(LinkKind::Method { name, arguments, .. }) => (name, arguments),
            Some(LinkKind::StaticMethod { name, arguments }) if is_schema(&chain.base) => (name, arguments),
            _ => return,
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

fn is_schema(base: &Expr) -> bool {
    let ExprKind::Class(ClassName::Named(class)) = &base.kind else { return false };
    class.ends_with("Schema") || class.ends_with("Schema\\Builder")
}
