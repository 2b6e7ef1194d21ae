//! What has to go with some changes, so that they can be made without the rest?

use std::collections::{BTreeSet, VecDeque};

use crate::kind::{Fact, Id, Object};

use super::{Changes, Cut, Side, Why};

impl Changes<'_> {
    /// What is asked for, with all that it requires and all that cannot stay as it was.
    pub fn close(&self, asked: impl IntoIterator<Item = Id>) -> Cut {
        let mut cut = Cut::default();
        self.add(&mut cut, asked);
        cut
    }

    /// Gives back what is new in the part.
    pub(super) fn add(&self, cut: &mut Cut, asked: impl IntoIterator<Item = Id>) -> Vec<Id> {
        let new: VecDeque<Id> = asked.into_iter().filter(|id| cut.ids.insert(id.clone())).collect();
        self.spread(cut, new)
    }

    /// Adds what belongs to these and touches no other tables than `tables`; gives back what has to wait.
    pub(super) fn grow(&self, cut: &mut Cut, from: impl IntoIterator<Item = Id>, tables: &BTreeSet<Id>) -> Vec<Id> {
        let mut open: VecDeque<Id> = from.into_iter().collect();
        let (mut waiting, mut seen) = (Vec::new(), BTreeSet::new());
        while let Some(id) = open.pop_front() {
            if !seen.insert(id.clone()) {
                continue;
            }
            open.extend([&self.before, &self.wanted].into_iter().flat_map(|side| side.children(&id)).cloned());
            if !self.ids.contains(&id) || cut.ids.contains(&id) {
                continue;
            }
            cut.ids.insert(id.clone());
            let above = self.above(&id);
            let new = self.spread(cut, VecDeque::from([id.clone()]));
            if new.iter().filter_map(|new| self.table_of(new)).all(|table| tables.contains(&table)) {
                cut.along.extend(above.map(|above| (id, Why::PartOf(above))));
                open.extend(new.into_iter().filter(|new| self.is_created(new)));
            } else {
                new.iter().for_each(|new| cut.forget(new));
                waiting.push(id);
            }
        }
        waiting
    }

    /// Draws along what has to go with what is `open`, and gives back both.
    fn spread(&self, cut: &mut Cut, mut open: VecDeque<Id>) -> Vec<Id> {
        let mut new = Vec::new();
        while let Some(id) = open.pop_front() {
            for (more, why) in self.drawn(cut, &id) {
                if self.ids.contains(&more) && cut.ids.insert(more.clone()) {
                    cut.along.insert(more.clone(), why);
                    open.push_back(more);
                }
            }
            new.push(id);
        }
        new
    }

    /// What this change draws along, as the part is now.
    pub(super) fn drawn(&self, cut: &Cut, id: &Id) -> Vec<(Id, Why)> {
        let mut drawn = Vec::new();
        let mut draw = |ids: &mut dyn Iterator<Item = &Id>, why: Why| {
            drawn.extend(ids.map(|id| (id.clone(), why.clone())));
        };
        if let Some(new) = self.after.get(id) {
            let missing = self.after.requires(id).iter().filter(|fact| !self.holds(cut, fact));
            draw(&mut missing.flat_map(|fact| self.wanted.providers(fact)), Why::NeededBy(id.clone()));
            let above = self.above(id).filter(|above| self.is_created(above));
            draw(&mut above.iter(), Why::NeededBy(id.clone()));
            let names = new.occupies();
            let bearers = names.iter().flat_map(|name| self.before.bearers(name)).filter(|bearer| *bearer != id);
            draw(&mut bearers.into_iter(), Why::NameFor(id.clone()));
        }
        draw(&mut self.together.get(id).into_iter().flatten(), Why::PartOf(id.clone()));
        if self.is_dropped(id) {
            draw(&mut self.before.children(id).iter(), Why::PartOf(id.clone()));
        }
        if self.is_created(id) {
            draw(&mut self.wanted.children(id).iter().filter(|child| self.holds_data(child)), Why::PartOf(id.clone()));
        }
        let lost = self.base.get(id).map(Object::provides).unwrap_or_default();
        for fact in lost.iter().filter(|fact| !self.holds(cut, fact)) {
            let (going, staying): (Vec<&Id>, Vec<&Id>) =
                self.before.dependents(fact).iter().partition(|dependent| self.ids.contains(*dependent));
            draw(&mut going.into_iter(), Why::StandsOn(id.clone()));
            for dependent in staying.into_iter().filter(|staying| self.after.requires(staying).contains(fact)) {
                draw(&mut self.wanted.providers(fact).iter(), Why::NeededBy(dependent.clone()));
            }
        }
        drawn
    }

    /// Whether the fact holds once the part is made; what no object provides is somebody else's and always does.
    fn holds(&self, cut: &Cut, fact: &Fact) -> bool {
        let (old, new) = (self.before.providers(fact), self.wanted.providers(fact));
        let kept = |id: &Id| !cut.ids.contains(id);
        let made = |id: &Id| cut.ids.contains(id) || !self.ids.contains(id);
        old.is_empty() && new.is_empty() || old.iter().any(kept) || new.iter().any(made)
    }
}

impl Cut {
    fn forget(&mut self, id: &Id) {
        self.ids.remove(id);
        self.along.remove(id);
    }
}

impl Side {
    fn providers(&self, fact: &Fact) -> &[Id] {
        self.providers.get(fact).map_or(&[], Vec::as_slice)
    }

    fn dependents(&self, fact: &Fact) -> &[Id] {
        self.dependents.get(fact).map_or(&[], Vec::as_slice)
    }

    fn bearers(&self, name: &crate::kind::Name) -> &[Id] {
        self.bearers.get(name).map_or(&[], Vec::as_slice)
    }

    pub(super) fn children(&self, id: &Id) -> &[Id] {
        self.children.get(id).map_or(&[], Vec::as_slice)
    }
}
