//! Which revision file does each fixture give?
//!
//! Every case under `fixtures/` becomes the whole text of its revision, a snapshot under `snapshots/`; one that is refused
//! becomes its message. No server is asked. After a change that is meant, `INSTA_UPDATE=always cargo test --test cases`
//! writes the snapshots anew, for a person to read the difference.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[path = "support/fixtures.rs"]
mod fixtures;
#[path = "support/revise.rs"]
mod revise;

use fixtures::Case;

const SNAPSHOTS: &str = "../snapshots";

#[test]
fn every_fixture_gives_the_revision_of_its_snapshot() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(SNAPSHOTS);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    // whether two spellings are one is for a server to say
    let cases: Vec<Case> = fixtures::all().into_iter().filter(|case| !case.options.unchanged).collect();
    settings.bind(|| fixtures::each(&cases, |case| insta::assert_snapshot!(case.name.clone(), outcome(case))));
}

/// The revision's text, or the message where one is expected.
fn outcome(case: &Case) -> String {
    let revised = case.pair().and_then(|pair| {
        let plans = revise::plans(&pair.before, &pair.after, &pair.intent)?;
        assert!(!plans.up.statements.is_empty(), "{} has nothing to do", case.name);
        revise::text(&revise::revision("000000000002", &["000000000001"], &plans, &pair.before))
    });
    match (revised, &case.options.error) {
        (Ok(text), None) => text,
        (Ok(text), Some(error)) => panic!("{} is not refused with `{error}`, but gives:\n{text}", case.name),
        (Err(error), Some(part)) => {
            let message = error.to_string();
            assert!(message.contains(part.as_str()), "{}: `{part}` is not in: {message}", case.name);
            message
        }
        (Err(error), None) => panic!("{}: {error}", case.name),
    }
}

#[test]
fn no_snapshot_is_left_of_a_fixture_that_is_gone() {
    let kinds: BTreeSet<&str> = autogen::kind::Tag::ALL.iter().map(|tag| tag.module()).collect();
    let cases: BTreeSet<String> = fixtures::all().into_iter().map(|case| case.name).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = files.filter_map(|file| file.file_name().to_string_lossy().strip_suffix(".snap").map(str::to_owned));
    let of_a_fixture = |name: &String| name.split_once("__").is_some_and(|(kind, _)| kinds.contains(kind));
    let left: Vec<String> = names.filter(|name| of_a_fixture(name) && !cases.contains(name)).collect();
    assert!(left.is_empty(), "snapshots without a fixture: {left:?}");
}
