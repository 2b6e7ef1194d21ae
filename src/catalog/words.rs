//! What may the words of a text mean in a catalog?

use std::collections::BTreeSet;

use super::{Catalog, Index};
use crate::kind::{Fact, Mentions, Name, Need, Space, Text};
use crate::name::Ident;

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
            if let Some(ty) = self.enums.get(column) {
                let labels = text.strings.iter().map(|text| Fact::Label(ty.clone(), text.clone()));
                facts.extend(labels.filter(|label| self.provided.contains(label)));
            }
        }
    }

    pub(super) fn mentions(&self, mentions: &Mentions, facts: &mut BTreeSet<Fact>) {
        for word in &mentions.words {
            let column = Name::column(&mentions.table, &word.as_str().into());
            if !self.types.contains_key(&column) {
                continue;
            }
            self.column(&column, mentions.exact, facts);
            if let Some(ty) = self.enums.get(&column) {
                let labels = mentions.strings.iter().map(|text| Fact::Label(ty.clone(), text.clone()));
                facts.extend(labels.filter(|label| self.provided.contains(label)));
            }
        }
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
