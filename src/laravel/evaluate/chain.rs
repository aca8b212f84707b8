//! Chains: `->`, `::`, `[…]` and `(…)`, link by link.

use std::rc::Rc;

use super::interpreter::{Evaluated, Interpreter};
use super::term::Term;
use crate::laravel::Key;
use crate::php::{Chain, ClassName, Expr, ExprKind, Link, LinkKind, Member};
use crate::source::Span;

impl Interpreter<'_> {
    pub fn chain(&mut self, chain: &Chain) -> Evaluated {
        self.links(&chain.base, &chain.links)
    }

    pub fn links(&mut self, base: &Expr, links: &[Link]) -> Evaluated {
        let (mut term, rest) = match (&base.kind, links.split_first()) {
            (ExprKind::Class(class), Some((first, rest))) => (self.static_link(class, first)?, rest),
            (ExprKind::Function(name), Some((Link { kind: LinkKind::Call(arguments), span }, rest))) => {
                let evaluated = self.arguments(arguments)?;
                let changed = arguments
                    .first()
                    .zip(name.global())
                    .and_then(|(first, name)| Some((first, super::references::change(name, &evaluated)?)));
                let result = if let Some((first, (array, result))) = changed {
                    self.assign(&first.value, array)?;
                    result
                } else {
                    let result = self.call_function(name, &evaluated, *span)?;
                    self.forget_references(name, &evaluated);
                    result
                };
                (result, rest)
            }
            _ => (self.eval(base)?, links),
        };
        for link in rest {
            if is_nullsafe(link) && matches!(term, Term::Null) {
                return Ok(Term::Null);
            }
            self.charge(1, link.span)?;
            term = self.link(&term, link)?;
        }
        Ok(term)
    }

    fn link(&mut self, term: &Term, link: &Link) -> Evaluated {
        match &link.kind {
            LinkKind::Property { name, .. } => match self.member(name)? {
                Some(name) => Ok(self.property(term, &name, link.span)),
                None => Ok(Term::unknown("the property's name is not known")),
            },
            LinkKind::Method { name, arguments, .. } => {
                let name = self.member(name)?;
                let arguments = self.arguments(arguments)?;
                match name {
                    Some(name) => self.call_method(term, &name, &arguments, link.span),
                    None => Ok(self.call_unnamed(term, link.span)),
                }
            }
            LinkKind::Index(index) => {
                let key = index.as_ref().map(|index| self.eval(index)).transpose()?;
                Ok(element(term, key.as_ref(), link.span))
            }
            LinkKind::Call(arguments) => {
                let arguments = self.arguments(arguments)?;
                self.call(term, &arguments, link.span)
            }
            LinkKind::StaticProperty(_) | LinkKind::StaticMethod { .. } | LinkKind::Constant(_) => {
                match self.class_of_term(term) {
                    Some(class) => self.static_link(&ClassName::Named(class), link),
                    None => match &link.kind {
                        LinkKind::StaticMethod { name, arguments } => {
                            let method = self.member(name)?.unwrap_or_default();
                            let arguments = self.arguments(arguments)?;
                            self.call_unknown(term, &method, &arguments, link.span)
                        }
                        _ => Ok(Term::unknown("the class is not known")),
                    },
                }
            }
        }
    }

    fn static_link(&mut self, class: &ClassName, link: &Link) -> Evaluated {
        match &link.kind {
            LinkKind::StaticMethod { name, arguments } => {
                let name = self.member(name)?;
                let arguments = self.arguments(arguments)?;
                if let Some(name) = name {
                    return self.call_static(class, &name, &arguments, link.span);
                }
                let class = self.class_name(class).unwrap_or_default();
                Ok(self.call_unnamed_static(&class, link.span))
            }
            LinkKind::Constant(name) => match self.member(name)? {
                Some(name) if name.eq_ignore_ascii_case("class") => {
                    let name = self.class_name(class).unwrap_or_default();
                    Ok(Term::ClassString(name.into()))
                }
                Some(name) => self.class_constant(class, &name),
                None => Ok(Term::unknown("the constant's name is not known")),
            },
            LinkKind::StaticProperty(name) => match self.member(name)? {
                Some(name) => self.static_property(class, &name),
                None => Ok(Term::unknown("the property's name is not known")),
            },
            _ => Ok(Term::unknown("it is reached through a class")),
        }
    }

    /// The name of a member, if it is known.
    pub fn member(&mut self, member: &Member) -> Evaluated<Option<String>> {
        match member {
            Member::Name(name, _) => Ok(Some(name.clone())),
            Member::Dynamic(expr) => Ok(self.eval(expr)?.as_string()),
        }
    }

    fn class_of_term(&self, term: &Term) -> Option<String> {
        match term {
            Term::ClassString(name) => Some(name.to_string()),
            Term::Text(text) => Some(text.value.trim_start_matches('\\').to_owned()),
            Term::Object(id) => self.state.object(*id)?.class.name.clone(),
            Term::Case(case) => case.class.name.clone(),
            Term::Row(row) => row.model.as_deref().map(str::to_owned),
            _ => None,
        }
    }
}

fn is_nullsafe(link: &Link) -> bool {
    matches!(link.kind, LinkKind::Property { is_nullsafe: true, .. } | LinkKind::Method { is_nullsafe: true, .. })
}

/// `$term[$key]`
fn element(term: &Term, key: Option<&Term>, span: Span) -> Term {
    match (term, key.map(Term::as_key)) {
        (Term::Array(array) | Term::Collection(array), Some(Some(key))) => match array.get(&key) {
            Some(term) => term.clone(),
            None if array.is_open => Term::unknown("the list is not fully known"),
            None => Term::Null,
        },
        (Term::Text(text), Some(Some(Key::Int(at)))) => {
            let at = if at < 0 { i64::try_from(text.value.len()).unwrap_or(0) + at } else { at };
            let byte = usize::try_from(at).ok().and_then(|at| text.value.get(at..=at));
            byte.map_or(Term::Null, |byte| Term::text(byte, span))
        }
        (Term::Null, _) => Term::Null,
        (Term::Rows(query), _) => Term::Row(Rc::new(query.row())),
        (Term::Array(_) | Term::Collection(_), _) => Term::unknown("the key is not known"),
        (term, _) => Term::unknown(term.why_unknown()),
    }
}
