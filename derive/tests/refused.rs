//! What does a person read where an attribute is wrong, from the compiler and from the command line?
//!
//! Each file under `refused/` does not compile, and what the compiler says stands beside it (`TRYBUILD=overwrite cargo test -p autogen-derive`
//! writes it anew).

use std::path::{Path, PathBuf};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refused");
    let files =
        std::fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("it can be read").path());
    let mut cases: Vec<PathBuf> = files.filter(|file| file.extension().is_some_and(|own| own == "rs")).collect();
    cases.sort();
    assert!(cases.len() > 40, "{}", cases.len());
    cases
}

#[test]
fn the_compiler_says_what_is_wrong() {
    trybuild::TestCases::new().compile_fail("tests/refused/*.rs");
}

#[test]
fn the_command_line_says_the_same_at_the_same_place() {
    for case in cases() {
        let text = std::fs::read_to_string(&case).expect("it can be read");
        let said = std::fs::read_to_string(case.with_extension("stderr")).expect("what the compiler says is there");
        let error = autogen_structs::file(&text).expect_err(&case.display().to_string());
        let mut lines = said.lines().map(str::trim_start);
        assert_eq!(lines.next(), Some(format!("error: {}", error.message).as_str()), "{}", case.display());
        let hint = lines.next().and_then(|line| line.strip_prefix("hint: ")).map(str::to_owned);
        assert_eq!(hint, error.hint, "{}", case.display());
        let start = error.at.start();
        let name = case.file_name().unwrap_or_default().to_string_lossy();
        let place = format!("--> tests/refused/{name}:{}:{}", start.line, start.column + 1);
        assert!(said.contains(&place), "{place}\n{said}");
    }
}
