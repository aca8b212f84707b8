//! Methods of models that return a relation.

use super::Extractor;
use crate::php::{Argument, Chain, ClassName, Expr, ExprKind, Function, LinkKind, Member, Node as PhpNode, walk_stmts};
use crate::usage::facts::{Constraint, RelationArgument, RelationFacts};

pub(super) const KINDS: [&str; 13] = [
    "hasOne",
    "hasMany",
    "belongsTo",
    "belongsToMany",
    "hasManyThrough",
    "hasOneThrough",
    "morphTo",
    "morphOne",
    "morphMany",
    "morphToMany",
    "morphedByMany",
    "hasManyDeep",
    "morphedTo",
];

impl Extractor<'_> {
    /// The relation that a method declares: `return $this->hasMany(Post::class)`.
    pub(super) fn relation(&self, function: &Function) -> Option<RelationFacts> {
        let mut found = None;
        walk_stmts(&function.body, &mut |node| {
            if let PhpNode::Expr(Expr { kind: ExprKind::Chain(chain), .. }) = node
                && found.is_none()
                && matches!(&chain.base.kind, ExprKind::Variable(name) if name == "this")
            {
                found = self.relation_of(chain, function);
            }
        });
        found
    }

    fn relation_of(&self, chain: &Chain, function: &Function) -> Option<RelationFacts> {
        let (first, rest) = chain.links.split_first()?;
        let LinkKind::Method { name: Member::Name(kind, span), arguments, .. } = &first.kind else { return None };
        if !KINDS.contains(&kind.as_str()) {
            return None;
        }
        let constraints = rest.iter().filter_map(|link| match &link.kind {
            LinkKind::Method { name: Member::Name(method, span), arguments, .. } => {
                let mut names: Vec<String> = self.texts_of(arguments).into_iter().map(|(text, _)| text).collect();
                if method == "using" {
                    names.extend(arguments.first().and_then(|first| Self::class_said(&first.value)));
                }
                Some(Constraint { method: method.clone(), names, line: self.line(*span) })
            }
            _ => None,
        });
        Some(RelationFacts {
            name: function.name.clone(),
            line: self.line(*span),
            kind: kind.clone(),
            arguments: arguments.iter().map(|argument| self.relation_argument(argument)).collect(),
            constraints: constraints.collect(),
        })
    }

    fn relation_argument(&self, argument: &Argument) -> RelationArgument {
        let expr = &argument.value;
        if let ExprKind::Null = expr.kind {
            return RelationArgument::Null;
        }
        if let Some(class) = Self::class_said(expr) {
            return RelationArgument::Class(class);
        }
        if let Some(text) = self.literal(expr) {
            return RelationArgument::Text(text);
        }
        match &expr.kind {
            ExprKind::Magic(_) => RelationArgument::Own,
            ExprKind::Chain(chain) => match (&chain.base.kind, chain.links.as_slice()) {
                (ExprKind::Class(ClassName::SelfClass | ClassName::StaticClass), [link]) if matches!(&link.kind, LinkKind::Constant(Member::Name(name, _)) if name == "class") => {
                    RelationArgument::Own
                }
                (ExprKind::Function(name), [_]) if name.short() == "get_class" => RelationArgument::Own,
                _ => RelationArgument::Unknown,
            },
            _ => RelationArgument::Unknown,
        }
    }
}
