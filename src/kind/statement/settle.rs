//! What did statements say of things that other files declare?
//!
//! Found out when all files are read, so that their order does not matter. A thing that nobody declares is an error where it is
//! named; what is said twice has to be said alike.

use std::collections::BTreeMap;

use super::super::comment::Comment;
use super::super::default_privileges::{DefaultPrivileges, Objects};
use super::super::grants::{Base, Class, Grants};
use super::super::owner::Owner;
use super::super::privileges::Privileges;
use super::super::{Aside, Aspect, Id, Object, Tag};
use super::about::{About, Says};
use super::named::Target;
use crate::draft::Draft;
use crate::error::{Error, Place, Result};
use crate::name::{Ident, Qualified};

/// Makes what statements said a part of what they said it of.
pub fn settle(draft: &mut Draft) -> Result<()> {
    let about = std::mem::take(&mut draft.about);
    if about.is_empty() {
        return Ok(());
    }
    let mut settling = Settling::of(draft);
    for one in about {
        match one {
            About::Thing(target, says) => settling.thing(&target, says)?,
            About::Made { role, schema, objects, grants, place } => {
                settling.made((role, schema), objects, &grants, place);
            }
        }
    }
    settling.finish()
}

/// A role, perhaps in a schema.
type Whose = (Ident, Option<Ident>);

struct Settling<'a> {
    draft: &'a mut Draft,
    /// Where each thing is in the draft.
    ids: BTreeMap<Id, usize>,
    /// The sequences of identities, which are no things of their own, and their columns.
    sequences: BTreeMap<Id, Id>,
    comments: BTreeMap<Id, (Option<String>, Place)>,
    owners: BTreeMap<Id, (Ident, Place)>,
    /// Of sequences that go with a table: who is said to own them.
    belonging: Vec<(Id, Id, Ident, Place)>,
    grants: BTreeMap<Id, (Grants, Place)>,
    made: BTreeMap<Whose, (BTreeMap<Objects, Grants>, Place)>,
}

impl<'a> Settling<'a> {
    fn of(draft: &'a mut Draft) -> Self {
        let (mut ids, mut sequences) = (BTreeMap::new(), BTreeMap::new());
        for (at, entry) in draft.entries.iter().enumerate() {
            let id = entry.object.id();
            sequences.extend(entry.object.brings().map(|sequence| (sequence, id.clone())));
            ids.entry(id).or_insert(at);
        }
        let (comments, owners, belonging) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let (grants, made) = (BTreeMap::new(), BTreeMap::new());
        Self { draft, ids, sequences, comments, owners, belonging, grants, made }
    }

    fn object(&self, id: &Id) -> Option<(&Object, &Place)> {
        let entry = &self.draft.entries[*self.ids.get(id)?];
        Some((&entry.object, &entry.place))
    }

    /// What is declared under that name.
    fn find(&self, target: &Target) -> Result<Id> {
        let ids = target.tags.iter().map(|tag| Id::new(*tag, &target.path));
        if let Some(id) = ids.clone().find(|id| self.is_declared(id)) {
            return Ok(id);
        }
        let alike: Vec<&Id> = self.ids.keys().filter(|id| target.means(id)).collect();
        match alike.as_slice() {
            [only] => Ok((*only).clone()),
            [] => Err(Error::new(format!("no model declares {}", target.called()))
                .at(target.place.clone())
                .hint("declare it in any model file, or take the statement away")),
            _ => Err(Error::new(format!("{} may be one of {}", target.called(), alike.len()))
                .at(target.place.clone())
                .hint("write the types that it takes, with their schemas")),
        }
    }

    fn is_declared(&self, id: &Id) -> bool {
        if self.ids.contains_key(id) || self.sequences.contains_key(id) || id.is_public_schema() {
            return true;
        }
        // a column that is no object of its own
        let [schema, name, column] = id.path.as_slice() else { return false };
        if id.tag == Tag::OperatorFamily {
            // made with a class of its name
            return self.ids.contains_key(&Id::new(Tag::OperatorClass, &id.path));
        }
        match self.object(&Id::new(id.tag, [schema, name])) {
            Some((Object::Composite(composite), _)) => {
                composite.attributes.iter().any(|attribute| attribute.name == *column)
            }
            Some((object, _)) => matches!(object.tag(), Tag::View | Tag::MaterializedView),
            None => false,
        }
    }

    fn thing(&mut self, target: &Target, says: Says) -> Result<()> {
        let on = self.find(target)?;
        match says {
            Says::Comment(text) => self.comment(on, text, &target.place),
            Says::Owner(role) => self.owner(on, role, &target.place),
            Says::May(grants) => {
                let Some(class) = Class::of(&on) else { return Ok(()) };
                let base = Base::of(&on, class, false);
                let (all, _) = self.grants.entry(on).or_insert_with(|| (Grants::default(), target.place.clone()));
                *all = std::mem::take(all).with(&grants, &base, class);
                Ok(())
            }
            Says::Has(member) => {
                self.draft.push(*member, target.place.clone(), true);
                Ok(())
            }
            Says::Mapping { tokens, dictionaries } => self.mapping(&on, tokens, &dictionaries, &target.place),
        }
    }

    fn comment(&mut self, on: Id, text: Option<String>, place: &Place) -> Result<()> {
        if self.sequences.contains_key(&on) && !self.ids.contains_key(&on) {
            let error = Error::new(format!("not supported: a comment on {on}, which is that of an identity"));
            return Err(error.at(place.clone()).hint("take the statement away"));
        }
        let attribute = self.attribute(&on).map(|attribute| attribute.comment.clone());
        let stated = match self.object(&Id::attached(Tag::Comment, on.clone())) {
            Some((Object::Comment(comment), place)) => Some((Some(comment.text.clone()), place.clone())),
            _ => attribute.flatten().map(|text| (Some(text), place.clone())),
        };
        let first = self.comments.get(&on).cloned().or(stated);
        if let Some((first, at)) = first {
            return if first == text { Ok(()) } else { Err(twice("the comment", &on, place, &at)) };
        }
        self.comments.insert(on.clone(), (text.clone(), place.clone()));
        if let Some(attribute) = self.attribute(&on) {
            attribute.comment = text;
            return Ok(());
        }
        let foreign = matches!(self.object(&on), Some((Object::Table(table), _)) if table.foreign.is_some());
        let comment = Comment::of(on, text.as_deref()).map(|comment| Comment { foreign: Aside(foreign), ..comment });
        self.draft.attach(comment, place);
        Ok(())
    }

    /// Of a composite type, which holds the comments on its attributes.
    fn attribute(&mut self, on: &Id) -> Option<&mut super::super::composite::Attribute> {
        let [schema, name, attribute] = on.path.as_slice() else { return None };
        let at = *self.ids.get(&Id::new(on.tag, [schema, name]))?;
        match &mut self.draft.entries[at].object {
            Object::Composite(composite) => composite.attributes.iter_mut().find(|one| one.name == *attribute),
            _ => None,
        }
    }

    fn owner(&mut self, on: Id, role: Ident, place: &Place) -> Result<()> {
        self.draft.stated.push((Aspect::Owners, place.clone()));
        if let Some(table) = self.table_of(&on) {
            self.belonging.push((on, table, role, place.clone()));
            return Ok(());
        }
        if self.object(&on).is_some_and(|(object, _)| !object.has_owner()) {
            let error = Error::new(format!("not supported: an owner of {on}"));
            return Err(error.at(place.clone()).hint("take the statement away: who makes it owns it"));
        }
        let stated = match self.object(&Id::attached(Tag::Owner, on.clone())) {
            Some((Object::Owner(owner), place)) => Some((owner.role.clone(), place.clone())),
            _ => None,
        };
        match self.owners.get(&on).cloned().or(stated) {
            Some((first, at)) if first != role => Err(twice("the owner", &on, place, &at)),
            Some(_) => Ok(()),
            None => {
                self.owners.insert(on.clone(), (role.clone(), place.clone()));
                self.draft.push(Owner { on, role }, place.clone(), true);
                Ok(())
            }
        }
    }

    /// For a sequence that belongs to a column: its table.
    fn table_of(&self, on: &Id) -> Option<Id> {
        if let Some((Object::Sequence(sequence), _)) = self.object(on) {
            return sequence.owner.0.as_ref().map(|owner| Id::of(Tag::Table, &owner.table));
        }
        let column = self.sequences.get(on)?;
        Some(Id::of(Tag::Table, &column.name()))
    }

    fn mapping(&mut self, on: &Id, tokens: Vec<Ident>, to: &[Qualified], place: &Place) -> Result<()> {
        let Some(at) = self.ids.get(on) else { return Ok(()) };
        let entry = &mut self.draft.entries[*at];
        let Object::TextSearchConfiguration(configuration) = &mut entry.object else { return Ok(()) };
        for token in tokens {
            let first = configuration.mappings.entry(token.clone()).or_insert_with(|| to.to_vec());
            if first != to {
                return Err(twice(&format!("what maps {token}"), on, place, &entry.place));
            }
        }
        Ok(())
    }

    fn made(&mut self, whose: Whose, objects: Objects, more: &Grants, place: Place) {
        let of = default_privileges(&whose);
        let (made, _) = self.made.entry(whose).or_insert_with(|| (BTreeMap::new(), place));
        let (base, class) = (of.base(objects), objects.class());
        let mut all = made.remove(&objects).unwrap_or_default().with(more, &base, class);
        all.owned_by(&of.role, &base, class);
        made.insert(objects, all);
    }

    fn finish(mut self) -> Result<()> {
        for (sequence, table, role, place) in std::mem::take(&mut self.belonging) {
            let stated = self.object(&Id::attached(Tag::Owner, table.clone())).and_then(|(owner, _)| owner.owns());
            let said = self.owners.get(&table).map(|(role, _)| role);
            let usual = self.draft.owner.as_ref().map(|(role, _)| role);
            if said.or(stated).or(usual) != Some(&role) {
                let error = Error::new(format!("{sequence} belongs to {table}, and so to its owner"));
                return Err(error.at(place).hint("take the statement away, or say the same of the table"));
            }
        }
        for (on, (grants, place)) in std::mem::take(&mut self.grants) {
            self.privileges(on, grants, place)?;
        }
        for (whose, (mut grants, place)) in std::mem::take(&mut self.made) {
            grants.retain(|_, grants| !grants.0.is_empty());
            let all = DefaultPrivileges { grants, ..default_privileges(&whose) };
            self.draft.stated.push((Aspect::Privileges, place.clone()));
            let id = Object::from(all.clone()).id();
            match self.object(&id) {
                Some((Object::DefaultPrivileges(first), _)) if **first == all => {}
                Some((_, at)) => return Err(twice("what they are", &id, &place, at)),
                None if all.grants.is_empty() => {}
                None => self.draft.push(all, place, true),
            }
        }
        Ok(())
    }

    fn privileges(&mut self, on: Id, grants: Grants, place: Place) -> Result<()> {
        if let Some((Object::Language(language), _)) = self.object(&on)
            && !language.trusted
        {
            let error = Error::new(format!("{on} is not trusted: only superusers may use it"));
            return Err(error.at(place).hint("take the statement away, or create the language TRUSTED"));
        }
        self.draft.stated.push((Aspect::Privileges, place.clone()));
        if let (Some((Object::Privileges(first), at)), Some(class)) =
            (self.object(&Id::attached(Tag::Privileges, on.clone())), Class::of(&on))
        {
            let same = first.grants.clone().beside(&Base::of(&on, class, false)) == grants;
            return if same { Ok(()) } else { Err(twice("who may do what", &on, &place, at)) };
        }
        let of = Aside(self.sequences.get(&on).filter(|_| !self.ids.contains_key(&on)).cloned());
        self.draft.push(Privileges { of, ..Privileges::new(on, grants) }, place, true);
        Ok(())
    }
}

fn default_privileges((role, schema): &Whose) -> DefaultPrivileges {
    let (role, schema) = (role.clone(), schema.clone());
    DefaultPrivileges { role, schema, grants: BTreeMap::new(), mine: Aside(false) }
}

fn twice(what: &str, of: &Id, place: &Place, first: &Place) -> Error {
    Error::new(format!("{what} of {of} is stated twice, in two ways"))
        .at(place.clone())
        .detail(format!("first at {first}"))
        .hint("keep one of the two")
}
