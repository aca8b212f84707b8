//! Chains: what is reached from a first expression by `->`, `::`, `[…]` and `(…)`, gathered from its end to its start.

use php_ast::resolve::NameContext;
use php_ast::{Expr as SourceExpr, ExprKind as Source};

use super::Lowering;
use crate::php::expression::{Chain, Expr, ExprKind, Link, LinkKind, Member};
use crate::source::Span;

impl Lowering<'_> {
    pub(super) fn chain(&mut self, expr: &SourceExpr<'_, '_>) -> ExprKind {
        let mut steps = Vec::new();
        let mut base = expr;
        while let Some(before) = step_back(base) {
            steps.push(base);
            base = before;
        }
        let base = self.base(base, steps.last().copied());
        let links = steps.into_iter().rev().filter_map(|step| {
            Some(Link { kind: self.link(step)?, span: Span::new(self.source.id, base.span.start, step.span.end) })
        });
        let links = links.collect();
        ExprKind::Chain(Box::new(Chain { base, links }))
    }

    /// What the chain begins with: a name is a function's or a class's, depending on what follows.
    fn base(&mut self, base: &SourceExpr<'_, '_>, next: Option<&SourceExpr<'_, '_>>) -> Expr {
        let kind = match (&base.kind, next.map(|next| &next.kind)) {
            (Source::Name(name), Some(Source::FunctionCall(_))) => {
                ExprKind::Function(self.fallback_name(name, NameContext::Function))
            }
            (Source::Name(name), Some(next)) if is_static(next) => ExprKind::Class(self.class_name(name)),
            _ => return self.expr(base),
        };
        Expr { kind, span: self.span(base.span) }
    }

    fn link(&mut self, step: &SourceExpr<'_, '_>) -> Option<LinkKind> {
        Some(match &step.kind {
            Source::FunctionCall(call) => LinkKind::Call(self.arguments(&call.args)),
            Source::ArrayAccess(access) => LinkKind::Index(access.index.map(|index| self.expr(index))),
            Source::PropertyAccess(access) => {
                LinkKind::Property { name: self.member(access.property), is_nullsafe: false }
            }
            Source::NullsafePropertyAccess(access) => {
                LinkKind::Property { name: self.member(access.property), is_nullsafe: true }
            }
            Source::MethodCall(call) => LinkKind::Method {
                name: self.member(call.method),
                arguments: self.arguments(&call.args),
                is_nullsafe: false,
            },
            Source::NullsafeMethodCall(call) => LinkKind::Method {
                name: self.member(call.method),
                arguments: self.arguments(&call.args),
                is_nullsafe: true,
            },
            Source::StaticPropertyAccess(access) => LinkKind::StaticProperty(self.member(access.member)),
            Source::StaticPropertyAccessDynamic { member, .. } => {
                LinkKind::StaticProperty(Member::Dynamic(self.expr(member)))
            }
            Source::StaticMethodCall(call) => {
                LinkKind::StaticMethod { name: self.member(call.method), arguments: self.arguments(&call.args) }
            }
            Source::StaticMethodCallDynamic(call) => LinkKind::StaticMethod {
                name: Member::Dynamic(self.expr(call.method)),
                arguments: self.arguments(&call.args),
            },
            Source::ClassConstAccess(access) => LinkKind::Constant(self.member(access.member)),
            Source::ClassConstAccessDynamic { member, .. } => LinkKind::Constant(Member::Dynamic(self.expr(member))),
            _ => return None,
        })
    }

    /// `$object->member` as a callable names it.
    pub(super) fn member_of(
        &mut self,
        object: &SourceExpr<'_, '_>,
        member: &SourceExpr<'_, '_>,
        is_nullsafe: bool,
        span: php_ast::Span,
    ) -> Expr {
        let name = self.member(member);
        let link = LinkKind::Method { name, arguments: Vec::new(), is_nullsafe };
        self.one_link(object, link, span)
    }

    /// `A::member` as a callable names it.
    pub(super) fn static_member_of(
        &mut self,
        class: &SourceExpr<'_, '_>,
        member: &SourceExpr<'_, '_>,
        span: php_ast::Span,
    ) -> Expr {
        let link = LinkKind::StaticMethod { name: self.member(member), arguments: Vec::new() };
        self.one_link(class, link, span)
    }

    fn one_link(&mut self, base: &SourceExpr<'_, '_>, kind: LinkKind, span: php_ast::Span) -> Expr {
        let span = self.span(span);
        let base = match (&base.kind, &kind) {
            (Source::Name(name), LinkKind::StaticMethod { .. }) => {
                Expr { kind: ExprKind::Class(self.class_name(name)), span: self.span(base.span) }
            }
            _ => self.expr(base),
        };
        Expr { kind: ExprKind::Chain(Box::new(Chain { base, links: vec![Link { kind, span }] })), span }
    }

    fn member(&mut self, member: &SourceExpr<'_, '_>) -> Member {
        match &member.kind {
            Source::Identifier(name) => Member::Name(name.as_str().to_owned(), self.span(member.span)),
            // `A::$name` names a property by a variable's form.
            Source::Name(name) => Member::Name(name.join_parts().into_owned(), self.span(member.span)),
            _ => Member::Dynamic(self.expr(member)),
        }
    }
}

fn is_static(kind: &Source<'_, '_>) -> bool {
    matches!(
        kind,
        Source::StaticPropertyAccess(_)
            | Source::StaticMethodCall(_)
            | Source::StaticMethodCallDynamic(_)
            | Source::ClassConstAccess(_)
            | Source::ClassConstAccessDynamic { .. }
            | Source::StaticPropertyAccessDynamic { .. }
    )
}

/// What the last link of the chain is a link of.
fn step_back<'e, 'a, 's>(expr: &'e SourceExpr<'a, 's>) -> Option<&'e SourceExpr<'a, 's>> {
    Some(match &expr.kind {
        Source::FunctionCall(call) => call.name,
        Source::ArrayAccess(access) => access.array,
        Source::PropertyAccess(access) | Source::NullsafePropertyAccess(access) => access.object,
        Source::MethodCall(call) | Source::NullsafeMethodCall(call) => call.object,
        Source::StaticPropertyAccess(access) | Source::ClassConstAccess(access) => access.class,
        Source::StaticMethodCall(call) => call.class,
        Source::StaticMethodCallDynamic(call) => call.class,
        Source::ClassConstAccessDynamic { class, .. } | Source::StaticPropertyAccessDynamic { class, .. } => class,
        _ => return None,
    })
}
