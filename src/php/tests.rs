//! The tree of small files, and of files that are not PHP.

use proptest::prelude::*;

use super::*;
use crate::source::Tree;

fn read_text(text: &str) -> (std::rc::Rc<crate::source::SourceFile>, File) {
    let source = Tree::default().put("test.php", text.to_owned());
    let file = read(&source);
    (source, file)
}

/// Each string literal of the file: its value, and the source of each stretch that is verbatim where `of` is found.
fn place_of(text: &str, of: &str) -> String {
    let (source, file) = read_text(text);
    let mut found = None;
    walk_file(&file, &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Template(parts), .. }) = node {
            for part in parts {
                if let Part::Text(text) = part {
                    found = found.or_else(|| text.value.find(of).map(|at| text.map.span(at..at + of.len())));
                }
            }
        }
        if let Node::Expr(Expr { kind: ExprKind::Text(text), .. }) = node {
            found = found.or_else(|| text.value.find(of).map(|at| text.map.span(at..at + of.len())));
        }
    });
    let span = found.unwrap();
    source.slice(span.start, span.end).to_owned()
}

#[test]
fn a_literal_maps_back_to_its_bytes() {
    assert_eq!(place_of("<?php f('drop table users');", "users"), "users");
    assert_eq!(place_of(r"<?php f('it\'s users');", "users"), "users");
    assert_eq!(place_of(r#"<?php f("a\tb\u{e9} users $x {$y->z} orders");"#, "users"), "users");
    assert_eq!(place_of(r#"<?php f("a\tb\u{e9} users $x {$y->z} orders");"#, "orders"), "orders");
    assert_eq!(place_of(r"<?php f('it\'s users');", "it's"), r"it\'s");
}

#[test]
fn a_heredoc_maps_back_to_its_bytes() {
    let text = "<?php f(<<<SQL\n    alter table\n      users add {$c} int,\n    drop old\n    SQL);";
    assert_eq!(place_of(text, "users"), "users");
    assert_eq!(place_of(text, "drop old"), "drop old");
    let nowdoc = "<?php f(<<<'SQL'\n    alter table\n      users\n    SQL);";
    assert_eq!(place_of(nowdoc, "users"), "users");
}

#[test]
fn a_long_chain_is_a_list() {
    let text = format!("<?php $a{};", "->b()".repeat(50_000));
    let (_, file) = read_text(&text);
    let mut links = 0;
    walk_file(&file, &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Chain(chain), .. }) = node {
            links += chain.links.len();
        }
    });
    assert_eq!(links, 50_000);
    let (_, file) = read_text(&format!("<?php $a = 'x'{};", " . 'y'".repeat(50_000)));
    assert!(file.errors.is_empty());
}

#[test]
fn names_are_resolved() {
    let text = "<?php namespace App; use Illuminate\\Support\\Facades\\{Schema, DB as Db}; Schema::a(); new User; f();";
    let (_, file) = read_text(text);
    let mut names = Vec::new();
    walk_file(&file, &mut |node| match node {
        Node::Expr(Expr { kind: ExprKind::Class(ClassName::Named(name)), .. }) => names.push(name.clone()),
        Node::Expr(Expr { kind: ExprKind::Function(name), .. }) => names.push(name.full.clone()),
        Node::Expr(Expr { kind: ExprKind::New(new), .. }) => {
            if let NewClass::Named(ClassName::Named(name)) = &new.class {
                names.push(name.clone());
            }
        }
        _ => {}
    });
    assert_eq!(names, ["Illuminate\\Support\\Facades\\Schema", "App\\User", "App\\f"]);
}

#[test]
fn comments_come_in_order_doc_comments_too() {
    let (_, file) = read_text("<?php /** a */ class A { // b\n /** c */ function d() { # e\n } }");
    let texts: Vec<_> = file.comments.iter().map(|comment| comment.text.as_str()).collect();
    assert_eq!(texts, ["/** a */", "// b", "/** c */", "# e"]);
}

proptest! {
    #[test]
    fn any_text_is_read_and_spans_lie_within_it(text in "(<\\?php )?[\\PC\n\"'{}$<>;:()\\[\\]a-z-]{0,200}") {
        let (source, file) = read_text(&text);
        walk_file(&file, &mut |node| {
            if let Node::Expr(expr) = node {
                assert!(expr.span.end as usize <= source.text.len());
            }
        });
    }
}
