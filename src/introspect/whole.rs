//! What is in a database, whatever a project manages of it?

use std::collections::BTreeSet;

use postgres::Client;

use super::{Asked, introspect};
use crate::catalog::Catalog;
use crate::error::Result;
use crate::kind::{Aspect, Managed};
use crate::ours::Rules;

/// All schemas, with owners and privileges.
pub fn whole(client: &mut Client) -> Result<Catalog> {
    let (rules, managed) = (Rules::default(), Managed(Aspect::ALL.into_iter().collect()));
    let asked = Asked { schemas: None, rules: &rules, managed: &managed, members: false };
    introspect(client, &asked, || Ok(BTreeSet::new())).map(|live| live.catalog)
}
