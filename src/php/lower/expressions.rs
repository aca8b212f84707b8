//! Expressions. Call chains and runs of operators lean to the left in the parser's tree, as deep as they are long; they
//! are walked by loops.

use std::rc::Rc;

use php_ast::resolve::NameContext;
use php_ast::{
    Arg, ArrayElement, ArrayElementKind, AssignExpr, AssignOp, BinaryOp as SourceOp, CallableCreateKind, CastKind,
    Expr as SourceExpr, ExprKind as Source, MagicConstKind, UnaryPostfixOp, UnaryPrefixOp,
};

use super::Lowering;
use crate::php::declaration::Function;
use crate::php::expression::{
    Argument, Arm, Assign, AssignKind, BinaryOp, CastType, Closure, Expr, ExprKind, Item, MagicConstant, Match, New,
    NewClass, Operation, Ternary, UnaryOp,
};
use crate::php::statement::{Stmt, StmtKind};

impl Lowering<'_> {
    pub(super) fn exprs(&mut self, exprs: &[SourceExpr<'_, '_>]) -> Vec<Expr> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    pub(super) fn expr(&mut self, expr: &SourceExpr<'_, '_>) -> Expr {
        Expr { kind: self.kind(expr), span: self.span(expr.span) }
    }

    pub(super) fn boxed(&mut self, expr: &SourceExpr<'_, '_>) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    fn kind(&mut self, expr: &SourceExpr<'_, '_>) -> ExprKind {
        match &expr.kind {
            Source::Null => ExprKind::Null,
            Source::Bool(value) => ExprKind::Bool(*value),
            Source::Int(value) => ExprKind::Int(*value),
            Source::Float(value) => ExprKind::Float(*value),
            Source::String(value) => self.plain_string(value.to_string_lossy().into_owned(), expr.span),
            Source::InterpolatedString(parts) => self.interpolated(parts, expr.span),
            Source::Heredoc { parts, .. } => self.heredoc(parts, expr.span),
            Source::Nowdoc { value, .. } => self.nowdoc(value, expr.span),
            Source::Variable(name) => ExprKind::Variable(name.as_str().to_owned()),
            Source::VariableVariable(name) => ExprKind::VariableVariable(self.boxed(name)),
            Source::Name(name) => ExprKind::Constant(self.fallback_name(name, NameContext::Const)),
            Source::Parenthesized(inner) => self.kind(inner),
            Source::Array(items) => ExprKind::Array(items.iter().map(|item| self.item(item)).collect()),
            Source::Assign(assign) => self.assign(assign),
            Source::Binary(_) => self.operation(expr),
            Source::FunctionCall(_)
            | Source::ArrayAccess(_)
            | Source::PropertyAccess(_)
            | Source::NullsafePropertyAccess(_)
            | Source::MethodCall(_)
            | Source::NullsafeMethodCall(_)
            | Source::StaticPropertyAccess(_)
            | Source::StaticMethodCall(_)
            | Source::StaticMethodCallDynamic(_)
            | Source::ClassConstAccess(_)
            | Source::ClassConstAccessDynamic { .. }
            | Source::StaticPropertyAccessDynamic { .. } => self.chain(expr),
            _ => self.other_kind(expr),
        }
    }

    fn other_kind(&mut self, expr: &SourceExpr<'_, '_>) -> ExprKind {
        match &expr.kind {
            Source::UnaryPrefix(unary) => self.prefix(unary.op, unary.operand),
            Source::UnaryPostfix(unary) => {
                let by = if unary.op == UnaryPostfixOp::PostIncrement { 1 } else { -1 };
                ExprKind::Step { target: self.boxed(unary.operand), by, gives_old: true }
            }
            Source::Ternary(ternary) => ExprKind::Ternary(Box::new(Ternary {
                condition: self.expr(ternary.condition),
                then: ternary.then_expr.map(|then| self.expr(then)),
                otherwise: self.expr(ternary.else_expr),
            })),
            Source::NullCoalesce(coalesce) => ExprKind::Coalesce(self.boxed(coalesce.left), self.boxed(coalesce.right)),
            Source::Cast(cast, inner) => ExprKind::Cast(cast_type(*cast), self.boxed(inner)),
            Source::ErrorSuppress(inner) => ExprKind::Unary(UnaryOp::Silence, self.boxed(inner)),
            Source::Isset(exprs) => ExprKind::Isset(self.exprs(exprs)),
            Source::Empty(inner) => ExprKind::Empty(self.boxed(inner)),
            Source::New(new) => {
                let class = match &new.class.kind {
                    Source::Name(name) => NewClass::Named(self.class_name(name)),
                    Source::AnonymousClass(class) => NewClass::Anonymous(Rc::new(self.class(class))),
                    _ => NewClass::Dynamic(self.expr(new.class)),
                };
                ExprKind::New(Box::new(New { class, arguments: self.arguments(&new.args) }))
            }
            Source::AnonymousClass(class) => {
                let class = NewClass::Anonymous(Rc::new(self.class(class)));
                ExprKind::New(Box::new(New { class, arguments: Vec::new() }))
            }
            Source::Closure(_) | Source::ArrowFunction(_) => self.closure(expr),
            Source::Match(source) => {
                let subject = self.expr(source.subject);
                let arms = source.arms.iter().map(|arm| Arm {
                    conditions: arm.conditions.as_ref().map_or_else(Vec::new, |conditions| self.exprs(conditions)),
                    body: self.expr(&arm.body),
                });
                ExprKind::Match(Box::new(Match { subject, arms: arms.collect() }))
            }
            Source::Throw(inner) => ExprKind::Throw(self.boxed(inner)),
            Source::MagicConst(kind) => {
                magic_constant(*kind).map_or_else(|| unmodelled("magic constant"), ExprKind::Magic)
            }
            _ => self.rare_kind(expr),
        }
    }

    fn rare_kind(&mut self, expr: &SourceExpr<'_, '_>) -> ExprKind {
        match &expr.kind {
            Source::Exit(status) => ExprKind::Exit(status.map(|status| self.boxed(status))),
            Source::Print(inner) => ExprKind::Print(self.boxed(inner)),
            Source::Include(_, inner) => ExprKind::Include(self.boxed(inner)),
            Source::Clone(inner) => ExprKind::Clone(self.boxed(inner)),
            Source::CloneWith(inner, with) => ExprKind::Other("clone with", vec![self.expr(inner), self.expr(with)]),
            Source::Eval(inner) => ExprKind::Other("eval", vec![self.expr(inner)]),
            Source::Yield(source) => {
                let parts = source.key.iter().chain(source.value.iter());
                ExprKind::Yield(parts.map(|part| self.expr(part)).collect())
            }
            Source::CallableCreate(callable) => ExprKind::Callable(Box::new(self.callable(&callable.kind, expr.span))),
            Source::ShellExec(parts) => {
                let ExprKind::Template(parts) = self.interpolated(parts, expr.span) else {
                    return unmodelled("shell command");
                };
                let exprs = parts.into_iter().filter_map(|part| match part {
                    crate::php::Part::Expr(expr) => Some(expr),
                    crate::php::Part::Text(_) => None,
                });
                ExprKind::Other("shell command", exprs.collect())
            }
            // A keyword where a class is named: `static`.
            Source::Identifier(name) => {
                ExprKind::Constant(crate::php::FallbackName { full: name.as_str().to_owned(), global: None })
            }
            _ => unmodelled("unreadable code"),
        }
    }

    fn callable(&mut self, kind: &CallableCreateKind<'_, '_>, span: php_ast::Span) -> Expr {
        match kind {
            CallableCreateKind::Function(function) => match &function.kind {
                Source::Name(name) => Expr {
                    kind: ExprKind::Function(self.fallback_name(name, NameContext::Function)),
                    span: self.span(function.span),
                },
                _ => self.expr(function),
            },
            CallableCreateKind::Method { object, method } => self.member_of(object, method, false, span),
            CallableCreateKind::NullsafeMethod { object, method } => self.member_of(object, method, true, span),
            CallableCreateKind::StaticMethod { class, method } => self.static_member_of(class, method, span),
            _ => Expr { kind: unmodelled("callable"), span: self.span(span) },
        }
    }

    fn assign(&mut self, assign: &AssignExpr<'_, '_>) -> ExprKind {
        let kind = match assign.op {
            AssignOp::Assign if assign.by_ref => AssignKind::Reference,
            AssignOp::Assign => AssignKind::Plain,
            AssignOp::Coalesce => AssignKind::Coalesce,
            op => assign_operator(op).map_or(AssignKind::Plain, AssignKind::With),
        };
        let target = self.expr(assign.target);
        ExprKind::Assign(Box::new(Assign { target, value: self.expr(assign.value), kind }))
    }

    fn operation(&mut self, expr: &SourceExpr<'_, '_>) -> ExprKind {
        let mut rest = Vec::new();
        let mut leftmost = expr;
        while let Source::Binary(binary) = &leftmost.kind {
            rest.push((binary.op, binary.right));
            leftmost = binary.left;
        }
        let first = self.expr(leftmost);
        let rest = rest.into_iter().rev().map(|(op, right)| match (op, &right.kind) {
            (SourceOp::Instanceof, Source::Name(name)) => {
                let kind = ExprKind::Class(self.class_name(name));
                (BinaryOp::Instanceof, Expr { kind, span: self.span(right.span) })
            }
            _ => (binary_operator(op), self.expr(right)),
        });
        ExprKind::Operation(Box::new(Operation { first, rest: rest.collect() }))
    }

    fn prefix(&mut self, op: UnaryPrefixOp, operand: &SourceExpr<'_, '_>) -> ExprKind {
        let operand = self.boxed(operand);
        match op {
            UnaryPrefixOp::PreIncrement => ExprKind::Step { target: operand, by: 1, gives_old: false },
            UnaryPrefixOp::PreDecrement => ExprKind::Step { target: operand, by: -1, gives_old: false },
            UnaryPrefixOp::Negate => ExprKind::Unary(UnaryOp::Negate, operand),
            UnaryPrefixOp::Plus => ExprKind::Unary(UnaryOp::Plus, operand),
            UnaryPrefixOp::BooleanNot => ExprKind::Unary(UnaryOp::Not, operand),
            UnaryPrefixOp::BitwiseNot => ExprKind::Unary(UnaryOp::BitNot, operand),
            _ => ExprKind::Other("operator", vec![*operand]),
        }
    }

    fn item(&mut self, item: &ArrayElement<'_, '_>) -> Item {
        let key = item.key.as_ref().map(|key| self.expr(key));
        let (value, is_spread, by_reference) = match &item.kind {
            ArrayElementKind::Value(value) if matches!(value.kind, Source::Omit) => (None, false, false),
            ArrayElementKind::Value(value) => (Some(self.expr(value)), false, false),
            ArrayElementKind::Spread(value) => (Some(self.expr(value)), true, false),
            ArrayElementKind::ByRef(value) => (Some(self.expr(value)), false, true),
            _ => (None, false, false),
        };
        Item { key, value, is_spread, by_reference }
    }

    pub(super) fn arguments(&mut self, arguments: &[Arg<'_, '_>]) -> Vec<Argument> {
        let lowered = arguments.iter().filter_map(|argument| {
            Some(Argument {
                name: argument.name.as_ref().map(|name| name.join_parts().into_owned()),
                value: self.expr(argument.value()?),
                is_spread: argument.is_spread(),
            })
        });
        lowered.collect()
    }

    fn closure(&mut self, expr: &SourceExpr<'_, '_>) -> ExprKind {
        let span = self.span(expr.span);
        let function =
            |parameters, types, body| Rc::new(Function { name: String::new(), parameters, types, body, span });
        let closure = match &expr.kind {
            Source::Closure(closure) => {
                let uses = closure.use_vars.iter().map(|used| (used.name.or_error().to_owned(), used.by_ref));
                let uses = uses.collect();
                let parameters = self.parameters(&closure.params);
                let body = self.stmts(&closure.body.stmts);
                let types = self.types(closure.return_type.as_ref());
                Closure { function: function(parameters, types, body), uses, is_arrow: false }
            }
            Source::ArrowFunction(arrow) => {
                let parameters = self.parameters(&arrow.params);
                let body = self.expr(arrow.body);
                let body = vec![Stmt { span: body.span, kind: StmtKind::Return(Some(body)) }];
                let types = self.types(arrow.return_type.as_ref());
                Closure { function: function(parameters, types, body), uses: Vec::new(), is_arrow: true }
            }
            _ => return unmodelled("closure"),
        };
        ExprKind::Closure(Rc::new(closure))
    }
}

fn unmodelled(what: &'static str) -> ExprKind {
    ExprKind::Other(what, Vec::new())
}

fn cast_type(cast: CastKind) -> CastType {
    match cast {
        CastKind::Int => CastType::Int,
        CastKind::Float => CastType::Float,
        CastKind::String => CastType::String,
        CastKind::Bool => CastType::Bool,
        CastKind::Array => CastType::Array,
        CastKind::Object => CastType::Object,
        _ => CastType::Null,
    }
}

fn magic_constant(kind: MagicConstKind) -> Option<MagicConstant> {
    Some(match kind {
        MagicConstKind::Class => MagicConstant::Class,
        MagicConstKind::Dir => MagicConstant::Dir,
        MagicConstKind::File => MagicConstant::File,
        MagicConstKind::Function => MagicConstant::Function,
        MagicConstKind::Line => MagicConstant::Line,
        MagicConstKind::Method => MagicConstant::Method,
        MagicConstKind::Namespace => MagicConstant::Namespace,
        MagicConstKind::Trait => MagicConstant::Trait,
        MagicConstKind::Property => MagicConstant::Property,
        _ => return None,
    })
}

fn assign_operator(op: AssignOp) -> Option<BinaryOp> {
    Some(match op {
        AssignOp::Plus => BinaryOp::Add,
        AssignOp::Minus => BinaryOp::Subtract,
        AssignOp::Mul => BinaryOp::Multiply,
        AssignOp::Div => BinaryOp::Divide,
        AssignOp::Mod => BinaryOp::Modulo,
        AssignOp::Pow => BinaryOp::Power,
        AssignOp::Concat => BinaryOp::Concat,
        AssignOp::BitwiseAnd => BinaryOp::BitAnd,
        AssignOp::BitwiseOr => BinaryOp::BitOr,
        AssignOp::BitwiseXor => BinaryOp::BitXor,
        AssignOp::ShiftLeft => BinaryOp::ShiftLeft,
        AssignOp::ShiftRight => BinaryOp::ShiftRight,
        _ => return None,
    })
}

fn binary_operator(op: SourceOp) -> BinaryOp {
    match op {
        SourceOp::Add => BinaryOp::Add,
        SourceOp::Sub => BinaryOp::Subtract,
        SourceOp::Mul => BinaryOp::Multiply,
        SourceOp::Div => BinaryOp::Divide,
        SourceOp::Mod => BinaryOp::Modulo,
        SourceOp::Pow => BinaryOp::Power,
        SourceOp::Concat => BinaryOp::Concat,
        SourceOp::Equal => BinaryOp::Equal,
        SourceOp::NotEqual => BinaryOp::NotEqual,
        SourceOp::Identical => BinaryOp::Identical,
        SourceOp::NotIdentical => BinaryOp::NotIdentical,
        SourceOp::Less => BinaryOp::Less,
        SourceOp::Greater => BinaryOp::Greater,
        SourceOp::LessOrEqual => BinaryOp::LessOrEqual,
        SourceOp::GreaterOrEqual => BinaryOp::GreaterOrEqual,
        SourceOp::Spaceship => BinaryOp::Spaceship,
        SourceOp::BooleanAnd | SourceOp::LogicalAnd => BinaryOp::And,
        SourceOp::BooleanOr | SourceOp::LogicalOr => BinaryOp::Or,
        SourceOp::LogicalXor => BinaryOp::Xor,
        SourceOp::BitwiseAnd => BinaryOp::BitAnd,
        SourceOp::BitwiseOr => BinaryOp::BitOr,
        SourceOp::BitwiseXor => BinaryOp::BitXor,
        SourceOp::ShiftLeft => BinaryOp::ShiftLeft,
        SourceOp::ShiftRight => BinaryOp::ShiftRight,
        SourceOp::Instanceof => BinaryOp::Instanceof,
        _ => BinaryOp::Pipe,
    }
}
