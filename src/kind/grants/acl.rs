//! How does PostgreSQL write down who may do what?
//!
//! As `grantee=letters/grantor`, a `*` behind a letter for what may be granted on; no grantee is PUBLIC (`aclitemout` in `acl.c`).

use std::collections::BTreeMap;

use super::super::Row;
use super::{Base, Class, Grantee, Grants, RIGHTS, Right, Rights};
use crate::error::{Error, Result};
use crate::name::Ident;

impl Grants {
    /// The row's `acl` of an object of its `owner`, as far as it is beside the usual.
    pub fn read(row: &Row, class: Class, base: &Base) -> Result<Self> {
        let (owner, server_has_maintain) = (row.text("owner")?, row.is("maintain"));
        Self::of(&row.list("acl")?, owner, class, base, server_has_maintain)
    }

    pub fn of(items: &[String], owner: &str, class: Class, base: &Base, server_has_maintain: bool) -> Result<Self> {
        let mut grants: BTreeMap<Grantee, Rights> = BTreeMap::new();
        for item in items {
            let (grantee, rights) = read(item).ok_or_else(|| {
                Error::new(format!("the catalog query gave \"{item}\" for a privilege, which cannot be read"))
            })?;
            let who = match grantee.as_str() {
                "" => Grantee::Public,
                name if name == owner => Grantee::Owner,
                name => Grantee::Role(Ident::new(name)),
            };
            let server_has = |right| right != Right::Maintain || server_has_maintain;
            grants.insert(who, rights.canonical(class, server_has));
        }
        // whoever is not mentioned has nothing
        for usual in [Grantee::Owner, Grantee::Public] {
            grants.entry(usual).or_default();
        }
        Ok(Grants(grants).beside(base))
    }
}

fn read(item: &str) -> Option<(String, Rights)> {
    let (grantee, rest) = name(item)?;
    let (letters, _) = rest.strip_prefix('=')?.split_once('/')?;
    let mut rights = Rights::default();
    let mut letters = letters.chars().peekable();
    while let Some(letter) = letters.next() {
        let (right, ..) = RIGHTS.iter().find(|(_, known, _)| *known == letter)?;
        let into = if letters.next_if_eq(&'*').is_some() { &mut rights.grantable } else { &mut rights.plain };
        into.insert(*right);
    }
    Some((grantee, rights))
}

/// The name that the text begins with, and what comes behind it.
fn name(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find('=')?;
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let mut name = String::new();
    let mut rest = quoted;
    loop {
        let end = rest.find('"')?;
        name.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return Some((name, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(items: &[&str]) -> Grants {
        let items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
        Grants::of(&items, "app", Class::Relation, &Base::of_class(Class::Relation), false).unwrap()
    }

    #[test]
    fn the_usual_is_nothing() {
        assert_eq!(of(&["app=arwdDxt/app"]), Grants::default());
    }

    #[test]
    fn names_may_be_quoted_and_rights_granted_on() {
        let grants = of(&["app=r/app", "\"a \"\"b\"\"=\"=r*w/app", "=arwdDxt/app"]);
        let rights = |name: &str| grants.0.get(&Grantee::Role(Ident::new(name))).unwrap().clone();
        let both = Rights { plain: [Right::Update].into(), grantable: [Right::Select].into() };
        assert_eq!(rights("a \"b\"="), both);
        assert_eq!(grants.0[&Grantee::Owner], Rights::plain([Right::Select]));
        assert_eq!(grants.0[&Grantee::Public], Rights::plain([Right::All]));
    }
}
