//! A collation: whose rules text is compared by, and which.
//!
//! Postgres changes none in place. A second collation takes the name, and the columns that sort by it move; their indexes
//! are built anew. Its version is the library's and is not compared.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collation {
    pub name: Qualified,
    pub provider: Provider,
    /// `LC_COLLATE` of libc; of the other providers the locale.
    pub collate: String,
    /// `LC_CTYPE` of libc; of the other providers the locale.
    pub ctype: String,
    /// Only strings of equal bytes are equal.
    pub deterministic: bool,
    /// Rules of ICU beyond those of the locale.
    pub rules: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    Libc,
    Icu,
    Builtin,
}

crate::json_schema::words!(of Provider = Provider::ALL.map(Provider::word));

impl Provider {
    const ALL: [Provider; 3] = [Provider::Libc, Provider::Icu, Provider::Builtin];

    fn word(self) -> &'static str {
        match self {
            Provider::Libc => "libc",
            Provider::Icu => "icu",
            Provider::Builtin => "builtin",
        }
    }

    /// As `collprovider` has it.
    fn letter(self) -> &'static str {
        match self {
            Provider::Libc => "c",
            Provider::Icu => "i",
            Provider::Builtin => "b",
        }
    }
}

impl Collation {
    fn create_sql(&self) -> Sql {
        let Self { name, provider, collate, ctype, deterministic, rules } = self;
        let mut options = vec![Sql::new().kw("PROVIDER =").kw(provider.word())];
        if collate == ctype {
            options.push(Sql::new().kw("LOCALE =").literal(collate));
        } else {
            options.push(Sql::new().kw("LC_COLLATE =").literal(collate));
            options.push(Sql::new().kw("LC_CTYPE =").literal(ctype));
        }
        options.extend((!deterministic).then(|| Sql::new().kw("DETERMINISTIC = false")));
        options.extend(rules.as_ref().map(|rules| Sql::new().kw("RULES =").literal(rules)));
        Sql::new().kw("CREATE COLLATION").qualified(name).kw("(").list(options).kw(")")
    }
}

impl Kind for Collation {
    const TAG: Tag = Tag::Collation;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let letter = row.text("provider")?;
        let found = Provider::ALL.into_iter().find(|provider| provider.letter() == letter);
        let provider = found.ok_or_else(|| crate::Error::new(format!("not supported: the collation provider {letter}")))?;
        Ok(Self {
            name: row.qualified("schema", "name")?,
            provider,
            collate: row.text("collate")?.to_owned(),
            ctype: row.text("ctype")?.to_owned(),
            deterministic: row.is("deterministic"),
            rules: row.opt("rules").map(str::to_owned),
        })
    }

    fn id(&self) -> Id {
        Id::of(Tag::Collation, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::Collation, [&self.name.schema, &self.name.name])]
    }

    fn requires(&self) -> Vec<Need> {
        vec![Need::exists(Name::schema(&self.name.schema))]
    }

    fn since(&self) -> Option<(u32, &'static str)> {
        match (self.provider, &self.rules) {
            (Provider::Builtin, _) => Some((17, "the builtin provider")),
            (_, Some(_)) => Some((16, "`rules`")),
            _ => None,
        }
    }

    /// ICU and the server's own provider spell a locale in their own way: `de_DE` becomes `de-DE`.
    fn adopt(&mut self, live: &Self) {
        let plain = |locale: &str| locale.replace(['_', '-'], "").to_lowercase();
        let own = self.provider != Provider::Libc && self.provider == live.provider;
        if own && plain(&self.collate) == plain(&live.collate) {
            (self.collate, self.ctype) = (live.collate.clone(), live.ctype.clone());
        }
    }

    fn stand_in(&self, schema: &Ident) -> Option<Self> {
        let name = Qualified { schema: schema.clone(), name: self.name.name.clone() };
        Some(Self { name, ..self.clone() })
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "collations";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { name, provider, collate, ctype, deterministic, rules } = self;
        let fields = Fields::default().put("provider", (*provider != Provider::Libc).then(|| Doc::text(provider.word())));
        let fields = match collate == ctype {
            true => fields.put("locale", Doc::text(collate)),
            false => fields.put("lc_collate", Doc::text(collate)).put("lc_ctype", Doc::text(ctype)),
        };
        let fields = fields
            .put("deterministic", (!deterministic).then_some(Doc::Truth(false)))
            .put("rules", rules.as_ref().map(Doc::text))
            .put("comment", parts.take_one("comment"))
            .attached(&mut parts);
        Part { key: Some(crate::draft::write_name(name, parts.schema.as_str())), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.qualified(Space::Collation, &mut self.name);
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::Swap
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        vec![Piece::Statement(self.create_sql())]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP COLLATION").qualified(&self.name))]
    }

    fn alter(_: &Self, _: &Self) -> Vec<Piece> {
        Vec::new()
    }

    fn swap(old: &Self, new: &Self, _: Vec<Sql>, carried: Vec<Piece>) -> Vec<Piece> {
        if carried.is_empty() {
            return old.drop().into_iter().chain(new.create(Vec::new())).collect();
        }
        let name = Ident::new(crate::name::object_name(old.name.name.as_str(), "", "old"));
        let aside = Qualified { schema: old.name.schema.clone(), name };
        let rename = Sql::new().kw("ALTER COLLATION").qualified(&old.name).kw("RENAME TO").ident(&aside.name);
        let mut pieces = vec![Piece::Statement(rename), Piece::Statement(new.create_sql())];
        pieces.extend(carried);
        pieces.push(Piece::Statement(Sql::new().kw("DROP COLLATION").qualified(&aside)));
        pieces
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_collation",
            Change::Drop(_) => "drop_collation",
            Change::Rename { .. } => "rename_collation",
            Change::Alter { .. } => "alter_collation",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let Change::Alter { new, .. } = change else { return Vec::new() };
        let on = Name::new(Space::Collation, [&new.name.schema, &new.name.name]);
        let text = "every index on a column of this collation is built anew, under ACCESS EXCLUSIVE".to_owned();
        vec![Hazard { risk: Risk::Blocks, on, text, spared_by: None }]
    }
}
