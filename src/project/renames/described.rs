//! What would a person look at who has to say whether a thing was renamed?

use super::Sides;
use super::show::name;
use crate::catalog::Catalog;
use crate::kind::{Id, Object};
use crate::render;

impl Sides<'_> {
    /// In one line, as it is.
    pub fn live(&self, id: &Id) -> String {
        described(self.base, id)
    }

    /// In one line, as models declare it.
    pub fn wanted(&self, id: &Id) -> String {
        described(self.wanted, id)
    }

    /// Where a model declares it, in brackets.
    pub fn place(&self, id: &Id) -> String {
        self.wanted.place(id).map(|place| format!("  ({place})")).unwrap_or_default()
    }

    /// What the answer yes comes to.
    pub fn rename_sql(&self, old: &Id, new: &Id) -> String {
        match (self.base.get(old), self.wanted.get(new)) {
            // what follows from the name may follow or not
            (Some(old), Some(new)) => render::statements(old.rename_sql(new).into_iter().take(1).collect()),
            _ => "the value is renamed".to_owned(),
        }
    }

    /// What the answer no comes to.
    pub fn drop_sql(&self, old: &Id) -> String {
        self.base.get(old).map_or_else(|| "the value is removed".to_owned(), |old| render::statements(old.drop()))
    }

    pub fn holds_data(&self, id: &Id) -> bool {
        self.base.get(id).is_some_and(|object| object.holds_data())
    }
}

/// So much of a definition is shown.
const SHOWN: usize = 100;

/// In one line: a part of something as it stands in that, a table by its columns, anything else by what makes it.
fn described(catalog: &Catalog, id: &Id) -> String {
    let Some(object) = catalog.get(id) else { return id.qualified() };
    if object.element(Vec::new()).is_some() {
        let outer: Vec<String> = id.path.iter().take(id.path.len() - 1).map(ToString::to_string).collect();
        return format!("{} of {}", render::definition(object), outer.join("."));
    }
    let of = |other: &&Object| other.holds_data() && other.parent().as_ref() == Some(id);
    let mut parts: Vec<(Option<&i64>, String)> = catalog
        .objects()
        .values()
        .filter(of)
        .map(|part| {
            let id = part.id();
            (catalog.notes.order.get(&id), name(&id))
        })
        .collect();
    parts.sort();
    let text = match parts.is_empty() {
        true => render::definition(object),
        false => {
            format!("{} ({})", id.qualified(), parts.into_iter().map(|(_, name)| name).collect::<Vec<_>>().join(", "))
        }
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
