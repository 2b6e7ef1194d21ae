//! An enum type and its labels in their order.
//!
//! Labels are added in place, anywhere. Taking one away or moving one swaps the type: a second type takes the name, and the
//! columns move to it through text, with everything that hangs on them down and up again. A label that is taken away may
//! have another in its place, which the rows get that held it.

use super::*;

mod relabelled;
mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enumeration {
    pub name: Qualified,
    pub labels: Vec<String>,
}

impl Enumeration {
    /// The labels that are new, each with where it goes, if that is all that changed.
    fn additions<'a>(old: &'a Self, new: &'a Self) -> Option<Vec<(&'a str, Position<'a>)>> {
        let mut kept = old.labels.iter().peekable();
        let mut added = Vec::new();
        for (n, label) in new.labels.iter().enumerate() {
            if kept.peek() == Some(&label) {
                kept.next();
                continue;
            }
            let position = match (n.checked_sub(1), old.labels.is_empty()) {
                // after the label before it, which is there by then
                (Some(before), _) if kept.peek().is_some() => Position::After(&new.labels[before]),
                (None, false) => Position::Before(&old.labels[0]),
                _ => Position::Last,
            };
            added.push((label.as_str(), position));
        }
        // each of several new labels at the front would go before the first old one: right order as well
        kept.next().is_none().then_some(added)
    }

    fn removed<'a>(old: &'a Self, new: &Self) -> Vec<&'a str> {
        old.labels.iter().filter(|label| !new.labels.contains(label)).map(String::as_str).collect()
    }

    /// The name of the old type while both are there.
    fn aside(&self) -> Ident {
        Ident::new(crate::name::object_name(self.name.name.as_str(), "", "old"))
    }

    fn create_sql(&self) -> Sql {
        let labels = self.labels.iter().map(|label| Sql::new().literal(label));
        Sql::new().kw("CREATE TYPE").qualified(&self.name).kw("AS ENUM (").list(labels).kw(")")
    }
}

enum Position<'a> {
    Before(&'a str),
    After(&'a str),
    Last,
}

impl Kind for Enumeration {
    const TAG: Tag = Tag::Enumeration;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self { name: row.qualified("schema", "name")?, labels: row.list("labels")? })
    }

    fn id(&self) -> Id {
        Id::of(Tag::Enumeration, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::ty(&self.name)]
    }

    fn requires(&self) -> Vec<Need> {
        vec![Need::exists(Name::schema(&self.name.schema))]
    }

    fn provides(&self) -> Vec<Fact> {
        self.labels.iter().map(|label| Fact::Label(Name::ty(&self.name), label.clone())).collect()
    }

    fn stand_in(&self, schema: &Ident) -> Option<Self> {
        Some(Self { name: Qualified { schema: schema.clone(), name: self.name.name.clone() }, ..self.clone() })
    }

    fn convert(&self, casts: &mut Casts, gone: bool) {
        if !gone {
            casts.enumerate(&Type::named(self.name.clone()));
        }
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "enums";

    fn write(&self, mut parts: Parts) -> Part {
        let values = Doc::List(self.labels.iter().map(Doc::text).collect());
        let doc = Fields::default().put("values", values).put("comment", parts.take_one("comment"))
            .attached(&mut parts);
        Part { key: Some(crate::draft::write_name(&self.name, parts.schema.as_str())), doc: doc.or_just("values") }
    }

    fn rename(&mut self, renames: &Renames) {
        for label in &mut self.labels {
            renames.label(&self.name, label);
        }
        renames.qualified(Space::Type, &mut self.name);
    }

    fn rename_sql(&self, renamed: &Self) -> Vec<Piece> {
        let own = renames::statement(&self.id(), &renamed.id());
        let value = |(from, to): (String, String)| {
            let sql = Sql::new().kw("ALTER TYPE").qualified(&renamed.name).kw("RENAME VALUE");
            Piece::Statement(sql.literal(&from).kw("TO").literal(&to))
        };
        own.into_iter().chain(renames::in_turn(&self.labels, &renamed.labels).into_iter().map(value)).collect()
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        if Self::additions(old, new).is_some() { Alteration::InPlace } else { Alteration::Swap }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        vec![Piece::Statement(self.create_sql())]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP TYPE").qualified(&self.name))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let Self { name, labels: _ } = new;
        let add = |(label, position): (&str, Position)| {
            let sql = Sql::new().kw("ALTER TYPE").qualified(name).kw("ADD VALUE").literal(label);
            Piece::Statement(match position {
                Position::Before(other) => sql.kw("BEFORE").literal(other),
                Position::After(other) => sql.kw("AFTER").literal(other),
                Position::Last => sql,
            })
        };
        Self::additions(old, new).unwrap_or_default().into_iter().map(add).collect()
    }

    fn swap(old: &Self, new: &Self, _: Vec<Sql>, carried: Vec<Piece>) -> Vec<Piece> {
        let aside = Qualified { schema: old.name.schema.clone(), name: old.aside() };
        let rename = Sql::new().kw("ALTER TYPE").qualified(&old.name).kw("RENAME TO").ident(&aside.name);
        let mut pieces = vec![Piece::Statement(rename), Piece::Statement(new.create_sql())];
        pieces.extend(carried);
        pieces.push(Piece::Statement(Sql::new().kw("DROP TYPE").qualified(&aside)));
        pieces
    }

    fn replaced(old: &Self, new: &Self, mapping: &Mapping) -> Values {
        relabelled::replaced(old, new, mapping)
    }

    fn relabelled(old: &Self, new: &Self, mapping: &Mapping, used: bool) -> Vec<Hazard> {
        relabelled::hazards(old, new, mapping, used)
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_enum",
            Change::Drop(_) => "drop_enum",
            Change::Rename { old, new } if old.name == new.name => "rename_enum_value",
            Change::Rename { .. } => "rename_enum",
            Change::Alter { old, new } if Self::additions(old, new).is_some() => "add_enum_value",
            Change::Alter { .. } => "alter_enum",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        // of a swap, what moves says what it costs
        let Change::Alter { old, new } = change else { return Vec::new() };
        let text = "no table is locked; a label once added cannot be dropped in place";
        let lock = Hazard { risk: Risk::Lock, on: Name::ty(&new.name), text: text.into(), spared_by: None };
        Self::additions(old, new).map(|_| lock).into_iter().collect()
    }
}
