//! Model files of statements that say what cannot be.

use crate::command::Project;
use crate::shows;

const MODEL: &str = "\
enums: {mood: [sad]}
languages: {own: {handler: plpgsql_call_handler}}
sequences: {s: {owned_by: t.a}}
tables:
  t:
    comment: One
    columns: {a: integer, b: {type: text, comment: Two}}
    indexes: {i: [a]}
functions:
  f(integer): {language: sql, returns: integer, body: select 1}
  f(text): {language: sql, returns: integer, body: select 1}
";

macro_rules! refused {
    ($($name:ident: $statements:expr;)*) => {
        $(#[test]
        fn $name() {
            let files = [
                ("autogen.yaml", "manage: [owners, privileges]\n"),
                ("schema/model.sql", $statements),
                ("schema/things.yaml", MODEL),
            ];
            let project = Project::with(&files);
            shows!(concat!("bad_input__statement__", stringify!($name)), project.refused(&["revision", "-m", "x"]));
        })*
    };
}

refused! {
    a_table: "COMMENT ON TABLE t IS 'One';\nCREATE UNLOGGED TABLE x (a integer);";
    a_type: "CREATE TYPE x AS ENUM ('a');";
    a_sequence: "CREATE SEQUENCE x;";
    a_unique_index: "CREATE UNIQUE INDEX x ON t (a);";
    an_extension: "CREATE EXTENSION citext;";
    a_role: "CREATE ROLE x;";
    a_policy_replaced: "CREATE OR REPLACE POLICY p ON t;";
    a_drop: "DROP TABLE t;";
    a_setting: "SET search_path = x;";
    a_revoke: "REVOKE ALL ON TABLE t FROM PUBLIC;";
    an_altered_table: "ALTER TABLE t ADD COLUMN c integer;";
    an_altered_publication: "ALTER PUBLICATION p ADD TABLE ONLY t;";
    an_altered_database: "ALTER DATABASE x OWNER TO app;";
    a_cast_without_a_way: "CREATE CAST (text AS mood);";
    a_cast_in_another_context: "CREATE CAST (text AS mood) WITH INOUT AS EXPLICIT;";
    a_cast_of_one_type: "COMMENT ON CAST (text) IS 'x';";
    an_operator_with_an_unknown_option: "CREATE OPERATOR === (FUNCTION = same,\n  LEFTARG = integer, RIGHTARG = integer, SORT1 = <);";
    an_operator_behind_its_value: "CREATE OPERATOR !!! (FUNCTION = f, LEFTARG = integer);";
    an_operator_without_a_function: "CREATE OPERATOR !!! (RIGHTARG = integer);";
    an_operator_of_letters: "CREATE OPERATOR same (FUNCTION = f, RIGHTARG = integer);";
    an_operator_class_that_checks_again: "CREATE OPERATOR CLASS c FOR TYPE mood USING gist AS OPERATOR 1 < RECHECK;";
    an_operator_class_of_something_else: "CREATE OPERATOR CLASS c FOR TYPE mood USING btree AS INDEX 1;";
    a_family_that_loses_a_member: "ALTER OPERATOR FAMILY c USING btree DROP OPERATOR 1 (mood, mood);";
    a_member_of_a_family_without_types: "ALTER OPERATOR FAMILY c USING btree ADD OPERATOR 1 <;";
    a_member_of_a_family_that_nobody_declares: "ALTER OPERATOR FAMILY c USING btree ADD OPERATOR 1 =(integer, bigint);";
    a_configuration_that_is_copied: "CREATE TEXT SEARCH CONFIGURATION c (COPY = pg_catalog.english);";
    a_configuration_without_a_parser: "CREATE TEXT SEARCH CONFIGURATION c ();";
    a_configuration_that_loses_a_mapping: "ALTER TEXT SEARCH CONFIGURATION c DROP MAPPING FOR word;";
    a_mapping_of_what_nobody_declares: "ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word WITH simple;";
    a_dictionary_without_a_template: "CREATE TEXT SEARCH DICTIONARY d (language = german);";
    a_parser_without_its_end: "CREATE TEXT SEARCH PARSER p (START = prsd_start, GETTOKEN = prsd_nexttoken, LEXTYPES = prsd_lextype);";
    a_template_with_an_unknown_option: "CREATE TEXT SEARCH TEMPLATE p (LEXIZE = dsimple_lexize, OPTION = x);";
    a_language_without_a_handler: "CREATE LANGUAGE plperl;";
    an_access_method_of_another_type: "CREATE ACCESS METHOD m TYPE VIEW HANDLER bthandler;";
    a_conversion_without_a_function: "CREATE CONVERSION c FOR 'LATIN1' TO 'UTF8';";
    a_wrapper_with_something_else: "CREATE FOREIGN DATA WRAPPER w HANDLER f LIBRARY 'x';";
    a_comment_on_a_database: "COMMENT ON DATABASE x IS 'y';";
    a_comment_on_a_role: "COMMENT ON ROLE x IS 'y';";
    a_comment_on_what_nobody_declares: "COMMENT ON\n  VIEW audit.v IS 'y';";
    a_comment_on_a_column_of_no_table: "COMMENT ON COLUMN b IS 'y';";
    a_comment_on_one_of_several_routines: "COMMENT ON FUNCTION f IS 'y';";
    a_comment_that_the_model_words_otherwise: "COMMENT ON COLUMN t.b IS 'Three';";
    a_comment_worded_in_two_ways: "COMMENT ON INDEX i IS 'x';\nCOMMENT ON INDEX i IS NULL;";
    a_comment_without_quotes: "COMMENT ON TABLE t IS One;";
    an_owner_of_what_nobody_declares: "ALTER VIEW v OWNER TO app;";
    an_owner_who_runs_it: "ALTER TABLE t OWNER TO CURRENT_USER;";
    an_owner_of_a_sequence_of_a_table: "ALTER SEQUENCE s OWNER TO app;";
    an_owner_and_more: "ALTER TABLE t OWNER TO app CASCADE;";
    a_grant_of_a_role: "GRANT app TO reader;";
    a_grant_on_a_database: "GRANT CONNECT ON DATABASE x TO app;";
    a_grant_on_all_tables: "GRANT SELECT ON ALL TABLES IN SCHEMA public TO app;";
    a_grant_on_an_index: "GRANT SELECT ON INDEX i TO app;";
    a_grant_by_somebody: "GRANT SELECT ON t TO app GRANTED BY CURRENT_USER;";
    a_grant_to_who_runs_it: "GRANT SELECT ON t TO app, SESSION_USER;";
    a_grant_of_what_there_is_not: "GRANT SELECT, EXECUTE ON t TO app;";
    a_grant_to_everybody_to_grant_on: "GRANT SELECT ON t TO PUBLIC WITH GRANT OPTION;";
    a_grant_on_what_nobody_declares: "GRANT SELECT ON t, u TO app;";
    a_grant_on_an_unknown_column: "GRANT SELECT (a, c) ON t TO app;";
    a_grant_on_a_language_for_superusers: "GRANT USAGE ON LANGUAGE own TO app;";
    default_privileges_of_nobody: "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app;";
    default_privileges_taken_away: "ALTER DEFAULT PRIVILEGES FOR ROLE app REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;";
    default_privileges_of_large_objects: "ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT SELECT ON LARGE OBJECTS TO reader;";
    default_privileges_of_schemas_in_one: "ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA public GRANT USAGE ON SCHEMAS TO reader;";
    default_privileges_on_columns: "ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT SELECT (a) ON TABLES TO reader;";
}
