//! Files and functions stay small enough to be read at once, except for those with a reason.

use std::collections::BTreeMap;

use crate::arrows::sources;

const LINES_OF_A_FILE: usize = 450;
const LINES_OF_A_FUNCTION: usize = 80;

/// What may be larger: a file, or a file and the name of a function in it, with its limit and the reason. An entry that
/// shrinks below the usual limit must leave the list.
const EXCEPTIONS: &[(&str, usize, &str)] = &[
    ("core/tests/it/merge.rs a_person_is_recognised_by_id_then_document_then_name", 81, "a table of persons"),
    ("server/src/egress/mod.rs what_leads_inside_is_refused_in_every_form", 110, "a table of addresses"),
    ("server/tests/it/canary.rs no_personal_data_lies_anywhere_in_the_clear", 119, "a list of what is sent"),
    ("server/tests/it/command_line.rs", 667, "each command with what it prints"),
    ("server/tests/it/command_line.rs commands_work", 95, "one run through all commands"),
    ("server/tests/it/connections.rs", 501, "each way to hold a connection"),
    ("server/tests/it/files.rs", 654, "tables of uploads"),
    ("server/tests/it/files.rs files_are_taken_by_their_structure_whatever_their_name", 117, "a table of files"),
    ("server/tests/it/files.rs forms_that_are_not_one_file_are_refused", 154, "a table of forms"),
    ("server/tests/it/form.rs", 953, "the form from its first page to its last, with one visitor's tools"),
    ("server/tests/it/kyc.rs", 568, "each way between the states of a verification"),
    ("server/tests/it/webhooks.rs", 633, "deliveries to one receiver that is made here"),
    ("store/src/postgres/commit/effects.rs write", 84, "an arm for each effect"),
    ("store/src/prepared/seal.rs effect", 89, "an arm for each effect"),
    ("store/src/sqlite/commit/effects.rs write", 89, "an arm for each effect"),
    ("store/tests/it/anchor.rs", 460, "manipulations, with what the findings name"),
    ("store/tests/it/on_postgres.rs", 574, "what only PostgreSQL can get wrong"),
    ("store/tests/it/main.rs $behaviour", 126, "the list of behaviours"),
    ("store/tests/it/row_seals.rs", 556, "tables of columns, and one attack on all of them"),
];

/// The functions of a source file, each with its lines from `fn` to the closing brace. Their ends are found by the
/// indentation of rustfmt.
fn functions(text: &str) -> Vec<(&str, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let function = |at: usize| Some((name_of_function(lines[at])?, length(&lines[at..])));
    (0..lines.len()).filter_map(function).collect()
}

fn name_of_function(line: &str) -> Option<&str> {
    let code = line.trim_start();
    let (before, after) = code.strip_prefix("fn ").map(|after| ("", after)).or_else(|| code.split_once(" fn "))?;
    let qualifies = |word: &str| {
        matches!(word, "" | "pub" | "const" | "async" | "default") || word.starts_with("pub(") || word.ends_with(')')
    };
    before.split(' ').all(qualifies).then(|| after.split(['(', '<']).next().unwrap_or_default())
}

/// How many of the lines belong to the function that starts on the first of them.
fn length(lines: &[&str]) -> usize {
    let indentation = &lines[0][..lines[0].len() - lines[0].trim_start().len()];
    if lines[0].ends_with(['}', ';']) {
        return 1;
    }
    // The brace that closes it, or the end of a declaration over several lines.
    let ends = |rest: &str| rest == "}" || rest.starts_with(')') && rest.ends_with(';');
    let end = lines.iter().position(|line| line.strip_prefix(indentation).is_some_and(ends));
    end.map_or(lines.len(), |end| end + 1)
}

/// The files and functions above the limits, as [`EXCEPTIONS`] names them.
fn large(sources: &[(String, String)]) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for (file, text) in sources {
        found.extend(Some((file.clone(), text.lines().count())).filter(|(_, lines)| *lines > LINES_OF_A_FILE));
        let long = functions(text).into_iter().filter(|(_, lines)| *lines > LINES_OF_A_FUNCTION);
        found.extend(long.map(|(name, lines)| (format!("{file} {name}"), lines)));
    }
    found
}

/// The files and functions above their limits, and the exceptions that are not needed.
fn complaints(large: &BTreeMap<String, usize>, exceptions: &[(&str, usize, &str)]) -> Vec<String> {
    let most = |what: &str| exceptions.iter().find(|(name, ..)| *name == what).map(|(_, most, _)| *most);
    let grown = large.iter().filter_map(|(what, lines)| {
        let limit = if what.contains(' ') { LINES_OF_A_FUNCTION } else { LINES_OF_A_FILE };
        let most = most(what).unwrap_or(limit);
        (*lines > most).then(|| format!("{what} has {lines} lines; it may have {most}"))
    });
    let needless = exceptions.iter().filter(|(name, ..)| !large.contains_key(*name));
    grown.chain(needless.map(|(name, ..)| format!("{name} needs no exception any more"))).collect()
}

#[test]
fn files_have_450_lines_at_most_and_functions_80() {
    let all = ["core", "store", "server"].iter().flat_map(|name| ["src", "tests"].map(|part| format!("{name}/{part}")));
    let sources: Vec<_> = all.flat_map(|folder| sources(&folder)).collect();
    assert!(sources.iter().map(|(_, text)| functions(text).len()).sum::<usize>() > 2_000, "functions are not found");
    let complaints = complaints(&large(&sources), EXCEPTIONS);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn functions_are_found_with_their_lines() {
    let text = "\
pub(crate) async fn one<T>(
    x: T,
) -> T
where
    T: Copy,
{
    fn two() {}
    x
}

trait A {
    fn three(
        x: u8,
    );
    const fn four(&self) -> u8 {
        4
    }
    fn five();
}
// a fn six() of words
";
    assert_eq!(functions(text), [("one", 9), ("two", 1), ("three", 3), ("four", 3), ("five", 1)]);
}

#[test]
fn an_exception_may_shrink_and_neither_grow_nor_outlive_its_need() {
    let large = BTreeMap::from([("a.rs".to_owned(), 500), ("a.rs f".to_owned(), 90)]);
    let exceptions = |file, function| [("a.rs", file, "a table"), ("a.rs f", function, "a table")];
    assert!(complaints(&large, &exceptions(501, 90)).is_empty());
    assert_eq!(complaints(&large, &exceptions(499, 90)), ["a.rs has 500 lines; it may have 499"]);
    assert_eq!(complaints(&large, &exceptions(500, 90)[..1]), ["a.rs f has 90 lines; it may have 80"]);
    let more = [&exceptions(500, 90)[..], &[("b.rs", 600, "gone")]].concat();
    assert_eq!(complaints(&large, &more), ["b.rs needs no exception any more"]);
}
