//! What may the words of a text mean in a catalog?

use std::collections::BTreeSet;

use super::{Catalog, Index};
use crate::kind::{Fact, Mentions, Name, Need, Object, Space, Text};
use crate::name::Ident;

/// What stands around values in a list, a row or a range.
const PARTS: [char; 8] = ['{', '}', '(', ')', '[', ']', ',', '"'];

impl Catalog {
    /// What these needs are here, each of them as facts. What the catalog does not have is passed over.
    pub fn facts_of(&self, all: Vec<Vec<Need>>) -> Vec<BTreeSet<Fact>> {
        let index = Index::of(self.objects());
        let facts = |needs: Vec<Need>| {
            let mut facts = BTreeSet::new();
            needs.into_iter().for_each(|need| index.resolve(need, &mut facts));
            facts
        };
        all.into_iter().map(facts).collect()
    }
}

impl Index {
    /// What a dotted name may mean: in the schema that it states, in the one given, or in any.
    pub(super) fn named(&self, parts: &[String], schema: &Ident) -> Vec<&Name> {
        let of = |last: &str| self.by_name.get(last).map_or(&[][..], Vec::as_slice);
        if let [stated, last, ..] = parts {
            let found: Vec<&Name> = of(last).iter().filter(|name| name.path[0].as_str() == stated).collect();
            if !found.is_empty() {
                return found;
            }
        }
        let Some(first) = parts.first() else { return Vec::new() };
        let own: Vec<&Name> = of(first).iter().filter(|name| name.path[0] == *schema).collect();
        if own.is_empty() { of(first).iter().collect() } else { own }
    }

    pub(super) fn text(&self, text: &Text, facts: &mut BTreeSet<Fact>) {
        let words: BTreeSet<&str> = text.names.iter().flatten().map(String::as_str).collect();
        let mut relations = BTreeSet::new();
        for parts in &text.names {
            for name in self.named(parts, &text.schema) {
                facts.insert(Fact::Exists(name.clone()));
                if name.space == Space::Relation {
                    relations.insert(name);
                }
            }
        }
        for column in relations.into_iter().filter_map(|relation| self.columns.get(relation)).flatten() {
            let spoken = column.path.last().is_some_and(|last| words.contains(last.as_str()));
            if !spoken && !text.all_columns {
                continue;
            }
            self.column(column, true, facts);
            facts.extend(self.labels(self.enums.get(column), &text.strings));
        }
    }

    /// What a text that may speak of anything says of values of the types that its object needs.
    pub(super) fn labels_in(&self, object: &Object, needed: &BTreeSet<Fact>, facts: &mut BTreeSet<Fact>) {
        let types = needed.iter().filter_map(|fact| match fact {
            Fact::Exists(name) if name.space == Space::Type => Some(name),
            _ => None,
        });
        let types: Vec<&Name> = types.collect();
        if types.is_empty() {
            return;
        }
        for need in object.requires() {
            if let Need::Text(text) = need {
                facts.extend(self.labels(types.iter().copied(), &text.strings));
            }
        }
    }

    /// Labels of these types, and of those that they are made of, as strings say them: alone, or in a list or a row.
    fn labels<'a>(&self, types: impl IntoIterator<Item = &'a Name>, strings: &BTreeSet<String>) -> Vec<Fact> {
        if strings.is_empty() {
            return Vec::new();
        }
        let mut all: Vec<&Name> = types.into_iter().collect();
        let mut at = 0;
        while let Some(ty) = all.get(at).copied() {
            let more = self.beneath.get(ty).into_iter().flatten();
            let new: Vec<&Name> = more.filter(|name| !all.contains(name)).collect();
            all.extend(new);
            at += 1;
        }
        let parts = |text: &'_ String| text.split(PARTS).map(str::to_owned).collect::<Vec<_>>();
        let said: BTreeSet<String> = strings.iter().flat_map(parts).chain(strings.iter().cloned()).collect();
        let labels = all.into_iter().flat_map(|ty| said.iter().map(|label| Fact::Label(ty.clone(), label.clone())));
        labels.filter(|label| self.provided.contains(label)).collect()
    }

    pub(super) fn mentions(&self, mentions: &Mentions, facts: &mut BTreeSet<Fact>) {
        for word in &mentions.words {
            let column = Name::column(&mentions.table, &word.as_str().into());
            if !self.types.contains_key(&column) {
                continue;
            }
            self.column(&column, mentions.exact, facts);
            facts.extend(self.labels(self.enums.get(&column), &mentions.strings));
        }
        // of a domain, the value is of the type itself
        facts.extend(self.labels([&Name::ty(&mentions.table)], &mentions.strings));
        for parts in &mentions.calls {
            let routines = self.named(parts, &mentions.table.schema).into_iter();
            facts.extend(
                routines
                    .filter(|name| matches!(name.space, Space::Routine | Space::Operator))
                    .cloned()
                    .map(Fact::Exists),
            );
        }
        let Mentions { relations, types, collations, .. } = mentions;
        let named = [
            (Space::Relation, relations),
            (Space::TextSearchConfiguration, relations),
            (Space::Type, types),
            (Space::Collation, collations),
        ];
        for (space, parts) in named.iter().flat_map(|(space, all)| all.iter().map(|parts| (*space, parts))) {
            let name = match parts.as_slice() {
                [schema, name] => Name::new(space, [schema.as_str(), name.as_str()]),
                [name] => Name::new(space, [mentions.table.schema.as_str(), name.as_str()]),
                _ => continue,
            };
            let fact = Fact::Exists(name);
            if self.provided.contains(&fact) {
                facts.insert(fact);
            }
        }
    }
}
