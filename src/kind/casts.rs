//! How do values of one type become those of another, and what does that take?
//!
//! What the server says of its casts, and what the models add, answered as `ALTER COLUMN … TYPE` asks it
//! (`find_coercion_pathway` in `parse_coerce.c`, `ATColumnChangeRequiresRewrite` in `tablecmds.c`). Invariant: nothing here is
//! known of a type by its name but how lengths widen; whether there is a cast is always the server's word.

use std::collections::{BTreeMap, BTreeSet};

use super::types::TypeName;
use super::{Name, Row, Space, Type};
use crate::error::Result;
use crate::name::Ident;

mod widen;

use widen::widens;

/// Conversions, by the names of types without modifiers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Casts {
    rules: BTreeMap<(String, String), Rule>,
    /// Types that anything can be written as, and anything read from.
    strings: BTreeSet<String>,
    /// Labels pass from one to another through their text, as far as both have them.
    enums: BTreeSet<String>,
    /// Types that an index usually has an order of their own for; whether it is the one that others like them take.
    orders: BTreeMap<String, bool>,
    domains: BTreeMap<String, Over>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rule {
    unasked: Unasked,
    how: How,
}

/// Where a cast is applied though nobody writes it, from nowhere on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unasked {
    Never,
    OnAssignment,
    Anywhere,
}

/// How a value passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The bytes are those of the other type already.
    Binary,
    Computed,
}

/// What a domain is over.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Over {
    ty: Type,
    checked: bool,
}

/// How the values of a column become those of another type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    pub passage: Passage,
    pub touch: Touch,
    /// What both types are without domains.
    pub roots: (Type, Type),
    /// The new type looks at each value.
    pub checked: bool,
    /// The cast that it takes, where that is known by a name.
    pub cast: Option<Name>,
    /// From one enum to another.
    pub labels: bool,
}

/// What has to be written so that a value passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    /// Nothing, and by convention no value stops it.
    Implicit,
    /// Nothing.
    Assigned,
    /// A cast.
    Explicit,
    /// There is no cast.
    Absent,
}

/// What of a table is written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Touch {
    Nothing,
    /// The indexes on the column.
    Indexes,
    Rows,
}

impl Way {
    pub fn is_explicit(&self) -> bool {
        self.passage == Passage::Explicit
    }
}

impl Casts {
    /// What the server says.
    pub fn read<'a>(rows: impl Iterator<Item = Row<'a>>) -> Result<Self> {
        let mut casts = Self::default();
        for row in rows {
            casts.learn(row.text("what")?, row.text("source")?, row.opt("target"), row.opt("how"), row.is("flag"));
        }
        Ok(casts)
    }

    /// A row of it.
    pub fn learn(&mut self, what: &str, source: &str, target: Option<&str>, how: Option<&str>, flag: bool) {
        let source = Type::from_server(source);
        let key = key(&source);
        match (what, target, how) {
            ("cast", Some(target), Some(how)) => {
                let unasked = match how.get(..1) {
                    Some("i") => Unasked::Anywhere,
                    Some("a") => Unasked::OnAssignment,
                    _ => Unasked::Never,
                };
                let how = if how.ends_with('b') { How::Binary } else { How::Computed };
                self.allow(&source, &Type::from_server(target), unasked, how);
            }
            ("string", ..) => drop(self.strings.insert(key)),
            ("enum", ..) => self.enumerate(&source),
            ("order", ..) => drop(self.orders.insert(key, flag)),
            ("domain", Some(over), _) => self.define(&source, Type::from_server(over), flag),
            _ => {}
        }
    }

    pub fn allow(&mut self, source: &Type, target: &Type, unasked: Unasked, how: How) {
        self.rules.insert((key(source), key(target)), Rule { unasked, how });
    }

    pub fn enumerate(&mut self, ty: &Type) {
        self.enums.insert(key(ty));
    }

    pub fn forbid(&mut self, source: &Type, target: &Type) {
        self.rules.remove(&(key(source), key(target)));
    }

    pub fn define(&mut self, domain: &Type, over: Type, checked: bool) {
        self.domains.insert(key(domain), Over { ty: over, checked });
    }

    /// The domain has a check, whatever else was said of it.
    pub fn check(&mut self, domain: &Type) {
        self.domains.entry(key(domain)).and_modify(|over| over.checked = true);
    }

    /// With the types of these and the casts of the others.
    pub fn with_casts_of(self, others: &Self) -> Self {
        Self { rules: others.rules.clone(), ..self }
    }

    pub fn way(&self, old: &Type, new: &Type) -> Way {
        let roots = (self.root(old), self.root(new));
        let (from, to) = (&roots.0.0, &roots.1.0);
        let unasked = self.path(from, to, false);
        let path = unasked.or_else(|| self.path(from, to, true));
        let passage = match (unasked, path) {
            (Some(path), _) if path.unasked == Unasked::Anywhere && !roots.1.1 => Passage::Implicit,
            (Some(_), _) => Passage::Assigned,
            (None, Some(_)) => Passage::Explicit,
            (None, None) => Passage::Absent,
        };
        let touch = match path {
            Some(path) if path.how == How::Binary => self.touch(old, new, roots.1.1),
            _ => Touch::Rows,
        };
        let of_elements = |ty: &Type| Type { array: false, modifiers: String::new(), ..ty.clone() };
        let named = [(key(from), key(to)), (key(&of_elements(from)), key(&of_elements(to)))];
        let cast = named.iter().find(|pair| self.rules.contains_key(pair));
        let cast = cast.map(|(source, target)| Name::new(Space::Cast, [Ident::new(format!("({source} AS {target})"))]));
        let ((from, _), (to, checked)) = roots;
        let labels = cast.is_none() && self.is_enum(&from) && self.is_enum(&to);
        Way { passage, touch, roots: (from, to), checked, cast, labels }
    }

    /// The type without domains, and whether one of these checks its values.
    fn root(&self, ty: &Type) -> (Type, bool) {
        let (mut ty, mut checked) = (ty.clone(), false);
        // what a domain is over is there before it, so there is an end to this
        while let Some(over) = self.domains.get(&key(&Type { array: false, ..ty.clone() })) {
            checked |= over.checked;
            ty = Type { array: ty.array || over.ty.array, ..over.ty.clone() };
        }
        (ty, checked)
    }

    fn path(&self, old: &Type, new: &Type, explicit: bool) -> Option<Rule> {
        let (from, to) = (key(old), key(new));
        if from == to {
            return Some(Rule { unasked: Unasked::Anywhere, how: How::Binary });
        }
        if let Some(rule) = self.rules.get(&(from.clone(), to.clone())) {
            return Some(*rule).filter(|rule| explicit || rule.unasked > Unasked::Never);
        }
        if old.array && new.array {
            let element = |ty: &Type| self.root(&Type { array: false, ..ty.clone() }).0;
            if let Some(rule) = self.path(&element(old), &element(new), explicit) {
                return Some(Rule { how: How::Computed, ..rule });
            }
        }
        let through_text = |unasked| Some(Rule { unasked, how: How::Computed });
        if self.strings.contains(&to) {
            return through_text(Unasked::OnAssignment);
        }
        let between_enums = old.array == new.array && self.is_enum(old) && self.is_enum(new);
        if explicit && (between_enums || self.strings.contains(&from)) { through_text(Unasked::Never) } else { None }
    }

    /// Of elements, where it is an array.
    fn is_enum(&self, ty: &Type) -> bool {
        self.enums.contains(&key(&Type { array: false, ..ty.clone() }))
    }

    /// Of values whose bytes stay.
    fn touch(&self, old: &Type, new: &Type, checked: bool) -> Touch {
        let ((from, _), (to, _)) = (self.root(old), self.root(new));
        let other_domain = key(old) != key(new) && checked;
        // the length that the type of a domain has is lost on the way
        let length = if key(&from) == key(old) { &from.modifiers } else { "" };
        let of_array = from.array && (from.modifiers != to.modifiers || key(old) != key(new));
        if other_domain || of_array || !widens(&key(&to), length, &to.modifiers, key(&from) == key(&to)) {
            return Touch::Rows;
        }
        let same = key(&from) == key(&to) || self.order(&key(&from)) == self.order(&key(&to));
        if same { Touch::Nothing } else { Touch::Indexes }
    }

    /// The type whose order an index on this one takes (`GetDefaultOpClass`).
    fn order<'a>(&'a self, of: &'a str) -> Option<&'a str> {
        if self.orders.contains_key(of) {
            return Some(of);
        }
        let alike = |rule: &Rule| rule.unasked == Unasked::Anywhere && rule.how == How::Binary;
        let targets = self.rules.iter().filter(|((source, _), rule)| source == of && alike(rule));
        let ordered = targets.filter_map(|((_, target), _)| Some((target.as_str(), *self.orders.get(target)?)));
        ordered.max_by_key(|(_, preferred)| *preferred).map(|(target, _)| target)
    }
}

/// The name of the type, which has two spellings for `character` without a length.
fn key(ty: &Type) -> String {
    match &ty.name {
        TypeName::Builtin(name) if name == "bpchar" => if ty.array { "character[]" } else { "character" }.to_owned(),
        _ => ty.base(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty(text: &str) -> Type {
        Type::from_server(Type::parse(text).unwrap().to_string().as_str())
    }

    /// A few of the server's own, and some domains.
    fn casts() -> Casts {
        let mut casts = Casts::default();
        for (source, target, how) in [
            ("integer", "bigint", "if"),
            ("bigint", "integer", "af"),
            ("integer", "boolean", "ef"),
            ("integer", "oid", "ib"),
            ("jsonb", "integer", "ef"),
            ("text", "character varying", "ib"),
            ("character varying", "text", "ib"),
            ("character varying", "character", "ib"),
            ("text", "character", "ib"),
            ("character", "text", "if"),
        ] {
            casts.learn("cast", source, Some(target), Some(how), false);
        }
        ["text", "character varying", "character"]
            .iter()
            .for_each(|name| casts.learn("string", name, None, None, false));
        ["integer", "bigint", "character"].iter().for_each(|name| casts.learn("order", name, None, None, false));
        ["text", "oid"].iter().for_each(|name| casts.learn("order", name, None, None, true));
        casts.learn("domain", "public.word", Some("text"), None, false);
        casts.learn("domain", "public.short", Some("character varying(10)"), None, false);
        casts.learn("domain", "public.checked", Some("public.word"), None, true);
        casts
    }

    #[test]
    fn a_value_passes_as_the_server_lets_it() {
        for (old, new, passage) in [
            ("int", "bigint", Passage::Implicit),
            ("bigint", "int", Passage::Assigned),
            ("int", "boolean", Passage::Explicit),
            ("boolean", "int", Passage::Absent),
            ("jsonb", "int", Passage::Explicit),
            ("int", "text", Passage::Assigned),
            ("text", "int", Passage::Explicit),
            ("int[]", "bigint[]", Passage::Implicit),
            ("int[]", "boolean[]", Passage::Explicit),
            ("int[]", "text", Passage::Assigned),
            ("text", "int[]", Passage::Explicit),
            ("int", "int[]", Passage::Absent),
            ("public.mood", "text", Passage::Assigned),
            ("text", "public.mood", Passage::Explicit),
            ("public.mood", "public.temper", Passage::Absent),
            ("public.word", "int", Passage::Explicit),
            ("public.word[]", "text[]", Passage::Implicit),
        ] {
            assert_eq!(casts().way(&ty(old), &ty(new)).passage, passage, "{old} to {new}");
        }
    }

    #[test]
    fn what_is_written_anew_is_what_postgres_writes_anew() {
        // measured on PostgreSQL 15
        for (old, new, touch) in [
            ("varchar(20)", "varchar(40)", Touch::Nothing),
            ("varchar(20)", "varchar(10)", Touch::Rows),
            ("varchar(20)", "text", Touch::Nothing),
            ("text", "varchar", Touch::Nothing),
            ("text", "varchar(10)", Touch::Rows),
            ("varchar(20)[]", "varchar(40)[]", Touch::Rows),
            ("varchar[]", "text[]", Touch::Rows),
            ("char(5)", "bpchar", Touch::Nothing),
            ("char(5)", "char(10)", Touch::Rows),
            ("text", "bpchar", Touch::Indexes),
            ("int", "oid", Touch::Indexes),
            ("numeric(10,2)", "numeric(12,2)", Touch::Nothing),
            ("numeric(10,2)", "numeric(12,4)", Touch::Rows),
            ("int", "bigint", Touch::Rows),
            ("timestamptz(3)", "timestamptz", Touch::Nothing),
            ("text", "public.word", Touch::Nothing),
            ("public.word", "text", Touch::Nothing),
            ("public.word", "public.checked", Touch::Rows),
            ("public.checked", "public.word", Touch::Nothing),
            ("text[]", "public.word[]", Touch::Rows),
            ("varchar(5)", "public.short", Touch::Nothing),
            ("public.short", "varchar(10)", Touch::Rows),
            ("public.short", "varchar", Touch::Nothing),
        ] {
            assert_eq!(casts().way(&ty(old), &ty(new)).touch, touch, "{old} to {new}");
        }
    }

    #[test]
    fn a_cast_of_the_models_counts_and_one_that_goes_does_not() {
        let mut casts = casts();
        casts.allow(&ty("public.mood"), &ty("int"), Unasked::OnAssignment, How::Computed);
        let way = casts.way(&ty("public.mood"), &ty("int"));
        assert_eq!(way.passage, Passage::Assigned);
        assert_eq!(way.cast, Some(Name::new(Space::Cast, ["(public.mood AS integer)"])));
        casts.forbid(&ty("public.mood"), &ty("int"));
        assert_eq!(casts.way(&ty("public.mood"), &ty("int")).passage, Passage::Absent);
    }
}
