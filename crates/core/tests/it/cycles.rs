//! Files do not import each other in a circle, so each can be read with only those below it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use crate::arrows::sources;

/// A module as its names from the root of the crate.
type Module = Vec<String>;

/// Folders under `crates/` whose files must not import each other in a circle. Folders in one line are checked
/// together.
const FOLDERS: &[&[&str]] = &[&["core/src"], &["server/src"]];

#[test]
fn files_import_each_other_in_no_circle() {
    for folders in FOLDERS {
        let (name, _) = folders[0].split_once("/src").expect("a folder of source");
        let root = format!("{name}/src/");
        // A main.rs is its own crate, and uses the library like any other crate.
        let files = sources(&root).into_iter().map(|(file, text)| (file[root.len()..].to_owned(), text));
        let sources = files.filter(|(file, _)| file != "main.rs").collect();
        let inside = |file: &str| folders.iter().any(|folder| Path::new(&format!("{root}{file}")).starts_with(folder));
        let circles = circles(&sources, inside);
        assert!(circles.is_empty(), "circles of imports in {folders:?}:\n{}", circles.join("\n"));
    }
}

/// The shortest circle through each file that is in one. Each circle is listed once: `a.rs → b.rs → a.rs`.
fn circles(sources: &BTreeMap<String, String>, inside: impl Fn(&str) -> bool) -> Vec<String> {
    let mut imports = imports(sources);
    imports.retain(|file, _| inside(file));
    imports.values_mut().for_each(|imported| imported.retain(|file| inside(file)));
    let mut seen = BTreeSet::new();
    let found = imports.keys().filter_map(|file| path_back(file, &imports));
    let new = found.filter(|circle| seen.insert(circle.iter().copied().collect::<BTreeSet<_>>()));
    new.map(|circle| [&circle[..], &circle[..1]].concat().join(" → ")).collect()
}

fn path_back<'a>(file: &'a str, imports: &'a BTreeMap<String, BTreeSet<String>>) -> Option<Vec<&'a str>> {
    let (mut paths, mut seen) = (VecDeque::from([vec![file]]), BTreeSet::new());
    while let Some(path) = paths.pop_front() {
        for next in imports.get(*path.last().expect("a path has a start")).into_iter().flatten() {
            if next == file {
                return Some(path);
            }
            if seen.insert(next) {
                paths.push_back([&path[..], &[next]].concat());
            }
        }
    }
    None
}

/// The files that each file imports. Tests do not count, because they import what they test. Only tests are modules
/// within a file.
fn imports(sources: &BTreeMap<String, String>) -> BTreeMap<String, BTreeSet<String>> {
    let modules: BTreeMap<Module, &str> = sources.keys().map(|file| (module_of(file), file.as_str())).collect();
    let mut tests = Vec::new();
    let mut code = BTreeMap::new();
    for (module, file) in &modules {
        let (tokens, of_tests) = without_tests(tokens(&without_strings(&sources[*file])));
        tests.extend(of_tests.into_iter().map(|name| [&module[..], &[name]].concat()));
        code.insert(module, tokens);
    }
    code.retain(|module, _| !tests.iter().any(|test| module.starts_with(test)));
    let resolved = |module: &Module, tokens: &[String]| {
        let paths = paths(tokens, |name| modules.contains_key(&[&module[..], &[name.to_owned()]].concat()));
        let targets = paths.iter().map(|path| modules[&resolve(module, path, &modules)].to_owned());
        targets.filter(|target| target != modules[module]).collect()
    };
    code.iter().map(|(module, tokens)| (modules[*module].to_owned(), resolved(module, tokens))).collect()
}

fn module_of(file: &str) -> Module {
    let mut names: Module = file.trim_end_matches(".rs").split('/').map(ToOwned::to_owned).collect();
    if names.last().is_some_and(|name| matches!(name.as_str(), "mod" | "lib")) {
        names.pop();
    }
    names
}

/// The module that a path leads to: as far as its names are modules. The next name is an item of that module, even if
/// the module only re-exports it.
fn resolve(module: &Module, path: &[String], modules: &BTreeMap<Module, &str>) -> Module {
    let mut at = module.clone();
    for name in path {
        match name.as_str() {
            "crate" => at.clear(),
            "self" => {}
            "super" => _ = at.pop(),
            _ => {
                at.push(name.clone());
                if !modules.contains_key(&at) {
                    at.pop();
                    break;
                }
            }
        }
    }
    at
}

/// The paths in code that lead into the same crate, with groups expanded: those that start with `crate`, `self`,
/// `super` or the name of a child.
fn paths(tokens: &[String], is_child: impl Fn(&str) -> bool) -> Vec<Vec<String>> {
    let at = |index: usize| tokens.get(index).map_or("", String::as_str);
    let mut found = Vec::new();
    for index in 0..tokens.len() {
        let begins = matches!(at(index), "crate" | "self" | "super") || is_child(at(index));
        let before = index.checked_sub(1).map_or("", at);
        // `pub(in path)` is a visibility and not an import.
        let in_a_path = matches!(before, "::" | ".") || before == "in" && at(index.saturating_sub(2)) == "(";
        if begins && at(index + 1) == "::" && !in_a_path {
            read_path(tokens, &mut { index }, &[], &mut found);
        }
    }
    found
}

/// Reads one path, or every path of a group, and leaves `index` after it.
fn read_path(tokens: &[String], index: &mut usize, before: &[String], found: &mut Vec<Vec<String>>) {
    let mut path = before.to_vec();
    loop {
        match tokens.get(*index).map_or("", String::as_str) {
            "{" => {
                while !matches!(tokens.get(*index).map_or("}", String::as_str), "}") {
                    *index += 1;
                    if tokens.get(*index).is_some_and(|token| token != "}" && token != ",") {
                        read_path(tokens, index, &path, found);
                    }
                }
                *index += 1;
                return;
            }
            name if is_name(name) => path.push(name.to_owned()),
            _ => break,
        }
        *index += 1;
        if tokens.get(*index).is_none_or(|token| token != "::") {
            break;
        }
        *index += 1;
    }
    // Skip the rest of an item of a group, such as `as other`.
    while !before.is_empty() && tokens.get(*index).is_some_and(|token| token != "," && token != "}") {
        *index += 1;
    }
    found.push(path);
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Code without what is compiled only for tests, and the names of the test modules that are files.
fn without_tests(tokens: Vec<String>) -> (Vec<String>, Vec<String>) {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let (mut kept, mut files) = (Vec::new(), Vec::new());
    let mut rest = &tokens[..];
    while let Some((token, after)) = rest.split_first() {
        if !(rest.len() > MARK.len() && rest.iter().zip(MARK).all(|(token, mark)| token == mark)) {
            kept.push(token.clone());
            rest = after;
            continue;
        }
        let mut depth = 0;
        let end = rest.iter().position(|token| {
            depth += i32::from(token == "{") - i32::from(token == "}");
            depth == 0 && matches!(token.as_str(), "}" | ";")
        });
        let (item, after) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
        if let [.., keyword, name, end] = item
            && (keyword.as_str(), end.as_str()) == ("mod", ";")
        {
            files.push(name.clone());
        }
        rest = after;
    }
    (kept, files)
}

/// The tokens of code: names, `::`, and single characters.
fn tokens(code: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut in_a_name = false;
    for c in code.chars() {
        let is_part = c.is_alphanumeric() || c == '_';
        match found.last_mut() {
            Some(last) if is_part && in_a_name || c == ':' && last == ":" => last.push(c),
            _ if c.is_whitespace() => {}
            _ => found.push(c.to_string()),
        }
        in_a_name = is_part;
    }
    found
}

/// Code with its comments, strings and characters blanked.
fn without_strings(code: &str) -> String {
    let mut kept = String::new();
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        let length = length_of_string(rest, kept.ends_with(|c: char| c.is_alphanumeric() || c == '_'));
        if length > 0 {
            kept.push(' ');
        } else {
            kept.push(c);
        }
        rest = &rest[length.max(c.len_utf8())..];
    }
    kept
}

/// The length of the comment, string or character at the start of the code. 0 if there is none.
fn length_of_string(code: &str, in_a_word: bool) -> usize {
    let to = |end: &str, from: usize| code[from..].find(end).map_or(code.len(), |at| from + at + end.len());
    let quoted = |from: usize, quote: char| {
        let mut escaped = false;
        let end = code[from..].find(|c| {
            let ends = c == quote && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        end.map_or(code.len(), |at| from + at + 1)
    };
    let raw = code.trim_start_matches(['b', 'r']).trim_start_matches('#');
    let prefix = code.len() - raw.len();
    if code.starts_with("//") {
        to("\n", 0)
    } else if code.starts_with("/*") {
        to("*/", 2)
    } else if code.starts_with('"') {
        quoted(1, '"')
    } else if code.starts_with('\'') {
        let mut chars = code.chars().skip(1);
        match (chars.next(), chars.next()) {
            (Some('\\'), _) => quoted(1, '\''),
            (Some(c), Some('\'')) => 2 + c.len_utf8(),
            _ => 0,
        }
    } else if !in_a_word && raw.starts_with('"') && matches!(code.split(['#', '"']).next(), Some("r" | "br")) {
        let hashes = code[..prefix].matches('#').count();
        to(&format!("\"{}", "#".repeat(hashes)), prefix + 1)
    } else {
        0
    }
}

fn made_up(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn paths_are_resolved_to_files() {
    let files = [
        ("lib.rs", "pub mod a; mod b;"),
        ("a/mod.rs", "pub mod inner; mod other; pub use other::Thing; fn f() -> Thing { inner::g() }"),
        ("a/inner.rs", "use super::{Thing, other::{self, more::{Deep as D, Deeper}, Flat}}; use super::super::b as c;"),
        ("a/other/mod.rs", "pub mod more; pub struct Thing; fn f(x: self::more::Deep) { x.self::y }"),
        ("a/other/more.rs", "macro_rules! m { () => { $crate::b::Item } } type T = Vec<crate::a::inner::X>;"),
        ("b.rs", "use std::a::inner; use crate::nothing; use super::a::inner::*; fn a() { inner::f(); other::g() }"),
    ];
    let expected = [
        ("a/inner.rs", &["a/mod.rs", "a/other/mod.rs", "a/other/more.rs", "b.rs"][..]),
        ("a/mod.rs", &["a/inner.rs", "a/other/mod.rs"]),
        ("a/other/mod.rs", &["a/other/more.rs"]),
        ("a/other/more.rs", &["a/inner.rs", "b.rs"]),
        ("b.rs", &["a/inner.rs", "lib.rs"]),
        ("lib.rs", &[]),
    ];
    let found = imports(&made_up(&files));
    let found: Vec<_> = found.iter().map(|(file, to)| (file.as_str(), to.iter().collect::<Vec<_>>())).collect();
    assert_eq!(format!("{found:?}"), format!("{expected:?}"));
}

#[test]
fn comments_strings_and_tests_import_nothing() {
    let code = r##"
        pub(in crate::b) fn g() {} // crate::b
        /* crate::b */ fn f<'a>() { "\"crate::b"; r#"crate::b"crate::b"#; ('"', '\'', b'c') }
        #[cfg(test)] use crate::b;
        #[cfg(test)] mod tests { mod x { use crate::b; } }
        #[cfg(test)] mod checks;
        use crate::c;"##;
    let files = [("lib.rs", ""), ("a/mod.rs", code), ("a/checks.rs", "use crate::b;"), ("b.rs", ""), ("c.rs", "")];
    let found = imports(&made_up(&files));
    assert_eq!(found["a/mod.rs"].iter().collect::<Vec<_>>(), ["c.rs"]);
    assert!(!found.contains_key("a/checks.rs"));
}

#[test]
fn a_circle_is_found_unless_it_leaves_the_folder() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a/mod.rs", "mod one; mod two; mod three;"),
        ("a/one.rs", "use super::two::X;"),
        ("a/two.rs", "fn f() { super::three::g() }"),
        ("a/three.rs", "use crate::{a::{one::Y}, b};"),
        ("b.rs", "use crate::a::two;"),
    ];
    let inside = |file: &str| file.starts_with("a/");
    assert_eq!(circles(&made_up(&files), inside), ["a/one.rs → a/two.rs → a/three.rs → a/one.rs"]);
    let two = made_up(&[&files[..4], &[("a/three.rs", "use crate::b;")], &files[5..]].concat());
    assert!(circles(&two, inside).is_empty());
    assert_eq!(circles(&two, |_| true), ["a/three.rs → b.rs → a/two.rs → a/three.rs"]);
}
