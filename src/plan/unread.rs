//! Which bodies that PostgreSQL does not look into say a name that ceases to be?

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::kind::{Change, Hazard, Id, Name, Need, Object, Risk, Space, Text};

use super::Statement;

/// Says at each rename which routines go on saying the old name, since nothing else does: `renamed` is the catalog after the
/// renames, and what `changes` touches is written anew.
pub fn say(statements: &mut [Statement], renamed: &Catalog, changes: &[Change<&Object>]) {
    if statements.is_empty() {
        return;
    }
    let changed: BTreeSet<Id> = changes.iter().map(|change| change.subject().id()).collect();
    let text = |object: &Object| {
        object.prefers().into_iter().find_map(|need| match need {
            Need::Text(text) => Some(text),
            _ => None,
        })
    };
    let bodies: Vec<(&Id, Box<Text>)> = renamed
        .objects()
        .iter()
        .filter(|(id, object)| object.body_check().is_some() && !changed.contains(*id))
        .filter_map(|(id, object)| Some((id, text(object)?)))
        .collect();
    for op in statements.iter_mut().flat_map(|statement| &mut statement.ops) {
        let Some(old) = op.old.as_ref().map(Object::id) else { continue };
        let (place, Some(own)) = (old.place(), old.own_name()) else { continue };
        // nothing else is said in a query
        let spoken =
            matches!(place.space, Space::Schema | Space::Relation | Space::Type | Space::Column | Space::Routine);
        let says = |text: &Text, name: &str| text.names.iter().any(|parts| parts.iter().any(|part| part == name));
        for (id, text) in bodies.iter().filter(|_| spoken && old.tag.sql() != "INDEX") {
            // a column is one of its table, which is called otherwise by then where it is renamed too
            let of_table =
                place.space != Space::Column || place.path.get(1).is_some_and(|table| says(text, table.as_str()));
            if of_table && says(text, own.as_str()) {
                op.hazards.push(Hazard {
                    risk: Risk::Breaks,
                    on: Name::new(Space::Schema, [own]),
                    text: format!("{id} says {own} in its body, which PostgreSQL does not look into"),
                    spared_by: None,
                });
            }
        }
    }
}
