//! Do Rust structs declare what they say, whoever reads them: the command line or the compiler?

use std::path::Path;
use std::sync::Arc;

use autogen::Model;
use autogen::config::Config;
use autogen::draft::{Draft, Entry, RenameHint};
use autogen::kind::{Aspect, Managed};
use autogen::model;
use autogen::structs::{At, Declaration, Statement, resolve};

#[path = "structs/every.rs"]
mod every;
#[path = "structs/types.rs"]
mod types;

/// In the order of the file, mixins left out.
fn compiled() -> Vec<Declaration> {
    vec![
        every::Person::declaration(),
        every::HTTPLog::declaration(),
        every::Event::declaration(),
        every::Level::declaration(),
        every::levels::Level2::declaration(),
        every::Database::declaration(),
    ]
}

const EVERY: &str = include_str!("structs/every.rs");

fn read() -> Vec<Declaration> {
    let items = model::structs::items(EVERY, Path::new("every.rs")).unwrap_or_else(|error| panic!("{error}"));
    resolve(items).unwrap_or_else(|error| panic!("{error:?}"))
}

/// Whoever compiles knows the file by another path.
fn in_one_file(declaration: Declaration) -> Declaration {
    let file: Arc<str> = "one.rs".into();
    let place = |at: At| At { file: file.clone(), ..at };
    let statement = |one: Statement| Statement { at: place(one.at), sql: one.sql };
    Declaration {
        document: declaration.document.placed(&place),
        statements: declaration.statements.into_iter().map(statement).collect(),
    }
}

#[test]
fn the_macro_makes_what_the_command_line_reads() {
    let (compiled, read) = (compiled(), read());
    assert_eq!(compiled.len(), read.len());
    for (compiled, read) in compiled.into_iter().zip(read) {
        assert_eq!(in_one_file(compiled), in_one_file(read));
    }
}

fn drafted(files: &[(&str, &str)]) -> Draft {
    let (config, mut draft) = (config(), Draft::default());
    for (file, text) in files {
        model::declare(text, Path::new(file), &config, &mut draft).unwrap_or_else(|error| panic!("{error}"));
    }
    model::finish(&mut draft, &config.managed).unwrap_or_else(|error| panic!("{error}"));
    draft
}

fn config() -> Config {
    let config = Config::defaults(Path::new(".")).unwrap_or_else(|error| panic!("{error}"));
    Config { managed: Managed(Aspect::ALL.into_iter().collect()), ..config }
}

/// All that a draft says but where it stands, in an order of its own: sections come in another one.
fn says(draft: &Draft) -> Vec<String> {
    let entry = |entry: &Entry| {
        let filled = entry.backfill.as_ref().map(|backfill| (&backfill.value, &backfill.pace));
        format!("{:?} named {} {filled:?} {}", entry.object, entry.named, entry.online)
    };
    let rename = |hint: &RenameHint| format!("{} from {}", hint.id, hint.from);
    let mut says: Vec<String> = draft.entries.iter().map(entry).collect();
    says.extend(draft.renames.iter().map(rename));
    says.extend(draft.two_steps.iter().map(|two| format!("{} {}", rename(&two.hint), two.one_name)));
    says.extend(draft.values.iter().map(|hint| format!("{} {} {:?}", hint.id, hint.old, hint.new)));
    says.sort();
    says
}

#[test]
fn a_struct_says_what_its_twin_in_yaml_says() {
    // where named and unnamed ones are mixed, YAML has to have the one or the other
    let unnamed = "tables: { app.people: { indexes: [[email], { columns: [born, '\"odd name\"'], method: brin }], checks: [char_length(name) > 0] } }";
    let of_table =
        |draft: &Draft| says(draft).into_iter().filter(|one| one.contains("named false")).collect::<Vec<_>>();
    let (rust, yaml) = (
        drafted(&[("every.rs", EVERY)]),
        drafted(&[
            ("every.yaml", include_str!("structs/every.yaml")),
            ("every.sql", include_str!("structs/every.sql")),
        ]),
    );
    let unnamed = of_table(&drafted(&[("unnamed.yaml", unnamed)]));
    assert_eq!(unnamed.len(), 3);
    let mut yaml = says(&yaml);
    yaml.extend(unnamed);
    yaml.sort();
    similar_asserted(&says(&rust), &yaml);
}

/// Line by line, since whole they could not be read.
fn similar_asserted(left: &[String], right: &[String]) {
    for (left, right) in left.iter().zip(right) {
        assert_eq!(left, right);
    }
    assert_eq!(left.len(), right.len());
}

#[test]
fn types_of_the_program_are_models_as_their_file_is() {
    let declared = model::declared(&compiled(), &config()).unwrap_or_else(|error| panic!("{error}"));
    similar_asserted(&says(&declared), &says(&drafted(&[("every.rs", EVERY)])));
}
