//! `GRANT … ON … TO …` and `ALTER DEFAULT PRIVILEGES … GRANT …`

use super::super::Tag;
use super::super::default_privileges::Objects;
use super::super::grants::{Class, Declared, Grants};
use super::super::shapes::Entries;
use super::about::{About, Says, role};
use super::named::{self, Form, Target};
use super::{Head, refused, said};
use crate::draft::{Draft, Scope};
use crate::error::Result;
use crate::name::Ident;

/// One of the rights, where it stands.
struct Right<'a> {
    word: String,
    columns: Vec<Ident>,
    here: Scope<'a>,
}

/// `SELECT, UPDATE (a, b)`, `ALL PRIVILEGES`
fn rights<'a>(head: &mut Head<'a>) -> Result<Vec<Right<'a>>> {
    head.list(|head| {
        let here = head.here();
        let word = head.ident()?.value;
        if word == "all" {
            head.takes("privileges");
        }
        let columns = here.idents(&head.names()?)?;
        Ok(Right { word, columns, here })
    })
}

/// Who, and whether each may grant it on.
fn grantees(head: &mut Head) -> Result<(Vec<String>, bool)> {
    head.must("to")?;
    let names = head.list(|head| {
        head.takes("group");
        Ok(role(head)?.as_str().to_owned())
    })?;
    let option = head.takes_all(&["with", "grant", "option"]);
    if head.is("granted") {
        return Err(head
            .wrong("not supported: GRANTED BY in a model file")
            .hint("take it away: the owner grants, or who runs the revision"));
    }
    head.end()?;
    Ok((names, option))
}

impl Right<'_> {
    /// As a declaration would have it.
    fn grants(&self, names: &[String], option: bool, class: Class) -> Result<Grants> {
        let word = if option { format!("{} with grant option", self.word) } else { self.word.clone() };
        let entry = |name: &String| (said(name.as_str()), word.clone().into());
        let declared: Declared = Entries(names.iter().map(entry).collect());
        Grants::declared(&declared, class, &self.here)
    }
}

/// What a right on columns may be about.
const COLUMNS: &[Tag] = &[Tag::Column, Tag::View, Tag::MaterializedView];
const TABLES: &[Tag] = &[Tag::Table, Tag::View, Tag::MaterializedView];

pub fn grant(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let begin = head.at;
    let rights = rights(head)?;
    if !head.takes("on") {
        head.at = begin;
        return Err(head
            .wrong("not supported: GRANT of a role")
            .hint("roles belong to the whole server: autogen manages none"));
    }
    let targets = targets(head)?;
    let (names, option) = grantees(head)?;
    for target in &targets {
        for right in &rights {
            for target in target.columns(&right.columns) {
                let Some(class) = Class::of(&target.called()) else { continue };
                let grants = right.grants(&names, option, class)?;
                draft.about.push(About::Thing(target, Says::May(grants)));
            }
        }
    }
    Ok(())
}

/// `TABLE a, b`, `FUNCTION f(integer)`, or tables without the word.
fn targets(head: &mut Head) -> Result<Vec<Target>> {
    if head.is("all") {
        return Err(head
            .wrong("not supported: GRANT ON ALL … IN SCHEMA in a model file")
            .hint("name each, since a model says who may do what with which"));
    }
    let elsewhere = ["database", "tablespace", "parameter", "large"];
    if elsewhere.iter().any(|word| head.is(word))
        && head.tokens.get(head.at + 1).is_some_and(|next| !next.is_word("to"))
    {
        return Err(refused::thing(head, "GRANT ON"));
    }
    let refused = refused::thing(head, "GRANT ON");
    let sort = named::sort(head).unwrap_or_else(named::table);
    head.list(|head| {
        let target = named::target(head, sort)?;
        Class::of(&target.called()).ok_or_else(|| refused.clone())?;
        let tags = if sort.form == Form::Name && sort.tags[0] == Tag::Table { TABLES } else { target.tags };
        Ok(Target { tags, ..target })
    })
}

impl Target {
    /// Each of these columns of it; itself where none is named.
    fn columns(&self, columns: &[Ident]) -> Vec<Target> {
        let of = |column: &Ident| {
            let path = self.path.iter().chain([column]).cloned().collect();
            Target { tags: COLUMNS, path, ..self.clone() }
        };
        if columns.is_empty() { vec![self.clone()] } else { columns.iter().map(of).collect() }
    }
}

const MADE: [(&str, Objects); 6] = [
    ("tables", Objects::Tables),
    ("sequences", Objects::Sequences),
    ("functions", Objects::Functions),
    ("routines", Objects::Functions),
    ("types", Objects::Types),
    ("schemas", Objects::Schemas),
];

pub fn default_privileges(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let place = head.here().place(&said(""));
    let (mut roles, mut schemas) = (Vec::new(), Vec::new());
    loop {
        if head.takes_all(&["for", "role"]) || head.takes_all(&["for", "user"]) {
            roles = head.list(role)?;
        } else if head.takes_all(&["in", "schema"]) {
            schemas = head.list(|head| head.here().ident(&head.ident()?).map(Some))?;
        } else {
            break;
        }
    }
    if roles.is_empty() {
        return Err(head.wrong("`FOR ROLE` is missing").hint("name the role that makes the things"));
    }
    if head.is("revoke") {
        return Err(head
            .wrong("not supported: ALTER DEFAULT PRIVILEGES … REVOKE in a model file")
            .hint("say who may do what under `default_privileges:` in YAML, such as { functions: { public: [] } }"));
    }
    head.must("grant")?;
    let rights = rights(head)?;
    head.must("on")?;
    let wrong =
        head.wrong("TABLES, SEQUENCES, FUNCTIONS, TYPES or SCHEMAS is expected here").hint("correct the statement");
    let objects = MADE.iter().find(|(word, _)| head.takes(word)).map(|(_, objects)| *objects).ok_or(wrong)?;
    if objects == Objects::Schemas && !schemas.is_empty() {
        head.at -= 1;
        return Err(head.wrong("a schema is made in no schema").hint("take IN SCHEMA away"));
    }
    let (names, option) = grantees(head)?;
    if schemas.is_empty() {
        schemas.push(None);
    }
    for right in &rights {
        if !right.columns.is_empty() {
            return Err(right.here.error("a right on columns is no default", &said("")).hint("take the columns away"));
        }
        let grants = right.grants(&names, option, objects.class())?;
        for (role, schema) in roles.iter().flat_map(|role| schemas.iter().map(move |schema| (role, schema))) {
            let (role, schema, grants) = (role.clone(), schema.clone(), grants.clone());
            draft.about.push(About::Made { role, schema, objects, grants, place: place.clone() });
        }
    }
    Ok(())
}
