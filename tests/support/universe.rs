//! Which catalogs are small, and still hold everything that depends on everything?
//!
//! A catalog is grown from genes: a list of numbers, each a choice that [`model`] makes when it writes the model file. So
//! any list of numbers is a valid catalog, a random list a random one, and a changed number a neighbour.
#![allow(dead_code)]

use std::collections::BTreeSet;
use std::fmt::Write;

use autogen::catalog::Catalog;
use autogen::config::Config;
use autogen::draft::Draft;
use autogen::kind::{Aspect, Managed};

use crate::fixtures;

#[path = "texts.rs"]
mod texts;
#[path = "things.rs"]
mod things;

pub type Genes = Vec<u64>;

pub const LENGTH: usize = CROWDED + 41 + 4 * things::SAYINGS;

/// Where the genes begin of what stands beside the tables, and the one that says whether anything does.
const CROWDED: usize = 168;

/// xorshift64*: a page of numbers that a seed gives again.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.max(1))
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.next() as usize % end
    }

    pub fn genes(&mut self) -> Genes {
        (0..LENGTH).map(|_| self.next()).collect()
    }

    /// With what stands beside the tables, or without: a catalog with it is several times as large.
    pub fn crowd(mut genes: Genes, crowded: bool) -> Genes {
        genes[CROWDED] = u64::from(!crowded);
        genes
    }

    pub fn neighbour(&mut self, genes: &Genes) -> Genes {
        let crowded = genes[CROWDED];
        let mut genes = genes.clone();
        for _ in 0..=self.below(4) {
            let at = self.below(LENGTH);
            genes[at] = self.next();
        }
        genes[CROWDED] = crowded;
        genes
    }
}

/// Privileges and owners are compared too.
pub fn managed() -> Managed {
    Managed(Aspect::ALL.into_iter().collect())
}

pub fn catalog(genes: &Genes) -> Result<Catalog, String> {
    let text = model(genes);
    let read = || {
        let mut draft = Draft::default();
        let config = Config::defaults(std::path::Path::new("/nowhere"))?;
        autogen::model::declare(&text, std::path::Path::new("model.yaml"), &config, &mut draft)?;
        autogen::model::finish(&mut draft, &managed())?;
        fixtures::wanted(draft, &Catalog::default())
    };
    read().map_err(|error| format!("{error}\n{text}"))
}

/// The choices, one after the other; each table reads the same number of them, so that a neighbour stays one.
struct Reader<'a> {
    genes: &'a [u64],
    at: usize,
}

impl Reader<'_> {
    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        let gene = self.genes.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        of[gene as usize % of.len()]
    }

    fn rarely(&mut self) -> bool {
        self.pick(&[true, false, false])
    }
}

const TABLES: [&str; 3] = ["t0", "t1", "audit.t2"];
const COLUMNS: [&str; 4] = ["c0", "c1", "c2", "c3"];

/// What is known of the tables before any is written, so that a foreign key finds its key.
struct Plan<'a> {
    present: [bool; 3],
    /// The type of each column.
    types: [[Option<&'a str>; 4]; 3],
    /// How many columns the primary key has.
    keys: [usize; 3],
}

/// The model file of the genes.
pub fn model(genes: &Genes) -> String {
    let mut reader = Reader { genes, at: 0 };
    let labels = reader.pick(&[&["x"][..], &["x", "w"], &["w", "x"], &["x", "w", "z"], &["z", "x"], &[]]);
    let sequence = reader.pick(&["", "s:", "s: { increment: 2 }", "s: { owned_by: t0.c0 }", "s: { owned_by: t1.c1 }"]);
    let plan = outline(&mut reader, !labels.is_empty());
    let mut out = String::new();
    if !labels.is_empty() {
        let _ = writeln!(out, "enums:\n  e: [{}]", labels.join(", "));
    }
    let owner = [("t0.c0", 0, 0), ("t1.c1", 1, 1)].into_iter().find(|(owner, ..)| sequence.contains(owner));
    let sequence =
        if owner.is_none_or(|(_, t, c)| plan.present[t] && plan.types[t][c].is_some()) { sequence } else { "" };
    if !sequence.is_empty() {
        let _ = writeln!(out, "sequences:\n  {sequence}");
    }
    out.push_str("tables:\n");
    let mut names = BTreeSet::new();
    let texts = texts::texts(&plan, &mut Reader { genes, at: 120 });
    for table in 0..3 {
        let (mut reader, mut text) = (Reader { genes, at: 24 + table * 24 }, String::new());
        write_table(&mut text, table, &plan, !sequence.is_empty(), &mut names, &mut reader);
        if plan.present[table] {
            out.push_str(&text);
            out.push_str(&texts.within[table]);
        }
    }
    let (types, tables) = further(&mut Reader { genes, at: 96 });
    let sections = texts.sections;
    if !plan.present.contains(&true) && tables.is_empty() {
        out.push_str("  {}\n");
    }
    let text = types + &out + &tables + &sections;
    if genes[CROWDED] == 0 { things::add(&text, &plan, genes, CROWDED + 1) } else { text }
}

/// Types of the models' own, and a table of each kind that the others are not: one that says how it is stored, one that
/// inherits from it, and one in parts.
fn further(reader: &mut Reader) -> (String, String) {
    let (mut types, mut tables) = (String::new(), String::new());
    let domain = reader.pick(&[
        "",
        "d: integer",
        "d: { type: integer, checks: { k: VALUE > 0 } }",
        "d: { type: integer, default: 7, not_null: true }",
    ]);
    if !domain.is_empty() {
        let _ = writeln!(types, "domains:\n  {domain}");
    }
    let composite = reader.pick(&[
        "",
        "k: { a: text, b: integer }",
        "k: { a: text, b: bigint }",
        "k: { a: text, b: integer, c: text }",
    ]);
    if !composite.is_empty() {
        let _ = writeln!(types, "composites:\n  {composite}");
    }
    let (of_domain, of_composite) = (reader.rarely() && !domain.is_empty(), reader.rarely() && !composite.is_empty());
    let lines = [
        reader.pick(&["", "unlogged: true"]),
        reader.pick(&["", "with: { fillfactor: 70 }", "with: { fillfactor: 80, autovacuum_enabled: false }"]),
        reader.pick(&[
            "",
            "exclusions: { ex: { method: gist, elements: [r with &&] } }",
            "exclusions: { ex: { method: gist, elements: [r with &&], where: n > 0 } }",
        ]),
        reader.pick(&[
            "",
            "statistics: { st: [\"n\", m] }",
            "statistics: { st: { columns: [\"n\", m], kinds: [ndistinct] } }",
        ]),
    ];
    let (storage, identity) =
        (reader.pick(&["", ", storage: external"]), reader.pick(&["", ", identity: always", ", identity: by default"]));
    let (heir, parts) = (reader.pick(&[0, 1, 2]), reader.pick(&[0, 1, 2, 3]));
    if reader.pick(&[true, true, false]) {
        let own = format!("{}{}", if of_domain { ", o: d?" } else { "" }, if of_composite { ", c: k?" } else { "" });
        let _ = writeln!(
            tables,
            "  x:\n    columns: {{ n: {{ type: integer{identity} }}, m: text?, r: {{ type: tsrange }}, s: {{ type: text{storage} }}{own} }}"
        );
        lines.iter().filter(|line| !line.is_empty()).for_each(|line| tables.push_str(&format!("    {line}\n")));
        // an unlogged parent may have a logged heir
        match heir {
            1 => tables.push_str("  y: { columns: { z: integer? }, inherits: [x] }\n"),
            2 => tables
                .push_str("  y: { columns: { z: integer?, m: { type: text?, default: \"'m'\" } }, inherits: [x] }\n"),
            _ => {}
        }
    }
    let key =
        reader.pick(&["", "    primary_key: { name: p_key, columns: [id] }\n", "    indexes: { p_ix: [id, v] }\n"]);
    if parts > 0 {
        let v = reader.pick(&["text?", "integer?", "{ type: text, default: \"'v'\" }"]);
        let _ = write!(
            tables,
            "  p:\n    columns: {{ id: integer, v: {v} }}\n{key}    partition_by: {{ range: [id] }}\n    partitions:\n"
        );
        let bounds = ["p0: FROM (0) TO (10)", "p1: FROM (10) TO (20)", "p2: DEFAULT"];
        bounds[..parts].iter().for_each(|bound| tables.push_str(&format!("      {bound}\n")));
    }
    (types, tables)
}

fn outline<'a>(reader: &mut Reader, has_enum: bool) -> Plan<'a> {
    let mut plan = Plan { present: [false; 3], types: [[None; 4]; 3], keys: [0; 3] };
    for table in 0..3 {
        plan.present[table] = !reader.rarely();
        for column in 0..4 {
            let of_enum = if has_enum { "e" } else { "text" };
            plan.types[table][column] =
                reader.pick(&[Some("integer"), Some("integer"), Some("bigint"), Some("text"), Some(of_enum), None]);
        }
        let columns = plan.types[table].iter().take_while(|ty| ty.is_some()).count();
        plan.keys[table] = reader.pick(&[0, 1, 1, 2]).min(columns);
    }
    plan
}

fn write_table(
    out: &mut String,
    table: usize,
    plan: &Plan,
    sequence: bool,
    names: &mut BTreeSet<String>,
    reader: &mut Reader,
) {
    let _ = writeln!(out, "  {}:\n    columns:", TABLES[table]);
    for (column, ty) in plan.types[table].iter().enumerate() {
        let text =
            write_column(column, ty.unwrap_or("text"), &plan.types[table], sequence, plan.keys[table] > column, reader);
        if ty.is_some() {
            let _ = writeln!(out, "      {}: {{ {text} }}", COLUMNS[column]);
        }
    }
    if plan.types[table].iter().all(Option::is_none) {
        out.push_str("      lonely: text\n");
    }
    if reader.rarely() {
        out.push_str("    comment: a table\n");
    }
    if plan.keys[table] > 0 {
        let _ = writeln!(
            out,
            "    primary_key: {{ name: pk{table}, columns: [{}] }}",
            COLUMNS[..plan.keys[table]].join(", ")
        );
    }
    write_constraints(out, table, plan, names, reader);
}

fn write_column(
    column: usize,
    ty: &str,
    types: &[Option<&str>; 4],
    sequence: bool,
    in_key: bool,
    reader: &mut Reader,
) -> String {
    let (nullable, filled) = (reader.rarely() && !in_key, reader.pick(&[0, 1, 2, 3, 4, 4]));
    let mut text = format!("type: {ty}{}", if nullable { ", nullable: true" } else { "" });
    let number = ty == "integer" || ty == "bigint";
    match filled {
        1 if number => text += ", default: 1",
        1 if ty == "text" => text += ", default: \"'x'\"",
        1 => text += ", default: \"'x'\"",
        2 if number && sequence => text += ", default: \"nextval('public.s'::regclass)\"",
        2 if number && !nullable => text += ", identity: always",
        // the label of an enum may be renamed, so its text is not immutable
        3 if ty == "text" && column == 3 && types[0].is_some_and(|ty| ty != "e") => text += ", generated: c0::text",
        _ => {}
    }
    text
}

fn write_constraints(out: &mut String, table: usize, plan: &Plan, names: &mut BTreeSet<String>, reader: &mut Reader) {
    let has = |column: usize| plan.types[table][column].is_some();
    // in this schema no relation may bear the name yet
    let mut free = |name: &str| names.insert(format!("{}.{name}", table == 2));
    let (name, column, other) = (reader.pick(&["n0", "n1", "n2"]), reader.pick(&[0, 1, 2]), reader.pick(&[1, 2, 3]));
    if reader.pick(&[true, false]) && has(column) && free(name) {
        let _ = writeln!(out, "    unique:\n      {name}: [{}]", COLUMNS[column]);
    }
    let (name, what) =
        (reader.pick(&["n1", "n2", "n3"]), reader.pick(&["", "unique: true, ", "where: c1 is not null, "]));
    if reader.pick(&[true, false]) && has(other) && has(1) && free(name) {
        let _ =
            writeln!(out, "    indexes:\n      {name}: {{ columns: [{}], {what}comment: an index }}", COLUMNS[other]);
    }
    let check = match (plan.types[table][0], plan.types[table][1]) {
        (Some("e"), _) => "c0 <> 'x'",
        (_, Some("integer" | "bigint")) => "c1 > 0",
        (Some(_), Some(_)) => "c0 is not null or c1 is not null",
        _ => "true",
    };
    if reader.pick(&[true, false]) {
        let _ = writeln!(out, "    checks:\n      k: {check}");
    }
    let (target, from) = (reader.pick(&[0, 1, 2]), reader.pick(&[0, 1, 2]));
    // of each table the key is its first column
    let alike = plan.types[table][from].zip(plan.types[target][0]).is_some_and(|(own, key)| comparable(own, key));
    if reader.pick(&[true, true, false]) && plan.present[target] && plan.keys[target] == 1 && alike {
        let _ = writeln!(
            out,
            "    foreign_keys:\n      f: {{ columns: [{}], references: {}, ref_columns: [c0] }}",
            COLUMNS[from], TABLES[target]
        );
    }
}

/// Whether a foreign key can be between columns of these types.
fn comparable(own: &str, theirs: &str) -> bool {
    let number = |ty: &str| ty == "integer" || ty == "bigint";
    own == theirs || number(own) && number(theirs)
}
