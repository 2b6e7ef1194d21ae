//! Is what the README says true?
//!
//! Its transcript is run, its models are applied, and its lists are held to the code. What differs from one run to the
//! next (ids, times, hashes, the socket's folder) is masked on both sides.
#![cfg(unix)]

#[path = "readme/mask.rs"]
mod mask;
#[path = "readme/project.rs"]
mod project;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use autogen::config::Config;
use mask::masked;
use project::Project;

const README: &str = include_str!("../README.md");

/// The text between a heading and the next one of its level or above.
fn section(heading: &str) -> &'static str {
    let level = heading.chars().take_while(|c| *c == '#').count();
    let start = README.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading}"));
    let rest = &README[start + heading.len() + 2..];
    let above = (1..=level).filter_map(|level| rest.find(&format!("\n{} ", "#".repeat(level))));
    &rest[..above.min().unwrap_or(rest.len())]
}

/// The fenced blocks of one language.
fn blocks(text: &'static str, language: &str) -> Vec<&'static str> {
    let opening = format!("```{language}\n");
    text.split(opening.as_str()).skip(1).map(|block| &block[..block.find("```").unwrap_or(block.len())]).collect()
}

/// The first cells of a table that hold code: `| `models` | … |`.
fn first_cells(text: &str) -> BTreeSet<&str> {
    text.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect()
}

/// A command of the transcript, with the lines of its here-document, and what it prints.
struct Command {
    typed: String,
    prints: Vec<String>,
}

fn transcript() -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    for line in blocks(section("## The way it goes"), "console").iter().flat_map(|block| block.lines()) {
        match (line.strip_prefix("$ "), line.strip_prefix("> "), commands.last_mut()) {
            (Some(typed), ..) => commands.push(Command { typed: typed.to_owned(), prints: Vec::new() }),
            (_, Some(more), Some(command)) if command.prints.is_empty() => {
                command.typed.push('\n');
                command.typed.push_str(more);
            }
            (.., Some(command)) => command.prints.push(line.to_owned()),
            (.., None) => panic!("the transcript begins with {line}"),
        }
    }
    commands
}

#[test]
fn the_transcript_is_what_happens() {
    let project = Project::new("transcript");
    let mut folder = project.folder.clone();
    let mut told = String::new();
    let mut happened = String::new();
    for command in transcript() {
        if let Some(name) = command.typed.strip_prefix("cd ") {
            folder = folder.join(name);
            continue;
        }
        let (printed, _) = project.shell(&folder, &command.typed);
        let of = |lines: &str| format!("$ {}\n{}\n", command.typed, masked(lines.trim_end()));
        told.push_str(&of(&command.prints.join("\n")));
        happened.push_str(&of(&printed));
    }
    let difference = similar::TextDiff::from_lines(&told, &happened).unified_diff().to_string();
    assert!(told == happened, "the README says - and + is so:\n{difference}\nas it was:\n{happened}");
}

#[test]
fn every_model_of_the_reference_can_be_applied() {
    let project = Project::new("reference");
    project.autogen(&["init"]);
    fs::remove_file(project.folder.join("schema/tasks.yaml")).unwrap();
    let models = blocks(section("## Model reference"), "yaml");
    assert!(models.len() >= 4, "{} blocks", models.len());
    for (n, model) in models.iter().enumerate() {
        fs::write(project.folder.join(format!("schema/{n:02}.yaml")), model).unwrap();
    }
    for (n, statements) in blocks(section("## Model reference"), "sql").iter().enumerate() {
        fs::write(project.folder.join(format!("schema/{n:02}.sql")), statements).unwrap();
    }
    for (n, structs) in blocks(section("## Model reference"), "rust").iter().enumerate() {
        fs::write(project.folder.join(format!("schema/{n:02}.rs")), structs).unwrap();
    }
    project.autogen(&["revision", "-m", "all of it"]);
    project.autogen(&["upgrade", "head"]);
    project.autogen(&["check"]);
    project.autogen(&["downgrade", "base"]);
}

#[test]
fn the_types_of_rust_are_those_that_are_read() {
    let told =
        section("### Models as Rust structs").lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix("` |"));
    let told: BTreeSet<(&str, &str)> = told.filter_map(|line| line.split_once("` | `")).collect();
    let of_parameters = [("Json<T>", "jsonb"), ("Vec<u8>", "bytea"), ("Vec<T>", "T[]")];
    assert_eq!(told, autogen::structs::TYPES.iter().copied().chain(of_parameters).collect());
}

#[test]
fn the_keys_of_autogen_yaml_are_those_that_are_read() {
    let text = section("## autogen.yaml");
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| `")).collect();
    let known: Vec<String> =
        Config::described_keys().iter().map(|(key, what)| format!("| `{key}` | {what} |")).collect();
    assert_eq!(rows, known);
}

#[test]
fn the_rules_that_are_shown_are_read_and_every_preset_is_told() {
    let text = section("## What is managed");
    let project = Project::new("rules");
    let file = project.folder.join("autogen.yaml");
    for rules in blocks(text, "yaml") {
        fs::write(&file, rules).unwrap();
        assert!(!Config::load(Some(&file), None).unwrap().rules.rules.is_empty());
    }
    let known: BTreeSet<&str> = autogen::ours::PRESETS.iter().map(|preset| preset.name).collect();
    assert_eq!(first_cells(text), known);
}

#[test]
fn the_ops_are_those_that_the_kinds_name() {
    let mut named = BTreeSet::from(
        [autogen::kind::BodyCheck::OP, autogen::kind::Phase::VALIDATE, autogen::kind::Phase::FILL].map(str::to_owned),
    );
    for kind in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/kind")).unwrap() {
        let Ok(text) = fs::read_to_string(kind.unwrap().path().join("mod.rs")) else { continue };
        let Some(start) = text.find("fn op(") else { continue };
        let body = &text[start..start + text[start..].find("\n    }").unwrap()];
        named.extend(body.split('"').skip(1).step_by(2).map(str::to_owned));
    }
    let listed: BTreeSet<String> = first_cells(section("## Ops")).into_iter().map(str::to_owned).collect();
    assert_eq!(listed, named);
}

#[test]
fn every_dependency_has_its_reason() {
    let manifests = [
        include_str!("../Cargo.toml"),
        include_str!("../derive/Cargo.toml"),
        include_str!("../derive/structs/Cargo.toml"),
    ];
    let mut section_of = "";
    let mut needed = BTreeSet::new();
    for line in manifests.iter().flat_map(|manifest| manifest.lines()) {
        if line.starts_with('[') {
            section_of = line;
        } else if section_of.ends_with("dependencies]")
            && let Some((name, _)) = line.split_once(" = ")
        {
            needed.insert(name);
        }
    }
    assert_eq!(first_cells(section("## Dependencies")), needed);
}
