//! Which bodies are checked only once all that they name is there?
//!
//! Routines that name each other have no order that satisfies `check_function_bodies`, and names that leave their schema to the
//! search path of whoever calls mean nothing on the path of a migration. These are made unchecked, and checked at the end, each
//! with its own schema in the path. All others are checked where they are made, which says the line of a mistake.

use std::collections::BTreeSet;

use super::fold::{Group, membership};
use super::order::Soft;
use super::{Body, Node, Op, Statement};
use crate::catalog::Catalog;
use crate::kind::{BodyCheck, Change, Fact, Id, Object};
use crate::sql::Sql;

/// Bodies that cannot be checked where they are made.
pub fn late(nodes: &[Node], soft: &Soft, groups: &[Group], sequence: &[usize], after: &Catalog) -> BTreeSet<Id> {
    let group_of = membership(groups, nodes.len());
    let mut turn = vec![0; groups.len()];
    sequence.iter().enumerate().for_each(|(n, &group)| turn[group] = n);
    let place = |n: usize| turn[group_of[n]];
    let made = |n: usize| match nodes[n].change() {
        Change::Create(new) | Change::Alter { new, .. } => new.body_check().map(|check| (new.id(), check)),
        Change::Drop(_) | Change::Rename { .. } => None,
    };
    let early = soft.preferred.iter().filter(|(maker, n)| place(*maker) > place(*n)).filter_map(|&(_, n)| made(n));
    let bare = (0..nodes.len()).filter_map(made).filter(|(id, check)| leaves_schemas_out(id, check, after));
    early.chain(bare).map(|(id, _)| id).collect()
}

/// `public` is in the path of nearly everybody.
fn leaves_schemas_out(id: &Id, check: &BodyCheck, after: &Catalog) -> bool {
    let schema = &id.path[0];
    let bare = |fact: &Fact| match fact {
        Fact::Exists(name) => {
            name.path.first() == Some(schema) && name.path.get(1).is_some_and(|n| check.bare.contains(n))
        }
        _ => false,
    };
    schema.as_str() != "public" && after.guesses(id).into_iter().flatten().any(bare)
}

/// Makes them unchecked, and checks them at the end.
pub fn check_late(mut statements: Vec<Statement>, late: &BTreeSet<Id>) -> Vec<Statement> {
    let mut checks: Vec<(Op, BodyCheck)> = Vec::new();
    let mut unchecked = false;
    for statement in &mut statements {
        // what was set for a transaction ends with it
        unchecked &= !statement.own_transaction;
        let makes = |op: &Op| {
            op.new
                .as_ref()
                .filter(|new| late.contains(&op.id) && op.old.as_ref() != Some(new))
                .and_then(Object::body_check)
                .map(|check| (op.clone(), check))
        };
        let made: Vec<_> = statement.ops.iter().filter_map(makes).collect();
        if !made.is_empty() && !unchecked {
            let body = std::mem::replace(&mut statement.body, Body::Whole(vec![check_bodies("off")]));
            if let Body::Whole(all) = &mut statement.body {
                all.extend(body.statements());
            }
            unchecked = true;
        }
        checks.extend(made);
    }
    if !checks.is_empty() {
        statements.push(all_checks(checks));
    }
    statements
}

fn check_bodies(state: &'static str) -> Sql {
    Sql::new().kw("SET LOCAL check_function_bodies TO").kw(state)
}

fn all_checks(checks: Vec<(Op, BodyCheck)>) -> Statement {
    let mut by_path: Vec<(Sql, Vec<Sql>)> = Vec::new();
    let mut ops = Vec::new();
    for (op, check) in checks {
        match by_path.last_mut() {
            Some((path, calls)) if *path == check.path => calls.push(check.call),
            _ => by_path.push((check.path, vec![check.call])),
        }
        ops.push(Op { name: BodyCheck::OP, old: op.new.clone(), hazards: Vec::new(), recreated: false, ..op });
    }
    let path = |value: &Sql| Sql::new().kw("SET LOCAL search_path TO").sql(value);
    let check = |(value, calls): (Sql, Vec<Sql>)| [path(&value), Sql::new().kw("SELECT").lines_open(calls)];
    let body = std::iter::once(check_bodies("on")).chain(by_path.into_iter().flat_map(check));
    let body = body.chain([path(&Sql::new().kw("DEFAULT"))]).collect();
    Statement { ops, changes: Vec::new(), body: Body::Whole(body), own_transaction: false, pace: None }
}
