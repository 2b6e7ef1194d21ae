//! Model files that say what cannot be.

use crate::command::Project;
use crate::shows;

macro_rules! refused {
    ($($name:ident: $model:expr;)*) => {
        $(#[test]
        fn $name() {
            let project = Project::with(&[("schema/model.yaml", $model)]);
            shows!(concat!("bad_input__model__", stringify!($name)), project.refused(&["revision", "-m", "x"]));
        })*
    };
}

refused! {
    broken_yaml: "tables:\n  t: {columns: [a, b\n";
    a_tab: "tables:\n  t:\n\tcolumns: {}\n";
    a_duplicate_key: "tables:\n  t:\n    columns:\n      id: bigint\n      id: text\n";
    an_unknown_section: "tabels:\n  t: {}\n";
    an_unknown_key_of_a_table: "tables:\n  t:\n    column: {id: bigint}\n";
    an_unknown_key_of_a_column: "tables:\n  t:\n    columns:\n      id: {type: bigint, nulable: true}\n";
    an_unknown_key_of_an_index: "tables:\n  t:\n    columns:\n      id: bigint\n    indexes:\n      i: {columns: [id], wher: id > 0}\n";
    a_text_where_keys_belong: "hello\n";
    two_documents: "tables: {}\n---\ntables: {}\n";
    null_where_a_text_belongs: "enums: {e: [no, yes, null]}\n";
    a_number_too_large: "sequences: {s: {max: 99999999999999999999}}\n";
    an_unknown_type: "tables:\n  t:\n    columns:\n      id: bigin\n";
    an_unknown_type_near_nothing: "tables:\n  t:\n    columns:\n      id: zorkmid\n";
    a_type_that_breaks_out: "tables:\n  t:\n    columns:\n      id: \"int; drop table x\"\n";
    a_modifier_that_breaks_out: "tables:\n  t:\n    columns:\n      id: \"varchar(1;drop)\"\n";
    a_length_below_one: "tables:\n  t:\n    columns:\n      id: varchar(-1)\n";
    values_of_no_partition: "tables:\n  t:\n    values: FROM (1) TO (2)\n    columns: {a: bigint}\n";
    a_column_without_a_type: "tables:\n  t:\n    columns:\n      id: \n";
    a_key_on_an_unknown_column: "tables:\n  t:\n    columns:\n      id: bigint\n    primary_key: [idd]\n";
    a_key_that_names_a_column_twice: "tables:\n  t:\n    columns:\n      id: bigint\n    primary_key: [id, id]\n";
    a_key_without_columns: "tables:\n  t:\n    columns:\n      id: bigint\n    primary_key: []\n";
    an_index_on_an_unknown_column: "tables:\n  t:\n    columns:\n      id: bigint\n    indexes:\n      i: [idd]\n";
    an_index_that_includes_an_unknown_column: "tables:\n  t:\n    columns:\n      id: bigint\n    indexes:\n      i: {columns: [id], include: [foo]}\n";
    an_index_over_an_unknown_column_in_where: "tables:\n  t:\n    columns:\n      id: bigint\n    indexes:\n      i: {columns: [id], where: foo > 1}\n";
    an_unknown_index_method: "tables:\n  t:\n    columns:\n      id: bigint\n    indexes:\n      i: {columns: [id], method: btre}\n";
    a_unique_constraint_on_an_unknown_column: "tables:\n  t:\n    columns:\n      id: bigint\n    unique:\n      u: [foo]\n";
    a_check_on_an_unknown_column: "tables:\n  t:\n    columns:\n      id: bigint\n    checks:\n      c: idd > 0\n";
    a_check_with_an_unknown_function: "tables:\n  t:\n    columns:\n      id: bigint\n    checks:\n      c: foo(id)\n";
    a_check_that_is_no_condition: "tables:\n  t:\n    columns:\n      id: bigint\n    checks:\n      c: id + 1\n";
    a_check_with_broken_syntax: "tables:\n  t:\n    columns:\n      id: bigint\n    checks:\n      c: id >\n";
    a_check_with_a_comment: "tables:\n  t:\n    columns:\n      id: bigint\n    checks:\n      c: id > 0 /* x */\n";
    a_default_that_is_a_column: "tables:\n  t:\n    columns:\n      id: {type: bigint, default: foo}\n";
    a_default_of_another_type: "tables:\n  t:\n    columns:\n      id: {type: bigint, default: \"'abc'\"}\n";
    a_default_that_breaks_out: "tables:\n  t:\n    columns:\n      id: {type: bigint, default: \"1); DROP TABLE x; --\"}\n";
    a_default_that_adds_a_subcommand: "tables:\n  t:\n    columns:\n      id: {type: bigint, default: \"1, add column evil int\"}\n";
    a_default_that_closes_a_dollar_quote: "tables:\n  t:\n    columns:\n      id: {type: bigint, default: \"$$a$$); drop table x; select ($$\"}\n";
    a_default_frozen_at_the_upgrade: "tables:\n  t:\n    columns:\n      id: {type: timestamptz, default: \"'now'\"}\n";
    a_default_and_an_identity: "tables:\n  t:\n    columns:\n      id: {type: bigint, identity: always, default: 1}\n";
    an_identity_that_is_no_integer: "tables:\n  t:\n    columns:\n      id: {type: text, identity: always}\n";
    an_identity_that_may_be_null: "tables:\n  t:\n    columns:\n      id: {type: bigint?, identity: always}\n";
    a_generation_that_is_not_immutable: "tables:\n  t:\n    columns:\n      id: {type: timestamptz, generated: now()}\n";
    a_foreign_key_to_nowhere: "tables:\n  t:\n    columns:\n      id: {type: bigint, references: users}\n";
    a_foreign_key_to_an_unknown_column: "tables:\n  u:\n    columns: {id: bigint}\n    primary_key: [id]\n  t:\n    columns:\n      id: {type: bigint, references: u.idd}\n";
    a_foreign_key_to_no_key: "tables:\n  u:\n    columns: {id: bigint}\n  t:\n    columns:\n      id: {type: bigint, references: u.id}\n";
    a_foreign_key_with_an_unknown_action: "tables:\n  t:\n    columns:\n      id: {type: bigint, references: {table: t, on_delete: cascad}}\n";
    a_foreign_key_of_unequal_sides: "tables:\n  u:\n    columns: {a: bigint, b: bigint}\n    primary_key: [a, b]\n  t:\n    columns: {a: bigint}\n    foreign_keys:\n      f: {columns: [a], references: u, ref_columns: [a, b]}\n";
    an_index_named_twice: "tables:\n  t:\n    columns:\n      id: bigint\n    indexes: {i: [id]}\n  t2:\n    columns: {id: bigint}\n    indexes: {i: [id]}\n";
    an_index_named_as_a_table: "tables:\n  t:\n    columns:\n      id: bigint\n    indexes: {t: [id]}\n";
    an_enum_named_as_a_table: "enums: {t: [a]}\ntables:\n  t:\n    columns:\n      id: bigint\n";
    a_constraint_named_twice: "tables:\n  t:\n    columns:\n      id: bigint\n    unique: {c: [id]}\n    checks: {c: id > 0}\n";
    a_label_written_twice: "enums: {e: [a, a]}\n";
    a_name_of_64_bytes: "tables:\n  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx:\n    columns: {id: bigint}\n";
    a_label_of_64_bytes: "enums: {e: [xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx]}\n";
    nul_in_a_name: "tables:\n  \"a\\0b\":\n    columns: {id: bigint}\n";
    nul_in_a_comment: "tables:\n  t:\n    comment: \"a\\0b\"\n    columns: {id: bigint}\n";
    nul_in_a_default: "tables:\n  t:\n    columns:\n      id: {type: text, default: \"'a\\0b'\"}\n";
    nul_as_it_is: "tables:\n  a\0b:\n    columns: {id: bigint}\n";
    an_empty_name: "tables:\n  \"\":\n    columns: {id: bigint}\n";
    an_empty_column_name: "tables:\n  t:\n    columns: {\"\": bigint}\n";
    a_name_with_too_many_dots: "tables:\n  a.b.c:\n    columns: {id: bigint}\n";
    a_schema_of_postgres: "tables:\n  pg_foo.t: {columns: {id: bigint}}\n";
    a_system_column: "tables:\n  t: {columns: {ctid: bigint}}\n";
    a_table_of_the_bookkeeping: "tables:\n  autogen_revisions: {columns: {id: bigint}}\n";
    a_sequence_that_stands_still: "sequences: {s: {increment: 0}}\n";
    a_sequence_without_room: "sequences: {s: {min: 10, max: 5}}\n";
}
