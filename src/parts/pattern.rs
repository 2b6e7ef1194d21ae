//! Which changes does a person mean by `audit.*` or `index public.tasks.ix_*`?

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::kind::Id;
use crate::ours::{self, Glob};

use super::{Changes, Cut};

/// A kind, a name with `*` and `?`, or both: as messages name an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    kind: Option<&'static str>,
    /// One for each part of a name: the name alone, `schema.name`, `table.name` of what is in a table, `schema.table.name`.
    parts: Vec<Glob>,
}

/// So many of what there is are listed.
const LISTED: usize = 20;

impl Pattern {
    pub fn read(text: &str) -> Result<Self> {
        let text = text.trim();
        let kinds = ours::kinds();
        let rest = |kind: &str| text.strip_prefix(kind).filter(|rest| rest.is_empty() || rest.starts_with(' '));
        // `foreign key` before a name, and not a kind that begins alike
        let kind = kinds.into_iter().filter(|kind| rest(kind).is_some()).max_by_key(|kind| kind.len());
        let name = kind.and_then(rest).unwrap_or(text).trim();
        let parts: Vec<Glob> = match name {
            "" => Vec::new(),
            name => parts(name).into_iter().map(Glob).collect(),
        };
        let refused = |message: &str| {
            Err(Error::new(format!("`{text}` {message}")).hint(
                "write a name, schema.name, table.name or schema.table.name, with * and ?; a kind may stand before it",
            ))
        };
        if kind.is_none() && parts.is_empty() {
            return refused("is no pattern: there is nothing in it");
        }
        if parts.iter().any(|part| part.0.is_empty()) || parts.len() > 3 {
            return refused("names no object");
        }
        Ok(Self { text: text.to_owned(), kind, parts })
    }

    fn fits(&self, id: &Id) -> bool {
        if self.kind.is_some_and(|kind| kind != id.tag.word()) {
            return false;
        }
        // a comment is on something, and goes by its name
        let mut at = id;
        while let Some(on) = &at.on {
            at = on;
        }
        // the types that a routine takes stand behind its name
        let path = if at.tag.is_routine() { &at.path[..at.path.len().min(2)] } else { at.path.as_slice() };
        let fits = |glob: &Glob, at: usize| path.get(at).is_some_and(|part| glob.fits(part.as_str()));
        let last = path.len().saturating_sub(1);
        match self.parts.as_slice() {
            [] => true,
            [name] => fits(name, last),
            [schema, name] => fits(name, last) && (fits(schema, 0) || path.len() == 3 && fits(schema, 1)),
            [schema, table, name] => path.len() == 3 && fits(schema, 0) && fits(table, 1) && fits(name, 2),
            _ => false,
        }
    }
}

/// What stands between the dots that are in no quotes, quotes taken off.
fn parts(name: &str) -> Vec<String> {
    let (mut parts, mut quoted) = (vec![String::new()], false);
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                parts.last_mut().into_iter().for_each(|part| part.push('"'));
            }
            '"' => quoted = !quoted,
            '.' if !quoted => parts.push(String::new()),
            c => parts.last_mut().into_iter().for_each(|part| part.push(c)),
        }
    }
    parts
}

impl Changes<'_> {
    /// The changes that the patterns name, and those of what belongs to what they name, with all that has to go along.
    pub fn only(&self, patterns: &[Pattern]) -> Result<Cut> {
        let mut asked = BTreeSet::new();
        for pattern in patterns {
            let named = |id: &&Id| self.line(id).iter().any(|above| pattern.fits(above));
            let found: Vec<Id> = self.ids.iter().filter(named).cloned().collect();
            if found.is_empty() && !self.renamed.iter().any(|id| pattern.fits(id)) {
                return Err(self.nothing(pattern));
            }
            asked.extend(found);
        }
        let mut cut = self.close(asked);
        let tables: BTreeSet<Id> = cut.ids.iter().filter_map(|id| self.table_of(id)).collect();
        let made: Vec<Id> = cut.ids.iter().filter(|id| self.is_created(id)).cloned().collect();
        self.grow(&mut cut, made, &tables);
        Ok(cut)
    }

    fn nothing(&self, pattern: &Pattern) -> Error {
        let mut there: Vec<String> = self.renamed.iter().chain(&self.outermost(&self.ids)).map(Id::to_string).collect();
        let more = there.len().saturating_sub(LISTED);
        there.truncate(LISTED);
        if more > 0 {
            there.push(format!("and {more} more"));
        }
        Error::no(format!("no change is named `{}`", pattern.text))
            .detail(format!("what there is:\n  {}", there.join("\n  ")))
            .hint("name one of these, schema.name or a kind, with * and ?")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Tag;

    fn fits(pattern: &str, id: &Id) -> bool {
        Pattern::read(pattern).unwrap().fits(id)
    }

    #[test]
    fn names_and_kinds_are_told_apart() {
        let word = |word: &str| Tag::ALL.iter().find(|tag| tag.word() == word).copied().unwrap();
        let id = |kind: &str, path: &[&str]| Id::new(word(kind), path.iter().copied());
        let key = id("foreign key", &["public", "tasks", "tasks_user_fk"]);
        for pattern in
            ["tasks_*", "public.*_fk", "public.tasks.*", "tasks.*_fk", "foreign key", "foreign key tasks_user_f?"]
        {
            assert!(fits(pattern, &key), "{pattern}");
        }
        for pattern in ["tasks", "audit.*", "public.users.*", "primary key", "foreign key users_*", "table *"] {
            assert!(!fits(pattern, &key), "{pattern}");
        }
        let routine = id("function", &["public", "add", "(integer, integer)"]);
        assert!(fits("add", &routine) && fits("public.a*", &routine) && !fits("public.add.*", &routine));
        assert!(fits("table", &id("table", &["public", "x"])) && fits("*.table", &id("view", &["public", "table"])));
        let odd = id("table", &["We\"ird", "a.b*"]);
        assert!(fits(&odd.to_string(), &odd) && fits("*.\"a.b?\"", &odd) && !fits("*.a.b*", &odd));
        for wrong in ["", "  ", "a..b", "a.b.c.d", "."] {
            assert!(Pattern::read(wrong).is_err(), "{wrong}");
        }
    }
}
