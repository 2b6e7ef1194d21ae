//! How texts of each form read after renames.

use super::*;

fn renames(of: &[(Space, &str, &str)]) -> Renames {
    let mut renames = Renames::default();
    for (space, old, new) in of {
        renames.put(Name::new(*space, old.split('.')), &Ident::new(*new));
    }
    renames
}

fn tasks() -> Renames {
    renames(&[
        (Space::Relation, "public.tasks", "todos"),
        (Space::Type, "public.tasks", "todos"),
        (Space::Column, "public.tasks.title", "name"),
        (Space::Label, "public.mood.sad", "blue"),
        (Space::Relation, "public.tasks_id_seq", "todos_id_seq"),
    ])
}

fn query(text: &str) -> String {
    rewritten(&tasks(), None, text)
}

#[test]
fn a_column_of_a_query_keeps_the_name_that_it_had() {
    assert_eq!(
        query("SELECT id,\n    title\n   FROM public.tasks"),
        "SELECT id,\n    name AS title\n   FROM public.todos"
    );
    assert_eq!(query("SELECT title AS t FROM public.tasks"), "SELECT name AS t FROM public.todos");
    assert_eq!(
        query("SELECT upper(title) AS upper FROM public.tasks"),
        "SELECT upper(name) AS upper FROM public.todos"
    );
}

#[test]
fn a_relation_without_an_alias_is_called_by_its_new_name() {
    let joined = "SELECT tasks.title, u.title FROM (public.tasks JOIN public.users u ON ((u.id = tasks.title)))";
    let renamed =
        "SELECT todos.name AS title, u.title FROM (public.todos JOIN public.users u ON ((u.id = todos.name)))";
    assert_eq!(query(joined), renamed);
    assert_eq!(query("SELECT t.title AS x FROM public.tasks t"), "SELECT t.name AS x FROM public.todos t");
}

#[test]
fn what_another_query_gives_is_not_the_tables_column() {
    let nested = "SELECT title FROM ( SELECT tasks.title FROM public.tasks) x";
    assert_eq!(query(nested), "SELECT title FROM ( SELECT todos.name AS title FROM public.todos) x");
    assert_eq!(query("SELECT title FROM public.other"), "SELECT title FROM public.other");
}

#[test]
fn names_without_a_schema_follow_too() {
    assert_eq!(query("select t.title as x from tasks t"), "select t.name as x from todos t");
    assert_eq!(
        query("select title from tasks where m = 'sad'::mood"),
        "select name AS title from todos where m = 'blue'::mood"
    );
    assert_eq!(query("select nextval('tasks_id_seq')"), "select nextval('todos_id_seq')");
    assert_eq!(query("select title from tasks, other"), "select title from todos, other");
}

#[test]
fn labels_and_names_in_strings_follow() {
    let own = Qualified::new("public", "tasks");
    let of = |text: &str| rewritten(&tasks(), Some(&own), text);
    assert_eq!(of("mood = 'sad'::public.mood"), "mood = 'blue'::public.mood");
    assert_eq!(of("'{sad,glad}'::public.mood[]"), "'{blue,glad}'::public.mood[]");
    assert_eq!(of("title = 'sad'::text"), "name = 'sad'::text");
    assert_eq!(of("nextval('public.tasks_id_seq'::regclass)"), "nextval('public.todos_id_seq'::regclass)");
    assert_eq!(of("(new.title <> old.title)"), "(new.name <> old.name)");
}

#[test]
fn a_policy_may_read_other_tables_and_its_own() {
    let own = Qualified::new("public", "users");
    let text = "EXISTS ( SELECT 1 FROM public.tasks WHERE ((tasks.title = users.title)))";
    let renamed = "EXISTS ( SELECT 1 FROM public.todos WHERE ((todos.name = users.title)))";
    assert_eq!(rewritten(&tasks(), Some(&own), text), renamed);
}
