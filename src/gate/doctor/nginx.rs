//! Which paths nginx hands to PHP-FPM: those through `current`, or those of the release.

use std::collections::BTreeMap;

use super::Complaint;
use super::ailment::Ailment;

/// The files of a configuration by their paths, as they are included.
pub type Files = BTreeMap<String, String>;

/// What is wrong, and what was not understood.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Nginx {
    pub complaints: Vec<Complaint>,
    /// In words: includes that are not there, files that are no configuration.
    pub unread: Vec<String>,
}

/// Where nginx keeps its configuration.
const USUAL_BASE: &str = "/etc/nginx/";

/// How deep includes are followed.
const DEPTH: usize = 12;

#[derive(Debug, Clone)]
struct Directive {
    file: String,
    line: usize,
    words: Vec<String>,
    block: Option<Vec<Directive>>,
}

/// What a block inherits.
#[derive(Debug, Clone, Default)]
struct Scope {
    root: Option<String>,
    script: Option<(Directive, String)>,
}

/// Takes apart what `nginx -T` prints: each file behind a line with its name.
pub fn files_of_dump(dump: &str) -> Files {
    const HEAD: &str = "# configuration file ";
    let mut files = Files::new();
    let mut open: Option<(String, String)> = None;
    for line in dump.lines() {
        if let Some(path) = line.strip_prefix(HEAD).and_then(|rest| rest.strip_suffix(':')) {
            files.extend(open.replace((path.to_owned(), String::new())));
        } else if let Some((_, text)) = &mut open {
            text.push_str(line);
            text.push('\n');
        }
    }
    files.extend(open);
    files
}

/// Looks at the files from those in `roots` on; `base` is the directory that includes are relative to.
pub fn look(files: &Files, roots: &[String], base: &str) -> Nginx {
    let mut reader = Reader { files, base, found: Nginx::default() };
    for root in roots {
        let directives = reader.read(root, 0);
        reader.walk(&directives, &Scope::default());
    }
    reader.found.complaints.sort();
    reader.found.complaints.dedup();
    reader.found.unread.sort();
    reader.found.unread.dedup();
    reader.found
}

struct Reader<'f> {
    files: &'f Files,
    base: &'f str,
    found: Nginx,
}

impl Reader<'_> {
    /// The directives of a file, those of what it includes in their places.
    fn read(&mut self, path: &str, depth: usize) -> Vec<Directive> {
        let Some(text) = self.files.get(path) else { return Vec::new() };
        let Some(directives) = parse(path, text) else {
            self.found.unread.push(format!("`{path}` is no configuration of nginx that can be read"));
            return Vec::new();
        };
        self.included(directives, depth)
    }

    fn included(&mut self, directives: Vec<Directive>, depth: usize) -> Vec<Directive> {
        let mut all = Vec::new();
        for mut directive in directives {
            let target = match directive.words.as_slice() {
                [name, target] if name == "include" => target.clone(),
                _ => {
                    directive.block = directive.block.map(|block| self.included(block, depth));
                    all.push(directive);
                    continue;
                }
            };
            let paths = self.matching(&target);
            if paths.is_empty() && !target.contains('*') {
                let place = format!("{}:{}", directive.file, directive.line);
                self.found.unread.push(format!("`{target}`, which {place} includes"));
            }
            if depth < DEPTH {
                all.extend(paths.iter().flat_map(|path| self.read(path, depth + 1)));
            }
        }
        all
    }

    fn matching(&self, target: &str) -> Vec<String> {
        // A copy of a configuration names the place that it came from.
        let full = match (target.strip_prefix(USUAL_BASE), target.starts_with('/')) {
            (Some(below), _) => format!("{}/{below}", self.base),
            (None, true) => target.to_owned(),
            (None, false) => format!("{}/{target}", self.base),
        };
        self.files.keys().filter(|path| fits(&full, path)).cloned().collect()
    }

    fn walk(&mut self, directives: &[Directive], outer: &Scope) {
        let mut scope = outer.clone();
        if let Some(root) = named(directives, "root").last() {
            scope.root = root.words.get(1).cloned();
        }
        // Any parameter of its own keeps a block from inheriting those of the outer one.
        if named(directives, "fastcgi_param").next().is_some() {
            let scripts = named(directives, "fastcgi_param")
                .filter(|one| one.words.get(1).is_some_and(|it| it == "SCRIPT_FILENAME"));
            scope.script = scripts.last().and_then(|one| Some((one.clone(), one.words.get(2)?.clone())));
        }
        if named(directives, "fastcgi_pass").next().is_some() {
            self.judge(&scope);
        }
        for block in directives.iter().filter_map(|directive| directive.block.as_ref()) {
            self.walk(block, &scope);
        }
    }

    fn judge(&mut self, scope: &Scope) {
        let Some((directive, value)) = &scope.script else { return };
        let root = scope.root.as_deref().unwrap_or_default();
        let through_root = value.contains("$document_root") && leads_through_link(root);
        if through_root || leads_through_link(value) {
            let shown = format!("{}; and root {root}", directive.words.join(" "));
            self.found.complaints.push(Complaint::new(
                &directive.file,
                directive.line,
                Ailment::PathThroughTheLink,
                &shown,
            ));
        }
    }
}

/// The directives of that name.
fn named<'d>(directives: &'d [Directive], name: &'d str) -> impl Iterator<Item = &'d Directive> {
    directives.iter().filter(move |one| one.words.first().is_some_and(|word| word == name))
}

fn leads_through_link(path: &str) -> bool {
    path.split('/').any(|part| part == "current")
}

/// Whether a path fits a pattern, in which `*` stands for anything but `/`.
fn fits(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((before, after)) => path.strip_prefix(before).is_some_and(|rest| {
            let name_end = rest.find('/').unwrap_or(rest.len());
            (0..=name_end).filter(|at| rest.is_char_boundary(*at)).any(|at| fits(after, rest.get(at..).unwrap_or("")))
        }),
    }
}

/// The directives of a text; `None` where its brackets do not match.
fn parse(file: &str, text: &str) -> Option<Vec<Directive>> {
    let mut open: Vec<(Directive, Vec<Directive>)> = Vec::new();
    let mut at_this_level = Vec::new();
    let mut words: Vec<(usize, String)> = Vec::new();
    let directive = |words: &mut Vec<(usize, String)>| {
        let line = words.first()?.0;
        let words = std::mem::take(words).into_iter().map(|(_, word)| word).collect();
        Some(Directive { file: file.to_owned(), line, words, block: None })
    };
    for (line, token) in tokens(text) {
        match token {
            Token::Word(word) => words.push((line, word)),
            Token::End => at_this_level.extend(directive(&mut words)),
            Token::Open => {
                let head = directive(&mut words)?;
                open.push((head, std::mem::take(&mut at_this_level)));
            }
            Token::Close => {
                let (head, before) = open.pop()?;
                let block = std::mem::replace(&mut at_this_level, before);
                at_this_level.push(Directive { block: Some(block), ..head });
            }
        }
    }
    (open.is_empty() && words.is_empty()).then_some(at_this_level)
}

enum Token {
    Word(String),
    End,
    Open,
    Close,
}

fn tokens(text: &str) -> Vec<(usize, Token)> {
    let (mut found, mut word, mut line) = (Vec::new(), String::new(), 1);
    let mut letters = text.chars().peekable();
    let take = |found: &mut Vec<(usize, Token)>, word: &mut String, line: usize| {
        if !word.is_empty() {
            found.push((line, Token::Word(std::mem::take(word))));
        }
    };
    while let Some(letter) = letters.next() {
        match letter {
            '#' if word.is_empty() => while letters.next_if(|letter| *letter != '\n').is_some() {},
            '\'' | '"' if word.is_empty() => {
                let began = line;
                for quoted in letters.by_ref().take_while(|quoted| *quoted != letter) {
                    line += usize::from(quoted == '\n');
                    word.push(quoted);
                }
                found.push((began, Token::Word(std::mem::take(&mut word))));
            }
            // `${name}` is a variable.
            '{' if word.ends_with('$') => word.push(letter),
            '}' if word.contains("${") => word.push(letter),
            '{' | '}' | ';' => {
                take(&mut found, &mut word, line);
                let token = match letter {
                    '{' => Token::Open,
                    '}' => Token::Close,
                    _ => Token::End,
                };
                found.push((line, token));
            }
            _ if letter.is_whitespace() => {
                take(&mut found, &mut word, line);
                line += usize::from(letter == '\n');
            }
            _ => word.push(letter),
        }
    }
    take(&mut found, &mut word, line);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const FASTCGI: &str = "fastcgi_param  SCRIPT_FILENAME    $document_root$fastcgi_script_name;\n";

    #[track_caller]
    fn check(site: &str) -> Vec<String> {
        let files = Files::from([
            ("/etc/nginx/nginx.conf".to_owned(), "http {\n include sites-enabled/*;\n}\n".to_owned()),
            ("/etc/nginx/fastcgi.conf".to_owned(), FASTCGI.to_owned()),
            ("/etc/nginx/sites-enabled/shop".to_owned(), site.to_owned()),
        ]);
        let found = look(&files, &["/etc/nginx/nginx.conf".to_owned()], "/etc/nginx");
        let places = found.complaints.iter().map(|complaint| format!("{}:{}", complaint.file, complaint.line));
        places.chain(found.unread).collect()
    }

    #[test]
    fn a_root_through_current_asks_for_the_real_path() {
        let site = |inner: &str| {
            format!("server {{\n root /srv/shop/current/public;\n location ~ \\.php$ {{\n{inner}\n }}\n}}\n")
        };
        let pass = "fastcgi_pass unix:/run/php.sock;";
        let none: [&str; 0] = [];
        assert_eq!(
            check(&site(&format!("{pass} fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;"))),
            ["/etc/nginx/sites-enabled/shop:4"]
        );
        assert_eq!(check(&site(&format!("{pass} include fastcgi.conf;"))), ["/etc/nginx/fastcgi.conf:1"]);
        let after = "include fastcgi.conf; fastcgi_param SCRIPT_FILENAME $realpath_root$fastcgi_script_name;";
        assert_eq!(check(&site(&format!("{pass} {after}"))), none);
        assert_eq!(check(&site("deny all;")), none);
        assert_eq!(
            check(&site(&format!("{pass} include gone.conf;"))),
            ["`gone.conf`, which /etc/nginx/sites-enabled/shop:4 includes"]
        );
    }

    #[test]
    fn a_root_that_is_no_link_may_be_handed_on() {
        let none: [&str; 0] = [];
        assert_eq!(
            check("server { root /srv/shop/public; location / { include fastcgi.conf; fastcgi_pass a; } }"),
            none
        );
    }

    #[test]
    fn a_dump_is_the_files_that_it_is_made_of() {
        let dump = "# configuration file /etc/nginx/nginx.conf:\nhttp {\n}\n\n# configuration file /etc/nginx/a:\nb;\n";
        let files = files_of_dump(dump);
        assert_eq!(files.keys().collect::<Vec<_>>(), ["/etc/nginx/a", "/etc/nginx/nginx.conf"]);
        assert_eq!(files["/etc/nginx/a"], "b;\n");
    }

    #[test]
    fn what_is_no_configuration_is_said() {
        assert_eq!(
            check("server {"),
            ["`/etc/nginx/sites-enabled/shop` is no configuration of nginx that can be read"]
        );
    }
}
