//! What do strings name?

use super::Walk;
use crate::kind::Space;
use crate::lex;
use crate::name::Qualified;
use crate::sql::quote_literal;

impl Walk<'_> {
    /// `'high'::public.priority`, `'public.tasks'::regclass`
    pub(super) fn literal(&mut self, n: usize) {
        let counted =
            n >= 2 && self.is(n - 1, "(") && ["nextval", "currval", "setval"].iter().any(|name| self.is(n - 2, name));
        if !self.tokens[n].text.starts_with('\'') {
            return;
        }
        let text =
            self.tokens[n].text.trim_start_matches('\'').strip_suffix('\'').unwrap_or_default().replace("''", "'");
        let ty = if self.is(n + 1, "::") { self.chain(n + 2).0 } else { Vec::new() };
        let new = match ty.as_slice() {
            [] if counted => self.name_in(Space::Relation, &text),
            [word] if word == "regclass" => self.name_in(Space::Relation, &text),
            [word] if word == "regtype" => self.name_in(Space::Type, &text),
            [word] if word == "regconfig" => self.name_in(Space::TextSearchConfiguration, &text),
            [schema, name] => self.labels_in(&Qualified::new(schema.as_str(), name.as_str()), &text),
            [name] => self.bare.get(&(Space::Label, name.as_str())).and_then(|ty| self.labels_in(ty, &text)),
            _ => None,
        };
        if let Some(new) = new.filter(|new| *new != text) {
            self.edit(n, quote_literal(&new));
        }
    }

    fn name_in(&self, space: Space, text: &str) -> Option<String> {
        let mut new = match lex::name_parts(text)?.as_slice() {
            [schema, name] => Qualified::new(schema.as_str(), name.as_str()),
            [name] => {
                let mut new = self.bare.get(&(space, name.as_str())).cloned()?;
                self.renames.qualified(space, &mut new);
                return Some(new.name.quoted());
            }
            _ => return None,
        };
        self.renames.qualified(space, &mut new);
        Some(new.to_string())
    }

    /// One label, or those of an array.
    fn labels_in(&self, ty: &Qualified, text: &str) -> Option<String> {
        let label = |label: &str| {
            let mut label = label.to_owned();
            self.renames.label(ty, &mut label);
            label
        };
        let listed =
            text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).filter(|inner| !inner.contains('"'));
        match listed {
            Some(inner) => Some(format!("{{{}}}", inner.split(',').map(label).collect::<Vec<_>>().join(","))),
            None => Some(label(text)),
        }
    }
}
