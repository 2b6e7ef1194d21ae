//! An aggregate, which makes one value of many rows through functions that it calls.
//!
//! The functions are known by their names: their types follow from those of the aggregate. `CREATE OR REPLACE` takes another
//! function for the old one as long as the aggregate surely gives the same type: that is the final function's, or the state's.

use super::routine::{self, Argument, Mode, Parallel};
use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate {
    pub name: Qualified,
    /// Of an ordered-set aggregate: those that it takes once.
    pub arguments: Vec<Argument>,
    /// Of an ordered-set aggregate: those that it takes of every row.
    pub order_by: Vec<Argument>,
    pub hypothetical: bool,
    pub sfunc: Qualified,
    pub stype: Type,
    /// About how many bytes a state has; 0: as its type says.
    pub sspace: i64,
    pub finalfunc: Option<Final>,
    pub combinefunc: Option<Qualified>,
    pub serialfunc: Option<Qualified>,
    pub deserialfunc: Option<Qualified>,
    pub initcond: Option<String>,
    pub moving: Option<Box<Moving>>,
    pub sortop: Option<Operator>,
    pub parallel: Parallel,
}

/// What makes the result of the last state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Final {
    pub function: Qualified,
    /// It is given NULLs in the place of the arguments, which tell it their types.
    pub extra: bool,
    pub modify: Modify,
}

/// How a window moves on: a second set of functions, of which one takes a row out again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moving {
    pub msfunc: Qualified,
    pub minvfunc: Qualified,
    pub mstype: Type,
    pub msspace: i64,
    pub mfinalfunc: Option<Final>,
    pub minitcond: Option<String>,
}

/// What the final function does to the state (`pg_aggregate.aggfinalmodify`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Modify {
    ReadOnly,
    Shareable,
    ReadWrite,
}

crate::json_schema::words!(of Modify = routine::last_words(&Modify::WORDS));

impl Modify {
    const WORDS: [(Self, &'static str, &'static str); 3] =
        [(Self::ReadOnly, "r", "READ_ONLY"), (Self::Shareable, "s", "SHAREABLE"), (Self::ReadWrite, "w", "READ_WRITE")];

    /// What it is where nothing is said.
    fn usual(ordered: bool) -> Self {
        if ordered { Self::ReadWrite } else { Self::ReadOnly }
    }
}

/// One that is written without a schema equals any that the server found for the type.
#[derive(Debug, Clone)]
pub struct Operator {
    pub schema: Option<Ident>,
    pub symbols: String,
}

impl PartialEq for Operator {
    fn eq(&self, other: &Self) -> bool {
        let found = self.schema.is_none() || other.schema.is_none();
        self.symbols == other.symbols && (found || self.schema == other.schema)
    }
}

impl Eq for Operator {}

impl Final {
    fn read(row: &Row, what: &str) -> Result<Option<Self>> {
        let Some(function) = row.pair(what)? else { return Ok(None) };
        let modify = routine::letter(&Modify::WORDS, row.text(&format!("{what}_modify"))?);
        Ok(Some(Self { function, extra: row.is(&format!("{what}_extra")), modify }))
    }

    fn options(&self, words: [&'static str; 3], ordered: bool, options: &mut Vec<Sql>) {
        let Self { function, extra, modify } = self;
        let [name, with_extra, modifies] = words;
        options.push(Sql::new().kw(name).qualified(function));
        options.extend(extra.then(|| Sql::new().kw(with_extra)));
        let said = *modify != Modify::usual(ordered);
        options.extend(said.then(|| Sql::new().kw(modifies).kw(routine::keyword(&Modify::WORDS, modify))));
    }

    fn write(&self, fields: Fields, what: &str, ordered: bool) -> Fields {
        let Self { function, extra, modify } = self;
        let word = || Doc::text(routine::keyword(&Modify::WORDS, modify).to_lowercase());
        fields
            .put(what, written(function))
            .when(&format!("{what}_extra"), *extra)
            .put(&format!("{what}_modify"), (*modify != Modify::usual(ordered)).then(word))
    }
}

impl Moving {
    fn read(row: &Row) -> Result<Option<Self>> {
        let (Some(msfunc), Some(minvfunc)) = (row.pair("msfunc")?, row.pair("minvfunc")?) else { return Ok(None) };
        Ok(Some(Self {
            msfunc,
            minvfunc,
            mstype: Type::from_server(row.text("mstype")?),
            msspace: row.number("msspace")?,
            mfinalfunc: Final::read(row, "mfinalfunc")?,
            minitcond: row.opt("minitcond").map(str::to_owned),
        }))
    }

    fn options(&self, ordered: bool, options: &mut Vec<Sql>) {
        let Self { msfunc, minvfunc, mstype, msspace, mfinalfunc, minitcond } = self;
        options.push(Sql::new().kw("MSFUNC =").qualified(msfunc));
        options.push(Sql::new().kw("MINVFUNC =").qualified(minvfunc));
        options.push(Sql::new().kw("MSTYPE =").ty(mstype));
        options.extend((*msspace != 0).then(|| Sql::new().kw("MSSPACE =").number(*msspace)));
        if let Some(mfinalfunc) = mfinalfunc {
            let words = ["MFINALFUNC =", "MFINALFUNC_EXTRA", "MFINALFUNC_MODIFY ="];
            mfinalfunc.options(words, ordered, options);
        }
        options.extend(minitcond.as_ref().map(|value| Sql::new().kw("MINITCOND =").literal(value)));
    }

    fn write(&self, fields: Fields, ordered: bool) -> Fields {
        let Self { msfunc, minvfunc, mstype, msspace, mfinalfunc, minitcond } = self;
        let fields = fields
            .put("msfunc", written(msfunc))
            .put("minvfunc", written(minvfunc))
            .put("mstype", Doc::Text(mstype.short()))
            .put("msspace", (*msspace != 0).then_some(Doc::Number(*msspace)));
        let fields = match mfinalfunc {
            Some(mfinalfunc) => mfinalfunc.write(fields, "mfinalfunc", ordered),
            None => fields,
        };
        fields.put("minitcond", minitcond.as_ref().map(Doc::text))
    }
}

/// With its schema, since a function that is not managed is found by it only.
fn written(function: &Qualified) -> Doc {
    Doc::Text(crate::draft::write_name(function, ""))
}

impl Aggregate {
    fn is_ordered(&self) -> bool {
        !self.order_by.is_empty()
    }

    /// All that it takes. Where both lists end in `VARIADIC "any"`, the rest of the call is one argument (`makeOrderedSetArgs`).
    fn all(&self) -> impl Iterator<Item = &Argument> {
        let shared = self.arguments.last().is_some_and(|last| last.mode == Mode::Variadic);
        self.arguments.iter().chain(self.order_by.iter().filter(move |_| !shared))
    }

    fn path(&self) -> [Ident; 3] {
        let signature = routine::signature(self.all().map(|argument| &argument.ty));
        [self.name.schema.clone(), self.name.name.clone(), signature]
    }

    /// `public.total(integer)`, `public.at(double precision ORDER BY integer)`, `public.rows(*)`
    fn sql(&self, named: bool) -> Sql {
        let argument = |argument: &Argument| match named {
            true => argument.sql(false),
            false => Argument { name: None, ..argument.clone() }.sql(false),
        };
        let sql = Sql::new().qualified(&self.name).glued("(");
        if self.arguments.is_empty() && !self.is_ordered() {
            return sql.kw("*").kw(")");
        }
        let sql = sql.list(self.arguments.iter().map(argument));
        sql.when(self.is_ordered(), |sql| sql.kw("ORDER BY").list(self.order_by.iter().map(argument))).kw(")")
    }

    fn functions(&mut self) -> Vec<&mut Qualified> {
        let mut functions = vec![&mut self.sfunc];
        functions.extend(self.finalfunc.as_mut().map(|last| &mut last.function));
        functions.extend(&mut self.combinefunc);
        functions.extend(&mut self.serialfunc);
        functions.extend(&mut self.deserialfunc);
        if let Some(moving) = &mut self.moving {
            functions.extend([&mut moving.msfunc, &mut moving.minvfunc]);
            functions.extend(moving.mfinalfunc.as_mut().map(|last| &mut last.function));
        }
        functions
    }

    fn definition(&self, create: &'static str) -> Sql {
        let Self { name: _, arguments: _, order_by: _, hypothetical, sfunc, stype, sspace, finalfunc, .. } = self;
        let Self { combinefunc, serialfunc, deserialfunc, initcond, moving, sortop, parallel, .. } = self;
        let ordered = self.is_ordered();
        let mut options = vec![Sql::new().kw("SFUNC =").qualified(sfunc), Sql::new().kw("STYPE =").ty(stype)];
        options.extend((*sspace != 0).then(|| Sql::new().kw("SSPACE =").number(*sspace)));
        if let Some(finalfunc) = finalfunc {
            finalfunc.options(["FINALFUNC =", "FINALFUNC_EXTRA", "FINALFUNC_MODIFY ="], ordered, &mut options);
        }
        let named = [("COMBINEFUNC =", combinefunc), ("SERIALFUNC =", serialfunc), ("DESERIALFUNC =", deserialfunc)];
        for (option, function) in named {
            options.extend(function.as_ref().map(|function| Sql::new().kw(option).qualified(function)));
        }
        options.extend(initcond.as_ref().map(|value| Sql::new().kw("INITCOND =").literal(value)));
        if let Some(moving) = moving {
            moving.options(ordered, &mut options);
        }
        let operator =
            |Operator { schema, symbols }: &Operator| Sql::new().kw("SORTOP =").operator(schema.as_ref(), symbols);
        options.extend(sortop.as_ref().map(operator));
        let said = *parallel != Parallel::Unsafe;
        options.extend(said.then(|| Sql::new().kw("PARALLEL =").kw(routine::last_word(&Parallel::WORDS, parallel))));
        options.extend(hypothetical.then(|| Sql::new().kw("HYPOTHETICAL")));
        Sql::new().kw(create).sql(&self.sql(true)).kw("(").lines(options).kw(")")
    }
}

impl Kind for Aggregate {
    const TAG: Tag = Tag::Aggregate;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let mut arguments = Argument::read(row)?;
        let kind = row.text("kind")?;
        let direct = if kind == "n" { arguments.len() } else { row.number("direct")? as usize };
        let mut order_by = arguments.split_off(direct.min(arguments.len()));
        if kind != "n" && order_by.is_empty() {
            order_by.extend(arguments.last().cloned());
        }
        let operator = |symbols: &str| Operator { schema: row.ident("sortop_schema").ok(), symbols: symbols.to_owned() };
        let sfunc = row.pair("sfunc")?.ok_or_else(|| crate::Error::new("the catalog query gave no value for sfunc"))?;
        Ok(Self {
            name: row.qualified("schema", "name")?,
            arguments,
            order_by,
            hypothetical: kind == "h",
            sfunc,
            stype: Type::from_server(row.text("stype")?),
            sspace: row.number("sspace")?,
            finalfunc: Final::read(row, "finalfunc")?,
            combinefunc: row.pair("combinefunc")?,
            serialfunc: row.pair("serialfunc")?,
            deserialfunc: row.pair("deserialfunc")?,
            initcond: row.opt("initcond").map(str::to_owned),
            moving: Moving::read(row)?.map(Box::new),
            sortop: row.opt("sortop").map(operator),
            parallel: routine::letter(&Parallel::WORDS, row.text("parallel")?),
        })
    }

    fn id(&self) -> Id {
        Id::new(Tag::Aggregate, self.path())
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::Routine, self.path())]
    }

    fn requires(&self) -> Vec<Need> {
        let mut needs = vec![Need::exists(Name::schema(&self.name.schema))];
        let mut own = self.clone();
        needs.extend(own.types().iter().filter_map(|ty| ty.user_type()).map(|name| Need::exists(Name::ty(name))));
        let managed = own.functions().into_iter().filter(|name| name.schema.as_str() != "pg_catalog");
        needs.extend(managed.map(|name| Need::text(Text::of(&name.schema, &name.to_string()))));
        if let Some(Operator { schema: Some(schema), symbols }) = &self.sortop
            && schema.as_str() != "pg_catalog"
        {
            needs.push(Need::exists(Name::new(Space::Operator, [schema.clone(), Ident::new(symbols.as_str())])));
        }
        needs
    }

    fn types(&mut self) -> Vec<&mut Type> {
        let arguments = self.arguments.iter_mut().chain(&mut self.order_by).map(|argument| &mut argument.ty);
        let moving = self.moving.as_mut().map(|moving| &mut moving.mstype);
        arguments.chain([&mut self.stype]).chain(moving).collect()
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        self.functions().into_iter().map(|name| (Space::Routine, name)).collect()
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "aggregates";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { name, arguments, order_by, hypothetical, sfunc, stype, sspace, finalfunc, .. } = self;
        let ordered = self.is_ordered();
        let spoken = |list: &[Argument]| list.iter().any(|one| one.mode != Mode::In || one.name.is_some());
        let list = |list: &[Argument]| Doc::List(list.iter().map(|one| Doc::text(one.sql(false))).collect());
        let key = crate::draft::write_name(name, parts.schema.as_str()) + self.path()[2].as_str();
        let fields = Fields::default()
            .put("comment", parts.take_one("comment"))
            .attached(&mut parts)
            .put("arguments", spoken(arguments).then(|| list(arguments)))
            .put("order_by", ordered.then(|| list(order_by)))
            .when("hypothetical", *hypothetical)
            .put("sfunc", written(sfunc))
            .put("stype", Doc::Text(stype.short()))
            .put("sspace", (*sspace != 0).then_some(Doc::Number(*sspace)));
        let fields = match finalfunc {
            Some(finalfunc) => finalfunc.write(fields, "finalfunc", ordered),
            None => fields,
        };
        let Self { combinefunc, serialfunc, deserialfunc, initcond, moving, sortop, parallel, .. } = self;
        let fields = fields
            .put("combinefunc", combinefunc.as_ref().map(written))
            .put("serialfunc", serialfunc.as_ref().map(written))
            .put("deserialfunc", deserialfunc.as_ref().map(written))
            .put("initcond", initcond.as_ref().map(Doc::text));
        let fields = match moving {
            Some(moving) => moving.write(fields, ordered),
            None => fields,
        };
        let operator = |Operator { schema, symbols }: &Operator| Doc::text(Sql::new().operator(schema.as_ref(), symbols));
        let word = || Doc::text(routine::last_word(&Parallel::WORDS, parallel).to_lowercase());
        let fields = fields
            .put("sortop", sortop.as_ref().map(operator))
            .put("parallel", (*parallel != Parallel::Unsafe).then(word));
        Part { key: Some(key), doc: Doc::Section(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        let [.., signature] = self.path();
        renames.types(self.types());
        renames.refer(self.references());
        renames.exactly(Space::Routine, &mut self.name, &signature);
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        let same = |old: &[Argument], new: &[Argument]| {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| new.replaces(old))
        };
        let gives = |of: &Self| of.finalfunc.as_ref().map(|last| (last.function.clone(), last.extra));
        let in_place = same(&old.arguments, &new.arguments)
            && same(&old.order_by, &new.order_by)
            && old.hypothetical == new.hypothetical
            && old.stype == new.stype
            && gives(old) == gives(new);
        if in_place { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        vec![Piece::Statement(self.definition("CREATE AGGREGATE"))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP AGGREGATE").sql(&self.sql(false)))]
    }

    fn alter(_: &Self, new: &Self) -> Vec<Piece> {
        vec![Piece::Statement(new.definition("CREATE OR REPLACE AGGREGATE"))]
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_aggregate",
            Change::Drop(_) => "drop_aggregate",
            Change::Rename { .. } => "rename_aggregate",
            Change::Alter { .. } => "alter_aggregate",
        }
    }

    fn hazards(_: Change<&Self>) -> Vec<Hazard> {
        Vec::new()
    }
}
