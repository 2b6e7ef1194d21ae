//! `CREATE EVENT TRIGGER`, and what else stands in no schema

use super::super::event_trigger;
use super::super::shapes::Texts;
use super::{Head, said};
use crate::draft::Draft;
use crate::error::Result;

pub fn event_trigger(head: &mut Head, draft: &mut Draft) -> Result<()> {
    head.must("trigger")?;
    let name = head.ident()?;
    head.must("on")?;
    let event = head.ident()?;
    let mut tags = Texts::default();
    if head.takes_all(&["when", "tag", "in"]) {
        head.must("(")?;
        loop {
            tags.0.push(said(head.string()?));
            if head.takes(")") {
                break;
            }
            head.must(",")?;
        }
    }
    head.must("execute")?;
    if !head.takes("function") {
        head.must("procedure")?;
    }
    let function = head.name()?;
    head.must("(")?;
    head.must(")")?;
    head.end()?;
    let declaration = event_trigger::Declaration { event, tags, function, enabled: None, comment: None };
    head.declare(name, &declaration, draft)
}
