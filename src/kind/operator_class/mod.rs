//! An operator class: how an access method keeps values of one type, and by which operators it finds them.

use super::member::Member;
use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorClass {
    pub name: Qualified,
    pub method: Ident,
    pub ty: Type,
    /// An index takes it unasked.
    pub usual: bool,
    pub family: Qualified,
    /// `None`: what is kept is of the type itself.
    pub storage: Option<Type>,
    /// Those that it cannot be without, in their order.
    pub members: Vec<Member>,
}

impl OperatorClass {
    fn path(&self) -> [Ident; 3] {
        member::path(&self.name, &self.method)
    }

    fn sorted(mut self) -> Self {
        self.members.sort_by_key(|member| (!member.is_operator(), member.number, member.slot()));
        self
    }
}

impl Kind for OperatorClass {
    const TAG: Tag = Tag::OperatorClass;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let mut members = member::read(row, "operators")?;
        members.extend(member::read(row, "functions")?);
        let class = Self {
            name: row.qualified("schema", "name")?,
            method: row.ident("method")?,
            ty: Type::from_server(row.text("type")?),
            usual: row.is("usual"),
            family: row.must_pair("family")?,
            storage: row.opt("storage").map(Type::from_server),
            members,
        };
        Ok(class.sorted())
    }

    fn id(&self) -> Id {
        Id::new(Tag::OperatorClass, self.path())
    }

    /// One class of a method is the usual one of a type.
    fn occupies(&self) -> Vec<Name> {
        let own = Name::new(Space::OperatorClass, self.path());
        let types = Ident::new(self.ty.base());
        let usual = self.usual.then(|| Name::new(Space::UsualOperatorClass, [self.method.clone(), types]));
        let members = self.members.iter().flat_map(|member| member.occupies(&self.family, &self.method));
        std::iter::once(own).chain(usual).chain(members).collect()
    }

    fn requires(&self) -> Vec<Need> {
        let needs = [Need::exists(Name::schema(&self.name.schema))].into_iter().chain(member::method(&self.method));
        let types = [&self.ty].into_iter().chain(&self.storage).filter_map(Type::user_type);
        let needs = needs.chain(types.map(|name| Need::exists(Name::ty(name))));
        let needs = needs.chain(member::family(&self.family, &self.method));
        needs.chain(self.members.iter().flat_map(Member::requires)).collect()
    }

    /// The whole family: what an index finds by the class, and by what it compares, is there before the index is.
    fn prefers(&self) -> Vec<Need> {
        vec![Need::AsIs(Name::new(Space::OperatorFamily, member::path(&self.family, &self.method)))]
    }

    fn types(&mut self) -> Vec<&mut Type> {
        let members = self.members.iter_mut().flat_map(Member::types_mut);
        [&mut self.ty].into_iter().chain(&mut self.storage).chain(members).collect()
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        let family = (Space::OperatorFamily, &mut self.family);
        std::iter::once(family).chain(self.members.iter_mut().flat_map(Member::references)).collect()
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "operator_classes";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { name, method, ty, usual, family, storage, members } = self;
        let fields = Fields::default()
            .put("type", Doc::Text(ty.short()))
            .when("default", *usual)
            .put("family", (family != name).then(|| routine::written(family)))
            .put("storage", storage.as_ref().map(|ty| Doc::Text(ty.short())));
        let members = members.iter().map(|member| (member.is_operator(), member.write()));
        let fields = member::write(fields, members).put("comment", parts.take_one("comment")).attached(&mut parts);
        let key = crate::draft::write_name(name, parts.schema.as_str());
        Part { key: Some(format!("{key} using {}", method.as_str())), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.types(self.types());
        renames.refer(self.references());
        renames.exactly(Space::OperatorClass, &mut self.name, &member::using(&self.method));
    }

    /// Nothing of it can be altered but its name.
    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::Recreate
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let Self { name, method, ty, usual, family, storage, members } = self;
        let sql = Sql::new().kw("CREATE OPERATOR CLASS").qualified(name).when(*usual, |sql| sql.kw("DEFAULT"));
        let sql = sql.kw("FOR TYPE").ty(ty).kw("USING").ident(method).kw("FAMILY").qualified(family).kw("AS");
        let mut items: Vec<Sql> = members.iter().map(Member::sql).collect();
        // one without members cannot say so, and PostgreSQL takes its own type for none
        if let Some(ty) = storage.as_ref().or(members.is_empty().then_some(ty)) {
            items.push(Sql::new().kw("STORAGE").ty(ty));
        }
        vec![Piece::Statement(sql.lines_open(items))]
    }

    fn drop(&self) -> Vec<Piece> {
        let sql = Sql::new().kw("DROP OPERATOR CLASS");
        vec![Piece::Statement(member::named(sql, &self.name, &member::using(&self.method)))]
    }

    fn alter(_: &Self, _: &Self) -> Vec<Piece> {
        Vec::new()
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Drop(_) => "drop_operator_class",
            Change::Rename { .. } => "rename_operator_class",
            _ => "create_operator_class",
        }
    }

    fn hazards(_: Change<&Self>) -> Vec<Hazard> {
        Vec::new()
    }
}
