//! An extension: that it is installed, in which schema, and at which version where the model states one.
//!
//! What it brings (types, functions, operator classes) is never managed: it stands as externals that exist because the
//! extension does.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    pub name: Ident,
    /// `None`: wherever its control file or the server puts it.
    pub schema: Option<Ident>,
    /// `None`: whichever the server has; a version that nobody stated is no difference.
    pub version: Option<String>,
    /// Other extensions, as its control file has it; of those that a model adds, the ones that models declare.
    pub required: Aside<Vec<Ident>>,
}

impl Kind for Extension {
    const TAG: Tag = Tag::Extension;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let schema = if row.is("own_schema") { None } else { Some(row.ident("schema")?) };
        let required: Option<Vec<String>> = row.json("requires")?;
        let required = Aside(required.into_iter().flatten().map(Ident::new).collect());
        Ok(Self { name: row.ident("name")?, schema, version: Some(row.text("version")?.to_owned()), required })
    }

    fn id(&self) -> Id {
        Id::new(Tag::Extension, [&self.name])
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::Extension, [&self.name])]
    }

    fn requires(&self) -> Vec<Need> {
        let schema = self.schema.iter().map(Name::schema);
        let others = self.required.0.iter().map(|name| Name::new(Space::Extension, [name]));
        schema.chain(others).map(Need::exists).collect()
    }

    fn adopt(&mut self, live: &Self) {
        if self.schema.is_none() {
            self.schema = live.schema.clone();
        }
        if self.version.is_none() {
            self.version = live.version.clone();
        }
        self.required = live.required.clone();
    }

    fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    fn require(&mut self, others: Vec<Ident>) {
        self.required = Aside(others);
    }

    const BRINGS_NAMES: bool = true;

    const SECTION: &'static str = "extensions";

    /// Without the version: which one is there is the server's affair until a model states it.
    fn write(&self, mut parts: Parts) -> Part {
        let doc = Fields::default()
            .put("schema", self.schema.as_ref().map(|schema| Doc::text(schema.as_str())))
            .put("comment", parts.take_one("comment"));
        Part { key: Some(self.name.as_str().to_owned()), doc: Doc::Map(doc.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        self.schema.iter_mut().for_each(|schema| renames.schema(schema));
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        let Self { name: _, schema: _, version: _, required: _ } = new;
        match (&old.schema, &new.schema) {
            // its control file puts it elsewhere, which no ALTER says
            (Some(_), None) => Alteration::Recreate,
            _ => Alteration::InPlace,
        }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let sql = Sql::new()
            .kw("CREATE EXTENSION")
            .ident(&self.name)
            .maybe(self.schema.as_ref(), |sql, schema| sql.kw("WITH SCHEMA").ident(schema))
            .maybe(self.version.as_ref(), |sql, version| sql.kw("VERSION").literal(version));
        vec![Piece::Statement(sql)]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP EXTENSION").ident(&self.name))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let Self { name, schema, version, required: _ } = new;
        let mut pieces = Vec::new();
        let alter = || Sql::new().kw("ALTER EXTENSION").ident(name);
        if let Some(schema) = schema.as_ref().filter(|_| old.schema != *schema) {
            pieces.push(Piece::Statement(alter().kw("SET SCHEMA").ident(schema)));
        }
        if let Some(version) = version.as_ref().filter(|_| old.version != *version) {
            pieces.push(Piece::Statement(alter().kw("UPDATE TO").literal(version)));
        }
        pieces
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_extension",
            Change::Drop(_) => "drop_extension",
            Change::Rename { .. } | Change::Alter { .. } => "alter_extension",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        match change {
            Change::Drop(old) => vec![Hazard {
                risk: Risk::Breaks,
                on: Name::new(Space::Extension, [&old.name]),
                spared_by: None,
                text: format!("functions and types of {} are gone for every program that uses them", old.name),
            }],
            Change::Alter { old: Self { version: Some(from), .. }, new: Self { name, version: Some(to), .. } } if older(to, from) => {
                vec![Hazard {
                    risk: Risk::OneWay,
                    on: Name::new(Space::Extension, [name]),
                    spared_by: None,
                    text: format!("PostgreSQL refuses it unless {name} brings a script from {from} to {to}"),
                }]
            }
            _ => Vec::new(),
        }
    }
}

/// Whether a version was made before another: numbers between the dots count as numbers.
fn older(version: &str, than: &str) -> bool {
    let parts = |text: &str| -> Vec<(u64, String)> {
        text.split(['.', '-']).map(|part| (part.parse().unwrap_or(0), part.to_owned())).collect()
    };
    parts(version) < parts(than)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_number_by_number() {
        for (version, than, expected) in [("1.9", "1.10", true), ("1.10", "1.9", false), ("1.5", "1.5", false), ("3", "3.1", true)] {
            assert_eq!(older(version, than), expected, "{version}, {than}");
        }
    }
}
