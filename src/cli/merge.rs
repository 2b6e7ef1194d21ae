//! `autogen merge`: one head out of several.

use super::args::{Global, Merge};
use super::newly;
use super::output::Output;
use super::session;
use crate::error::{Error, Result};
use crate::revision::Script;

pub fn merge(global: &Global, args: &Merge, output: Output) -> Result<u8> {
    let asked = newly::meant(&args.new)?;
    let config = session::config(global)?;
    let _alone = newly::alone(&config, &output.tell());
    let folder = session::folder(&config)?;
    let mut parents: Vec<String> = Vec::new();
    for name in &args.revisions {
        let current = session::current(global, name, &folder, output)?;
        for id in folder.resolve(name, &current)? {
            if parents.contains(&id) {
                return Err(Error::new(format!("{id} is named twice")).hint("name each revision once"));
            }
            parents.push(id);
        }
    }
    if parents.len() < 2 {
        return Err(Error::no(match parents.first() {
            Some(only) => format!("there is nothing to merge: {only} is alone"),
            None => "there is nothing to merge".to_owned(),
        })
        .hint("`autogen heads` lists the heads"));
    }
    let mut new = newly::skeleton(&config, &folder, parents, Vec::new(), &asked)?;
    if new.message.is_empty() {
        new.message = format!("merge {}", new.parents.join(" and "));
    }
    let nothing = || Script::new("\n-- nothing to do: this brings branches together\n\n");
    (new.upgrade, new.downgrade) = (nothing(), nothing());
    newly::add(&config, &folder, new, &asked, &output.tell()).map(|_| 0)
}
