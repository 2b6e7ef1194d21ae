//! Who may do what with an object?
//!
//! Only what differs from what PostgreSQL gives by itself: the owner everything, PUBLIC the use of types, routines and languages. The
//! owner is no name here, since a change of owner takes what the owner may along.

use std::collections::{BTreeMap, BTreeSet};

use super::{Id, Tag};
use crate::name::Ident;
use crate::sql::Sql;

mod acl;
mod yaml;

pub use yaml::Declared;

/// As `GRANT` calls it, the letter that stands for it in an `aclitem`, and its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Every right that there is on such an object.
    All,
    Select,
    Insert,
    Update,
    Delete,
    Truncate,
    References,
    Trigger,
    Maintain,
    Usage,
    Create,
    Execute,
}

const RIGHTS: [(Right, char, &str); 12] = [
    (Right::All, '\0', "ALL"),
    (Right::Select, 'r', "SELECT"),
    (Right::Insert, 'a', "INSERT"),
    (Right::Update, 'w', "UPDATE"),
    (Right::Delete, 'd', "DELETE"),
    (Right::Truncate, 'D', "TRUNCATE"),
    (Right::References, 'x', "REFERENCES"),
    (Right::Trigger, 't', "TRIGGER"),
    (Right::Maintain, 'm', "MAINTAIN"),
    (Right::Usage, 'U', "USAGE"),
    (Right::Create, 'C', "CREATE"),
    (Right::Execute, 'X', "EXECUTE"),
];

impl Right {
    pub fn word(self) -> &'static str {
        RIGHTS.iter().find(|(right, ..)| *right == self).map_or("ALL", |(.., word)| word)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grantee {
    Owner,
    Public,
    Role(Ident),
}

/// What one may do, and what of it one may grant on.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rights {
    pub plain: BTreeSet<Right>,
    pub grantable: BTreeSet<Right>,
}

/// What a right is about: the same rights may be granted on all of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    Relation,
    Column,
    Sequence,
    Schema,
    Routine,
    Type,
    Wrapper,
    Server,
    Language,
}

impl Class {
    /// Of what may have privileges.
    pub fn of(on: &Id) -> Option<Self> {
        Some(match (on.tag, on.path.len()) {
            (Tag::Table | Tag::View | Tag::MaterializedView, 2) => Class::Relation,
            (Tag::Column | Tag::View | Tag::MaterializedView, 3) => Class::Column,
            (Tag::Sequence, _) => Class::Sequence,
            (Tag::Schema, _) => Class::Schema,
            (Tag::Function | Tag::Procedure | Tag::Aggregate, _) => Class::Routine,
            (Tag::Enumeration | Tag::Composite | Tag::Domain | Tag::Range, _) => Class::Type,
            (Tag::ForeignDataWrapper, _) => Class::Wrapper,
            (Tag::Server, _) => Class::Server,
            (Tag::Language, _) => Class::Language,
            _ => return None,
        })
    }

    /// In the order in which they are written.
    pub fn rights(self) -> &'static [Right] {
        use Right::*;
        match self {
            Class::Relation => &[Select, Insert, Update, Delete, Truncate, References, Trigger, Maintain],
            Class::Column => &[Select, Insert, Update, References],
            Class::Sequence => &[Select, Update, Usage],
            Class::Schema => &[Usage, Create],
            Class::Routine => &[Execute],
            Class::Type | Class::Wrapper | Class::Server | Class::Language => &[Usage],
        }
    }

    /// What a person calls such an object.
    pub fn word(self) -> &'static str {
        match self {
            Class::Relation => "table",
            Class::Column => "column",
            Class::Sequence => "sequence",
            Class::Schema => "schema",
            Class::Routine => "routine",
            Class::Type => "type",
            Class::Wrapper => "foreign-data wrapper",
            Class::Server => "server",
            Class::Language => "language",
        }
    }
}

/// What PostgreSQL gives by itself (`acldefault`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    pub owner: Rights,
    pub public: Rights,
}

impl Base {
    pub fn nothing() -> Self {
        Self { owner: Rights::default(), public: Rights::default() }
    }

    pub fn of_class(class: Class) -> Self {
        let public = match class {
            Class::Routine | Class::Type | Class::Language => Rights::plain([Right::All]),
            _ => Rights::default(),
        };
        if class == Class::Column { Self::nothing() } else { Self { owner: Rights::plain([Right::All]), public } }
    }

    /// The schema `public` is made for everybody to look into; before PostgreSQL 15 also to make things in.
    pub fn of(on: &Id, class: Class, before_15: bool) -> Self {
        let base = Self::of_class(class);
        match (on.is_public_schema(), before_15) {
            (true, false) => Self { public: Rights::plain([Right::Usage]), ..base },
            (true, true) => Self { public: Rights::plain([Right::All]), ..base },
            (false, _) => base,
        }
    }

    fn get(&self, who: &Grantee) -> Rights {
        match who {
            Grantee::Owner => self.owner.clone(),
            Grantee::Public => self.public.clone(),
            Grantee::Role(_) => Rights::default(),
        }
    }
}

impl Rights {
    pub fn plain(rights: impl IntoIterator<Item = Right>) -> Self {
        Self { plain: rights.into_iter().collect(), grantable: BTreeSet::new() }
    }

    /// All of the rights is `All`, whatever the server counts among them.
    pub fn canonical(mut self, class: Class, server_has: impl Fn(Right) -> bool) -> Self {
        let whole = |set: &BTreeSet<Right>| {
            set.contains(&Right::All) || class.rights().iter().all(|right| set.contains(right) || !server_has(*right))
        };
        if whole(&self.grantable) {
            return Self { plain: BTreeSet::new(), grantable: BTreeSet::from([Right::All]) };
        }
        if whole(&self.plain) && self.grantable.is_empty() {
            return Self::plain([Right::All]);
        }
        if self.plain.contains(&Right::All) {
            self.plain = class.rights().iter().copied().filter(|right| server_has(*right)).collect();
        }
        self.plain.retain(|right| !self.grantable.contains(right));
        self
    }

    fn join(mut self, more: &Self) -> Self {
        self.plain.extend(&more.plain);
        self.grantable.extend(&more.grantable);
        self
    }

    fn held(&self) -> BTreeSet<Right> {
        &self.plain | &self.grantable
    }
}

/// What of the one set the other does not cover. What is taken from all rights is all of them.
fn beyond(set: &BTreeSet<Right>, other: &BTreeSet<Right>) -> BTreeSet<Right> {
    if other.contains(&Right::All) { BTreeSet::new() } else { set - other }
}

/// Those whose rights are not the usual ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grants(pub BTreeMap<Grantee, Rights>);

/// One `GRANT` or `REVOKE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub revokes: bool,
    /// `WITH GRANT OPTION`, or only that is taken away.
    pub option: bool,
    pub rights: BTreeSet<Right>,
    pub who: Grantee,
}

impl Grants {
    /// Without those whose rights are the usual ones.
    pub fn beside(mut self, base: &Base) -> Self {
        self.0.retain(|who, rights| *rights != base.get(who));
        self
    }

    fn get(&self, who: &Grantee, base: &Base) -> Rights {
        self.0.get(who).cloned().unwrap_or_else(|| base.get(who))
    }

    /// With these rights as well, that come on top.
    pub fn with(mut self, more: &Grants, base: &Base, class: Class) -> Self {
        for (who, rights) in &more.0 {
            let joined = self.get(who, base).join(rights).canonical(class, |_| true);
            self.0.insert(who.clone(), joined);
        }
        self.beside(base)
    }

    /// The owner under its name is the owner, and the usual is left unsaid.
    pub fn owned_by(&mut self, owner: &Ident, base: &Base, class: Class) {
        if let Some(named) = self.0.remove(&Grantee::Role(owner.clone())) {
            let joined = self.get(&Grantee::Owner, base).join(&named).canonical(class, |_| true);
            self.0.insert(Grantee::Owner, joined);
        }
        *self = std::mem::take(self).beside(base);
    }

    /// Roles that it names.
    pub fn roles(&self) -> impl Iterator<Item = &Ident> {
        self.0.keys().filter_map(|who| match who {
            Grantee::Role(role) => Some(role),
            Grantee::Owner | Grantee::Public => None,
        })
    }

    /// What takes the one to the other.
    pub fn steps(old: &Self, new: &Self, base: &Base) -> Vec<Step> {
        let everyone: BTreeSet<&Grantee> = old.0.keys().chain(new.0.keys()).collect();
        let of = |who: &Grantee| steps(who, old.get(who, base), &new.get(who, base));
        everyone.into_iter().flat_map(of).collect()
    }
}

fn steps(who: &Grantee, mut from: Rights, to: &Rights) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut say = |revokes, option, rights: BTreeSet<Right>| {
        if !rights.is_empty() {
            steps.push(Step { revokes, option, rights, who: who.clone() });
        }
    };
    let lost = beyond(&from.held(), &to.held());
    from.plain = &from.plain - &lost;
    from.grantable = &from.grantable - &lost;
    say(true, false, lost);
    let tied = beyond(&from.grantable, &to.grantable);
    from.grantable = &from.grantable - &tied;
    from.plain.extend(&tied);
    say(true, true, tied);
    say(false, true, beyond(&to.grantable, &from.grantable));
    say(false, false, beyond(&to.plain, &from.held()));
    steps
}

impl Step {
    /// `GRANT SELECT (a), INSERT (a) ON … TO reader WITH GRANT OPTION`; what `owner` stands for is not told by the step.
    pub fn sql(&self, head: Sql, on: &Sql, column: Option<&Ident>, owner: Option<&Ident>) -> Sql {
        let right = |right: &Right| {
            let sql = Sql::new().kw(right.word());
            match column {
                Some(column) => sql.names([column]),
                None => sql,
            }
        };
        let option = self.revokes && self.option;
        let sql = head.kw(if self.revokes { "REVOKE" } else { "GRANT" }).when(option, |sql| sql.kw("GRANT OPTION FOR"));
        let sql = sql.list(self.rights.iter().map(right)).sql(on).kw(if self.revokes { "FROM" } else { "TO" });
        let sql = match (&self.who, owner) {
            (Grantee::Public, _) => sql.kw("PUBLIC"),
            (Grantee::Role(role), _) | (Grantee::Owner, Some(role)) => sql.ident(role),
            (Grantee::Owner, None) => sql.kw("CURRENT_USER"),
        };
        sql.when(self.option && !self.revokes, |sql| sql.kw("WITH GRANT OPTION"))
    }
}

/// `reader loses INSERT`, of each that does.
pub fn losses(steps: &[Step]) -> Vec<String> {
    let words = |rights: &BTreeSet<Right>| rights.iter().map(|right| right.word()).collect::<Vec<_>>().join(", ");
    let loss = |step: &Step| {
        let who = match &step.who {
            Grantee::Owner => "the owner".to_owned(),
            Grantee::Public => "PUBLIC".to_owned(),
            Grantee::Role(role) => role.to_string(),
        };
        let again: BTreeSet<Right> = steps
            .iter()
            .filter(|other| !other.revokes && other.who == step.who)
            .flat_map(|other| other.rights.iter().copied())
            .collect();
        match step.rights.contains(&Right::All) && !again.is_empty() {
            true => format!("{who} keeps only {}", words(&again)),
            false if step.rights.contains(&Right::All) => format!("{who} loses all privileges"),
            false => format!("{who} loses {}", words(&step.rights)),
        }
    };
    steps.iter().filter(|step| step.revokes && !step.option).map(loss).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(old: Rights, new: Rights) -> Vec<String> {
        let on = Sql::new().kw("ON t");
        let who = Grantee::Role(Ident::new("r"));
        super::steps(&who, old, &new).iter().map(|step| step.sql(Sql::new(), &on, None, None).to_string()).collect()
    }

    #[test]
    fn what_is_left_of_all_rights_is_granted_anew() {
        let all = || Rights::plain([Right::All]);
        let some = || Rights::plain([Right::Select, Right::Insert]);
        assert_eq!(said(all(), some()), ["REVOKE ALL ON t FROM r", "GRANT SELECT, INSERT ON t TO r"]);
        assert_eq!(said(some(), all()), ["GRANT ALL ON t TO r"]);
        assert_eq!(said(all(), all()), [""; 0]);
    }

    #[test]
    fn a_grant_option_comes_and_goes_alone() {
        let plain = || Rights::plain([Right::Select]);
        let grantable = || Rights { grantable: BTreeSet::from([Right::Select]), ..Rights::default() };
        assert_eq!(said(plain(), grantable()), ["GRANT SELECT ON t TO r WITH GRANT OPTION"]);
        assert_eq!(said(grantable(), plain()), ["REVOKE GRANT OPTION FOR SELECT ON t FROM r"]);
        let all = Rights { grantable: BTreeSet::from([Right::All]), ..Rights::default() };
        assert_eq!(said(all.clone(), Rights::plain([Right::All])), ["REVOKE GRANT OPTION FOR ALL ON t FROM r"]);
        assert_eq!(said(all, grantable()), ["REVOKE ALL ON t FROM r", "GRANT SELECT ON t TO r WITH GRANT OPTION"]);
    }
}
