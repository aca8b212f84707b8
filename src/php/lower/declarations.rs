//! Classes and functions.

use std::rc::Rc;

use php_ast::{
    Attribute as SourceAttribute, ClassBody, ClassConstDecl, ClassDecl, ClassMemberKind, EnumDecl, EnumMemberKind,
    FunctionDecl, InterfaceDecl, MethodDecl, Param, PropertyDecl, PropertyHook, PropertyHookBody, Span as SourceSpan,
    TraitAdaptationKind, TraitDecl, TraitUseDecl, Visibility as SourceVisibility,
};

use super::Lowering;
use crate::php::declaration::{
    Attribute, Case, Class, ClassConstant, ClassKind, Function, Method, Parameter, Property, TraitUse, Visibility,
};
use crate::php::statement::{Stmt, StmtKind};

impl Lowering<'_> {
    pub(super) fn class(&mut self, declaration: &ClassDecl<'_, '_>) -> Class {
        self.doc(declaration.doc_comment.as_ref());
        let name = declaration.name.and_then(|name| name.as_str());
        let mut class = self.empty_class(ClassKind::Class, name, declaration.body.span);
        class.is_abstract = declaration.modifiers.is_abstract;
        class.parent = declaration.extends.as_ref().map(|parent| self.full_name(parent));
        class.interfaces = declaration.implements.iter().map(|name| self.full_name(name)).collect();
        class.attributes = self.attributes(&declaration.attributes);
        self.members(&mut class, &declaration.body);
        class
    }

    pub(super) fn interface(&mut self, declaration: &InterfaceDecl<'_, '_>) -> Class {
        self.doc(declaration.doc_comment.as_ref());
        let mut class = self.empty_class(ClassKind::Interface, declaration.name.as_str(), declaration.body.span);
        class.interfaces = declaration.extends.iter().map(|name| self.full_name(name)).collect();
        self.members(&mut class, &declaration.body);
        class
    }

    pub(super) fn trait_class(&mut self, declaration: &TraitDecl<'_, '_>) -> Class {
        self.doc(declaration.doc_comment.as_ref());
        let mut class = self.empty_class(ClassKind::Trait, declaration.name.as_str(), declaration.body.span);
        self.members(&mut class, &declaration.body);
        class
    }

    pub(super) fn enumeration(&mut self, declaration: &EnumDecl<'_, '_>) -> Class {
        self.doc(declaration.doc_comment.as_ref());
        let mut class = self.empty_class(ClassKind::Enum, declaration.name.as_str(), declaration.body.span);
        class.interfaces = declaration.implements.iter().map(|name| self.full_name(name)).collect();
        class.attributes = self.attributes(&declaration.attributes);
        for member in declaration.body.members.iter() {
            match &member.kind {
                EnumMemberKind::Case(case) => {
                    self.doc(case.doc_comment.as_ref());
                    let value = case.value.as_ref().map(|value| self.expr(value));
                    class.cases.push(Case { name: case.name.or_error().to_owned(), value });
                }
                EnumMemberKind::Method(method) => class.methods.push(self.method(method, member.span)),
                EnumMemberKind::ClassConst(constant) => class.constants.push(self.constant(constant)),
                EnumMemberKind::TraitUse(uses) => class.traits.push(self.trait_use(uses)),
                EnumMemberKind::Property(property) => class.properties.push(self.property(property, member.span)),
                _ => {}
            }
        }
        class
    }

    fn empty_class(&self, kind: ClassKind, name: Option<&str>, span: SourceSpan) -> Class {
        Class {
            kind,
            name: name.map(|name| self.namespaced(name)),
            namespace: self.names.namespace().unwrap_or_default().to_owned(),
            is_abstract: false,
            parent: None,
            interfaces: Vec::new(),
            traits: Vec::new(),
            constants: Vec::new(),
            cases: Vec::new(),
            properties: Vec::new(),
            methods: Vec::new(),
            attributes: Vec::new(),
            span: self.span(span),
        }
    }

    fn members(&mut self, class: &mut Class, body: &ClassBody<'_, '_>) {
        for member in body.members.iter() {
            match &member.kind {
                ClassMemberKind::Property(property) => class.properties.push(self.property(property, member.span)),
                ClassMemberKind::Method(method) => class.methods.push(self.method(method, member.span)),
                ClassMemberKind::ClassConst(constant) => class.constants.push(self.constant(constant)),
                ClassMemberKind::TraitUse(uses) => class.traits.push(self.trait_use(uses)),
                _ => {}
            }
        }
    }

    fn constant(&mut self, declaration: &ClassConstDecl<'_, '_>) -> ClassConstant {
        self.doc(declaration.doc_comment.as_ref());
        ClassConstant { name: declaration.name.or_error().to_owned(), value: self.expr(&declaration.value) }
    }

    fn property(&mut self, declaration: &PropertyDecl<'_, '_>, span: SourceSpan) -> Property {
        self.doc(declaration.doc_comment.as_ref());
        Property {
            name: declaration.name.or_error().to_owned(),
            default: declaration.default.as_ref().map(|value| self.expr(value)),
            types: self.types(declaration.type_hint.as_ref()),
            visibility: visibility(declaration.modifiers.visibility),
            is_static: declaration.modifiers.is_static,
            hooks: self.hooks(&declaration.hooks),
            attributes: self.attributes(&declaration.attributes),
            span: self.span(span),
        }
    }

    fn hooks(&mut self, hooks: &[PropertyHook<'_, '_>]) -> Vec<Stmt> {
        let mut statements = Vec::new();
        for hook in hooks {
            match &hook.body {
                PropertyHookBody::Block(block) => statements.extend(self.stmts(&block.stmts)),
                PropertyHookBody::Expression(expr) => {
                    statements.push(Stmt { span: self.span(expr.span), kind: StmtKind::Return(Some(self.expr(expr))) });
                }
                _ => {}
            }
        }
        statements
    }

    fn method(&mut self, declaration: &MethodDecl<'_, '_>, span: SourceSpan) -> Method {
        self.doc(declaration.doc_comment.as_ref());
        let function = Function {
            name: declaration.name.or_error().to_owned(),
            parameters: self.parameters(&declaration.params),
            types: self.types(declaration.return_type.as_ref()),
            body: declaration.body.map_or_else(Vec::new, |block| self.stmts(&block.stmts)),
            span: self.span(span),
        };
        Method {
            function: Rc::new(function),
            visibility: visibility(declaration.modifiers.visibility),
            is_static: declaration.modifiers.is_static,
            is_abstract: declaration.body.is_none(),
            attributes: self.attributes(&declaration.attributes),
            span: self.span(span),
        }
    }

    pub(super) fn function(&mut self, declaration: &FunctionDecl<'_, '_>) -> Function {
        self.doc(declaration.doc_comment.as_ref());
        Function {
            name: self.namespaced(declaration.name.or_error()),
            parameters: self.parameters(&declaration.params),
            types: self.types(declaration.return_type.as_ref()),
            body: self.stmts(&declaration.body.stmts),
            span: self.span(declaration.body.span),
        }
    }

    pub(super) fn parameters(&mut self, parameters: &[Param<'_, '_>]) -> Vec<Parameter> {
        let lowered = parameters.iter().map(|parameter| {
            self.doc(parameter.doc_comment.as_ref());
            Parameter {
                name: parameter.name.or_error().to_owned(),
                default: parameter.default.as_ref().map(|value| self.expr(value)),
                types: self.types(parameter.type_hint.as_ref()),
                by_reference: parameter.by_ref,
                is_variadic: parameter.variadic,
                is_promoted: parameter.modifiers.visibility.is_some() || parameter.modifiers.is_readonly,
            }
        });
        lowered.collect()
    }

    fn trait_use(&mut self, declaration: &TraitUseDecl<'_, '_>) -> TraitUse {
        self.doc(declaration.doc_comment.as_ref());
        let aliases = declaration.adaptations.iter().filter_map(|adaptation| match &adaptation.kind {
            TraitAdaptationKind::Alias { method, new_name: Some(alias), .. } => {
                Some((method.join_parts().into_owned(), alias.join_parts().into_owned()))
            }
            _ => None,
        });
        let aliases = aliases.collect();
        TraitUse { traits: declaration.traits.iter().map(|name| self.full_name(name)).collect(), aliases }
    }

    fn attributes(&mut self, attributes: &[SourceAttribute<'_, '_>]) -> Vec<Attribute> {
        let lowered = attributes.iter().map(|attribute| Attribute {
            name: self.full_name(&attribute.name),
            arguments: self.arguments(&attribute.args),
        });
        lowered.collect()
    }
}

fn visibility(visibility: Option<SourceVisibility>) -> Visibility {
    match visibility {
        Some(SourceVisibility::Protected) => Visibility::Protected,
        Some(SourceVisibility::Private) => Visibility::Private,
        _ => Visibility::Public,
    }
}
