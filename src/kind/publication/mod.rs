//! A publication: which changes of which tables other servers may follow.
//!
//! The tables and schemas of it are objects of their own, since they come and go with what they name.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    pub name: Ident,
    pub all_tables: bool,
    /// Which of `CHANGES`.
    pub publish: BTreeSet<String>,
    /// Changes of a partition are those of the table that it is a part of.
    pub via_partition_root: bool,
    /// `stored`; unless said none are.
    pub generated_columns: Option<String>,
}

const CHANGES: [&str; 4] = ["insert", "update", "delete", "truncate"];

impl Publication {
    fn options(&self) -> Vec<Sql> {
        let Self { name: _, all_tables: _, publish, via_partition_root, generated_columns } = self;
        let list = CHANGES.into_iter().filter(|change| publish.contains(*change)).collect::<Vec<_>>().join(", ");
        let mut options = vec![Sql::new().kw("publish =").literal(&list)];
        options.extend(via_partition_root.then(|| Sql::new().kw("publish_via_partition_root = true")));
        options.extend(generated_columns.as_ref().map(|which| Sql::new().kw("publish_generated_columns =").literal(which)));
        options
    }
}

impl Kind for Publication {
    const TAG: Tag = Tag::Publication;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let publish = CHANGES.into_iter().filter(|change| row.is(change)).map(str::to_owned).collect();
        Ok(Self {
            name: row.ident("name")?,
            all_tables: row.is("all_tables"),
            publish,
            via_partition_root: row.is("via_partition_root"),
            generated_columns: row.opt("generated_columns").map(str::to_owned),
        })
    }

    fn id(&self) -> Id {
        Id::new(Tag::Publication, [&self.name])
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::Publication, [&self.name])]
    }

    fn requires(&self) -> Vec<Need> {
        Vec::new()
    }

    fn since(&self) -> Option<(u32, &'static str)> {
        self.generated_columns.as_ref().map(|_| (18, "`generated_columns`"))
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "publications";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { name, all_tables, publish, via_partition_root, generated_columns } = self;
        let list: Vec<Doc> = CHANGES.into_iter().filter(|change| publish.contains(*change)).map(Doc::text).collect();
        let schemas = parts.sections.remove("member_schemas").unwrap_or_default();
        let schemas: Vec<Doc> = schemas.into_iter().map(|part| part.doc).collect();
        let fields = Fields::default()
            .put("comment", parts.take_one("comment"))
            .attached(&mut parts)
            .when("all_tables", *all_tables)
            .put("tables", parts.take_map("member_tables"))
            .put("schemas", (!schemas.is_empty()).then_some(Doc::List(schemas)))
            .put("publish", (publish.len() < CHANGES.len()).then_some(Doc::List(list)))
            .when("via_partition_root", *via_partition_root)
            .put("generated_columns", generated_columns.as_ref().map(Doc::text));
        Part { key: Some(name.as_str().to_owned()), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.global(Space::Publication, &mut self.name);
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        if old.all_tables == new.all_tables { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let sql = Sql::new().kw("CREATE PUBLICATION").ident(&self.name);
        let sql = sql.when(self.all_tables, |sql| sql.kw("FOR ALL TABLES"));
        vec![Piece::Statement(sql.kw("WITH (").list(self.options()).kw(")"))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP PUBLICATION").ident(&self.name))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let Self { name, all_tables: _, publish: _, via_partition_root, generated_columns } = new;
        let before = old.options();
        let mut changed: Vec<Sql> = new.options().into_iter().filter(|option| !before.contains(option)).collect();
        if old.via_partition_root && !via_partition_root {
            changed.push(Sql::new().kw("publish_via_partition_root = false"));
        }
        if old.generated_columns.is_some() && generated_columns.is_none() {
            changed.push(Sql::new().kw("publish_generated_columns = none"));
        }
        vec![Piece::Statement(Sql::new().kw("ALTER PUBLICATION").ident(name).kw("SET (").list(changed).kw(")"))]
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_publication",
            Change::Drop(_) => "drop_publication",
            Change::Rename { .. } => "rename_publication",
            Change::Alter { .. } => "alter_publication",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let hazard = |text: &str| vec![Hazard::everywhere(Risk::Breaks, text)];
        match change {
            Change::Create(new) if new.all_tables => {
                hazard("UPDATE and DELETE fail on every table that has no primary key or other replica identity")
            }
            Change::Drop(_) => hazard("subscriptions to it stop with an error"),
            Change::Alter { .. } => hazard("servers that follow it get other changes from now on"),
            _ => Vec::new(),
        }
    }
}
