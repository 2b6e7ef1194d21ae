//! `COMMENT ON …` and `ALTER … OWNER TO …`: what is said of a thing that another file may declare

use super::super::default_privileges::Objects;
use super::super::grants::Grants;
use super::super::operator_family_member::OperatorFamilyMember;
use super::named::{Sort, Target};
use super::{Head, named, refused};
use crate::draft::Draft;
use crate::error::{Place, Result};
use crate::name::{Ident, Qualified};

/// What waits until all files are read.
#[derive(Debug)]
pub enum About {
    Thing(Target, Says),
    /// Of what a role makes, anywhere or in a schema.
    Made {
        role: Ident,
        schema: Option<Ident>,
        objects: Objects,
        grants: Grants,
        place: Place,
    },
}

#[derive(Debug)]
pub enum Says {
    /// `None`: it has none.
    Comment(Option<String>),
    Owner(Ident),
    /// On top of what others say.
    May(Grants),
    /// Of an operator family.
    Has(Box<OperatorFamilyMember>),
    /// Of a text search configuration.
    Mapping {
        tokens: Vec<Ident>,
        dictionaries: Vec<Qualified>,
    },
}

pub fn comment(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let unknown = refused::thing(head, "COMMENT ON");
    let sort = named::sort(head).filter(|sort| sort.words != ["user", "mapping"]).ok_or(unknown)?;
    let target = named::target(head, sort)?;
    head.must("is")?;
    let text = if head.takes("null") { None } else { Some(head.string()?) };
    head.end()?;
    // PostgreSQL takes an empty one for none
    draft.about.push(About::Thing(target, Says::Comment(text.filter(|text| !text.is_empty()))));
    Ok(())
}

/// Behind the words of what is altered; `None` where it is altered otherwise.
pub fn owner(head: &mut Head, sort: &'static Sort, draft: &mut Draft) -> Option<Result<()>> {
    head.takes("only");
    let target = named::target(head, sort).ok()?;
    head.takes_all(&["owner", "to"]).then(|| {
        let role = role(head)?;
        head.end()?;
        draft.about.push(About::Thing(target, Says::Owner(role)));
        Ok(())
    })
}

/// Named, since who runs a revision is not said by the models.
pub fn role(head: &mut Head) -> Result<Ident> {
    if ["current_user", "current_role", "session_user"].iter().any(|word| head.is(word)) {
        let word = head.peek().map_or("", |token| token.text).to_uppercase();
        return Err(head.wrong(format!("not supported: {word} in a model file")).hint("name the role"));
    }
    let here = head.here();
    here.ident(&head.ident()?)
}
