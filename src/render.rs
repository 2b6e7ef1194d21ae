//! How is a plan shown: to the reviewer of a revision file, on a terminal, to a program?

use std::collections::BTreeMap;

use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use crate::catalog::Catalog;
use crate::kind::{Id, Object, Pace, Piece, Risk};
use crate::plan::{Body, Op, Plan, Statement};
use crate::revision::{Batch, Entry};

/// The version of the JSON that every command prints.
pub const JSON_VERSION: u32 = 1;

/// What somebody has said of changes, for whoever reads the statement that makes one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remarks {
    /// Of a rename, by the new name.
    pub renamed: BTreeMap<Id, String>,
    pub dropped: BTreeMap<Id, String>,
}

impl Remarks {
    /// Of the object, or of what is in it and no object of its own, as the values of an enum are.
    fn of(&self, op: &Op) -> Vec<String> {
        let within = |said: &BTreeMap<Id, String>| {
            let inner = said.range(op.id.clone()..).skip_while(|(id, _)| **id == op.id);
            let inner = inner.take_while(|(id, _)| id.tag == op.id.tag && id.path.starts_with(&op.id.path));
            inner.map(|(_, said)| said.clone()).collect()
        };
        match (&op.old, &op.new) {
            (Some(_), None) => self.dropped.get(&op.id).cloned().into_iter().collect(),
            (Some(old), Some(new)) if old.id() != new.id() => self.renamed.get(&op.id).cloned().into_iter().collect(),
            (Some(_), Some(_)) if op.name.starts_with("rename") => within(&self.renamed),
            (Some(_), Some(_)) => within(&self.dropped),
            (None, _) => Vec::new(),
        }
    }
}

/// The statements as a revision file holds them.
pub fn entries(plan: &Plan) -> Vec<Entry> {
    entries_with(plan, &Remarks::default())
}

pub fn entries_with(plan: &Plan, remarks: &Remarks) -> Vec<Entry> {
    plan.statements.iter().flat_map(|statement| statement_entries(statement, remarks)).collect()
}

/// A statement that the file cannot hold as one becomes several entries; the comments stand above the first.
fn statement_entries(statement: &Statement, remarks: &Remarks) -> Vec<Entry> {
    let of = |op| op_comments(op, remarks);
    let mut comments: Vec<String> = statement.ops.iter().flat_map(of).collect();
    let sql = statement.body.clone().statements();
    sql.into_iter()
        .map(|sql| Entry {
            comments: std::mem::take(&mut comments),
            sql: sql.to_string(),
            transaction: !statement.own_transaction,
            batch: statement.pace.map(|Pace { rows, pause }| Batch { size: rows, pause }),
        })
        .collect()
}

fn op_comments(op: &Op, remarks: &Remarks) -> Vec<String> {
    let place = op.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
    let again = if op.recreated { " (down and up again for another change)" } else { "" };
    let first = format!("{} {}{again}{place}", op.name, subject(op));
    let hazards = op.hazards.iter().map(|hazard| format!("{}: {}", hazard.risk.word(), hazard.text));
    std::iter::once(first).chain(remarks.of(op)).chain(hazards).collect()
}

/// `public.tasks.title`, or `public.tasks.name -> title` where it is renamed.
fn subject(op: &Op) -> String {
    match op.old.as_ref().map(Object::id).filter(|old| *old != op.id) {
        Some(old) => format!("{} -> {}", old.qualified(), op.id.qualified()),
        None => op.id.qualified(),
    }
}

/// What a reviewer should know before reading on: the ops by kind, and every line that loses, fails, rewrites or blocks.
pub fn summary(up: &Plan, down: &Plan, live: &Catalog) -> Vec<String> {
    let mut lines = vec![format!("upgrade: {}", counts(up))];
    lines.extend(warnings(up, live));
    lines.push(format!("downgrade: {}", counts(down)));
    lines.extend(warnings(down, live));
    lines
}

/// `add_column 2, create_index 1`
pub fn counts(plan: &Plan) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for op in plan.statements.iter().flat_map(|statement| &statement.ops) {
        *counts.entry(op.name).or_default() += 1;
    }
    if counts.is_empty() {
        return "nothing".into();
    }
    counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}

fn warnings(plan: &Plan, live: &Catalog) -> Vec<String> {
    let mut lines = Vec::new();
    for op in plan.statements.iter().flat_map(|statement| &statement.ops) {
        for hazard in op.hazards.iter().filter(|hazard| hazard.risk != Risk::Lock) {
            let size = size(&op.id, live);
            lines.push(format!("  {}: {} {}: {}{size}", hazard.risk.word(), op.name, op.id.qualified(), hazard.text));
        }
    }
    lines
}

/// ` (about 1200 rows)`, where the server has counted them.
fn size(id: &Id, live: &Catalog) -> String {
    let table = live.notes.rows.iter().find(|(table, _)| id.path.starts_with(&table.path));
    match table {
        Some((_, rows)) if *rows >= 0 => format!(" (about {rows} rows)"),
        _ => String::new(),
    }
}

/// Every op of a plan for a program, in order.
pub fn json(plan: &Plan) -> Vec<Value> {
    plan.statements.iter().flat_map(statement_json).collect()
}

fn statement_json(statement: &Statement) -> Vec<Value> {
    let sql: Vec<String> = statement.body.clone().statements().iter().map(ToString::to_string).collect();
    let one = |op: &Op| {
        let hazards: Vec<Value> =
            op.hazards.iter().map(|hazard| json!({ "risk": hazard.risk.word(), "text": hazard.text })).collect();
        let source = op.place.as_ref().map(
            |place| json!({ "file": place.file.display().to_string(), "line": place.line, "column": place.column }),
        );
        json!({
            "op": op.name,
            "kind": op.id.tag.word(),
            "object": op.id.qualified(),
            "recreated": op.recreated,
            "sql": sql,
            "transaction": !statement.own_transaction,
            "hazards": hazards,
            "source": source,
        })
    };
    statement.ops.iter().map(one).collect()
}

/// How the terminal shows parts of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Added,
    Removed,
    Changed,
    Warning,
    Faint,
}

/// A line for a terminal, in pieces of one tone.
pub type Line = Vec<(Tone, String)>;

/// The ops alone, without the tones of their parts.
pub fn plain_lines(plan: &Plan) -> Vec<String> {
    let plain = |line: &Line| line.iter().map(|(_, text)| text.as_str()).collect();
    lines(plan, false).iter().map(plain).collect()
}

/// The ops for a person, with what they change word by word and the SQL that does it.
pub fn lines(plan: &Plan, with_sql: bool) -> Vec<Line> {
    let mut lines = Vec::new();
    for statement in &plan.statements {
        for op in &statement.ops {
            lines.push(head(op));
            lines.extend(change(op));
            let hazards = op.hazards.iter().filter(|hazard| hazard.risk != Risk::Lock);
            lines.extend(hazards.map(|h| vec![(Tone::Warning, format!("    {}: {}", h.risk.word(), h.text))]));
        }
        if with_sql {
            for sql in statement.body.clone().statements() {
                let text = format!("{sql};");
                lines.extend(text.lines().map(|line| vec![(Tone::Faint, format!("    {line}"))]));
            }
        }
    }
    lines
}

fn head(op: &Op) -> Line {
    let (tone, mark) = match (&op.old, &op.new) {
        (None, _) => (Tone::Added, "+"),
        (Some(_), None) => (Tone::Removed, "-"),
        _ => (Tone::Changed, "~"),
    };
    let place = op.place.as_ref().map(|place| format!("  {place}")).unwrap_or_default();
    let again = if op.recreated { "  (down and up again)" } else { "" };
    vec![(tone, format!("{mark} {} {}", op.name, subject(op))), (Tone::Faint, format!("{again}{place}"))]
}

/// Old and new definition as one line, the words that differ marked.
fn change(op: &Op) -> Option<Line> {
    let (Some(old), Some(new)) = (&op.old, &op.new) else { return None };
    if old.id() != new.id() {
        return None;
    }
    let (old, new) = (definition(old), definition(new));
    if old == new {
        return None;
    }
    let mut runs: Vec<(ChangeTag, String)> = Vec::new();
    for change in TextDiff::from_words(old.as_str(), new.as_str()).iter_all_changes() {
        match runs.last_mut() {
            Some((tag, text)) if *tag == change.tag() => text.push_str(change.value()),
            _ => runs.push((change.tag(), change.value().to_owned())),
        }
    }
    let mut line = vec![(Tone::Plain, "    ".to_owned())];
    line.extend(runs.into_iter().map(|(tag, text)| match tag {
        ChangeTag::Equal => (Tone::Plain, text),
        ChangeTag::Delete => (Tone::Removed, format!("[-{text}-]")),
        ChangeTag::Insert => (Tone::Added, format!("{{+{text}+}}")),
    }));
    Some(line)
}

/// As it stands in its parent's definition, or in its own.
pub fn definition(object: &Object) -> String {
    if let Some(element) = object.element(Vec::new()) {
        return element.to_string();
    }
    said(&object.create(Vec::new()))
}

fn said(pieces: &[Piece]) -> String {
    let write = |piece: &Piece| match piece {
        Piece::Statement(sql)
        | Piece::AlterTable(_, sql)
        | Piece::AlterEach(_, sql)
        | Piece::AlterOwn(_, sql)
        | Piece::AlterOnly(_, sql) => sql.to_string(),
    };
    pieces.iter().map(write).collect::<Vec<_>>().join("; ")
}

/// As statements.
pub fn statements(pieces: Vec<Piece>) -> String {
    Body::of(pieces).statements().iter().map(|sql| format!("{sql};")).collect::<Vec<_>>().join(" ")
}
