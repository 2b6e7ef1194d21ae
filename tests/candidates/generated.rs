//! Which models does a seed give, and which of their changes are renames?
//!
//! Tables of columns that real ones have. A change is a rename under a name that people give instead, with or without another
//! change beside it, or a drop and an add of another thing of as like a kind as can be found.

use std::collections::BTreeSet;

use crate::Labelled;
use crate::universe_random::Random;

/// A name, and what people rename it to.
type Named = (&'static str, &'static [&'static str]);

/// Names of one type; those of one list are nobody's renames of each other.
const COLUMNS: &[(&str, &[Named])] = &[
    (
        "text",
        &[
            ("title", &["name", "headline", "task_title"]),
            ("notes", &["remarks", "comments", "internal_notes"]),
            ("slug", &["handle", "url_slug"]),
            ("locale", &["language", "lang"]),
            ("ip", &["ip_address", "remote_ip"]),
            ("avatar_url", &["avatar", "image_url", "avatarUrl"]),
            ("city", &["town", "city_name"]),
        ],
    ),
    (
        "varchar(255)",
        &[
            ("email", &["mail", "email_address", "e_mail"]),
            ("phone", &["phone_number", "tel", "mobile"]),
            ("company", &["company_name", "organisation"]),
            ("website", &["homepage", "web_site", "url"]),
        ],
    ),
    (
        "int",
        &[
            ("qty", &["quantity", "amount"]),
            ("retries", &["attempts", "retry_count"]),
            ("position", &["sort_order", "rank", "pos"]),
            ("views", &["view_count", "hits"]),
        ],
    ),
    (
        "bigint",
        &[
            ("owner_id", &["user_id", "ownerId", "created_by"]),
            ("size_bytes", &["bytes", "file_size"]),
            ("parent_id", &["parent", "parent_ref"]),
        ],
    ),
    (
        "numeric(12,2)",
        &[
            ("price", &["unit_price", "cost", "amount"]),
            ("discount", &["rebate", "discount_amount"]),
            ("tax", &["vat", "tax_amount"]),
        ],
    ),
    (
        "boolean",
        &[
            ("active", &["is_active", "enabled"]),
            ("archived", &["is_archived", "hidden"]),
            ("newsletter", &["wants_newsletter", "subscribed"]),
        ],
    ),
    (
        "timestamptz",
        &[
            ("created", &["created_at", "creation_time", "inserted_at"]),
            ("deleted_at", &["removed_at", "deletedAt"]),
            ("due", &["due_at", "deadline", "due_date"]),
            ("seen_at", &["last_seen", "last_seen_at"]),
        ],
    ),
    ("jsonb", &[("settings", &["preferences", "config", "options"]), ("payload", &["body", "data"])]),
    ("uuid", &[("token", &["key", "access_token"]), ("external_id", &["ext_id", "external_ref"])]),
    ("date", &[("birthday", &["born_on", "date_of_birth"]), ("hired_on", &["start_date", "hire_date"])]),
];

const TABLES: &[Named] = &[
    ("users", &["accounts", "members", "app_users"]),
    ("orders", &["purchases", "customer_orders"]),
    ("products", &["items", "articles", "product"]),
    ("invoices", &["bills", "invoice"]),
    ("projects", &["workspaces", "project"]),
    ("tasks", &["todos", "work_items"]),
    ("files", &["attachments", "documents"]),
    ("events", &["activities", "log_events"]),
];

#[derive(Clone)]
struct Column {
    name: String,
    ty: String,
    options: String,
}

#[derive(Clone)]
struct Table {
    name: String,
    columns: Vec<Column>,
    /// Name and columns.
    indexes: Vec<(String, Vec<String>)>,
    checks: Vec<(String, String)>,
}

fn family() -> Vec<(&'static str, &'static str, &'static [&'static str])> {
    COLUMNS.iter().flat_map(|(ty, names)| names.iter().map(move |(name, others)| (*ty, *name, *others))).collect()
}

fn others_of(name: &str) -> &'static [&'static str] {
    family().into_iter().find(|(_, known, _)| *known == name).map_or(&[], |(_, _, others)| others)
}

/// Names that people could have meant by this one.
fn alike(one: &str, other: &str) -> bool {
    one == other || others_of(one).contains(&other) || others_of(other).contains(&one)
}

fn table(dice: &mut Random, name: &str) -> Table {
    let mut all = family();
    let mut columns = vec![Column { name: "id".into(), ty: "bigint".into(), options: ", identity: always".into() }];
    for _ in 0..5 + dice.below(6) {
        let (ty, name, _) = all.remove(dice.below(all.len()));
        let options = match (dice.below(4), ty) {
            (0, "int" | "bigint" | "numeric(12,2)") => ", default: 0",
            (0, "boolean") => ", default: false",
            (0 | 1, "timestamptz") => ", default: now()",
            (1, _) => ", nullable: true",
            _ => "",
        };
        columns.push(Column { name: name.into(), ty: ty.into(), options: options.into() });
    }
    let pick = |dice: &mut Random| columns[1 + dice.below(columns.len() - 1)].name.clone();
    let mut indexes = Vec::new();
    for n in 0..dice.below(3) {
        let mut on = vec![pick(dice), pick(dice)];
        on.dedup();
        indexes.push((format!("ix_{name}_{n}"), on));
    }
    let numbers: Vec<&Column> = columns.iter().filter(|column| column.ty == "int").collect();
    let checks = numbers.first().filter(|_| dice.below(2) == 0);
    let checks = checks.map(|column| (format!("ck_{name}"), format!("{} >= 0", column.name))).into_iter().collect();
    Table { name: name.into(), columns, indexes, checks }
}

fn model(tables: &[Table]) -> String {
    let mut out = String::from("tables:\n");
    for table in tables {
        out.push_str(&format!("  {}:\n    columns:\n", table.name));
        for Column { name, ty, options } in &table.columns {
            out.push_str(&format!("      {name}: {{ type: \"{ty}\"{options} }}\n"));
        }
        out.push_str("    primary_key: [id]\n");
        if !table.indexes.is_empty() {
            out.push_str("    indexes:\n");
            table.indexes.iter().for_each(|(name, on)| out.push_str(&format!("      {name}: [{}]\n", on.join(", "))));
        }
        if !table.checks.is_empty() {
            out.push_str("    checks:\n");
            table.checks.iter().for_each(|(name, text)| out.push_str(&format!("      {name}: {text}\n")));
        }
    }
    out
}

impl Table {
    fn rename(&mut self, at: usize, new: &str) {
        let old = std::mem::replace(&mut self.columns[at].name, new.to_owned());
        let follow = |name: &mut String| {
            if *name == old {
                *name = new.to_owned()
            }
        };
        self.indexes.iter_mut().flat_map(|(_, on)| on).for_each(follow);
        for (_, text) in &mut self.checks {
            *text = text.replace(&format!("{old} "), &format!("{new} "));
        }
    }

    fn forget(&mut self, at: usize) {
        let old = self.columns.remove(at).name;
        self.indexes.retain(|(_, on)| !on.contains(&old));
        self.checks.retain(|(_, text)| !text.starts_with(&format!("{old} ")));
    }

    fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name)
    }
}

/// One labelled change.
pub fn labelled(seed: u64) -> Labelled {
    let mut dice = Random::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut names: Vec<&(&str, &[&str])> = TABLES.iter().collect();
    let tables: Vec<Table> = (0..3 + dice.below(3))
        .map(|_| {
            let name = names.remove(dice.below(names.len())).0;
            table(&mut dice, name)
        })
        .collect();
    let mut after = tables.clone();
    let mut renames = BTreeSet::new();
    let at = dice.below(after.len());
    match seed % 8 {
        // a table, and perhaps a column in it
        0 => {
            let others = TABLES.iter().find(|(name, _)| *name == after[at].name).map_or(&[][..], |(_, others)| others);
            let (old, new) = (after[at].name.clone(), others[dice.below(others.len())].to_owned());
            after[at].name.clone_from(&new);
            renames.insert((format!("table public.{old}"), new.clone()));
            if dice.below(2) == 0 {
                let (column, name) = rename_one(&mut after[at], &mut dice);
                renames.insert((format!("column public.{old}.{column}"), name));
            }
        }
        // an index
        1 if !after[at].indexes.is_empty() => {
            let old = std::mem::replace(&mut after[at].indexes[0].0, format!("idx_{}_lookup", tables[at].name));
            renames.insert((format!("index public.{old}"), after[at].indexes[0].0.clone()));
        }
        // what is no rename: another column of the same type, at the same place or at the end
        2 | 3 => other_column(&mut after[at], &mut dice, seed.is_multiple_of(2)),
        // no rename of two columns
        4 => (0..2).for_each(|n| other_column(&mut after[at], &mut dice, n == 0)),
        // columns, with other changes beside them
        kind => {
            let table = after[at].name.clone();
            for _ in 0..1 + dice.below(2) {
                let (column, name) = rename_one(&mut after[at], &mut dice);
                renames.insert((format!("column public.{table}.{column}"), name));
            }
            if kind == 6 {
                after[at].columns.push(Column {
                    name: "extra".into(),
                    ty: "text".into(),
                    options: ", nullable: true".into(),
                });
            }
            if kind == 7 {
                let last = after[at].columns.len() - 1;
                let renamed = renames.iter().any(|(_, new)| *new == after[at].columns[last].name);
                if !renamed {
                    after[at].forget(last);
                }
            }
        }
    }
    Labelled { name: format!("seed {seed}"), before: model(&tables), after: model(&after), renames }
}

fn rename_one(table: &mut Table, dice: &mut Random) -> (String, String) {
    loop {
        let at = 1 + dice.below(table.columns.len() - 1);
        let old = table.columns[at].name.clone();
        let others = others_of(&old);
        let Some(new) = (!others.is_empty()).then(|| others[dice.below(others.len())]) else { continue };
        if table.has(new) {
            continue;
        }
        table.rename(at, new);
        if dice.below(6) == 0 && table.columns[at].ty == "varchar(255)" {
            table.columns[at].ty = "text".into();
        }
        return (old, new.to_owned());
    }
}

fn other_column(table: &mut Table, dice: &mut Random, in_place: bool) {
    for _ in 0..200 {
        let at = 1 + dice.below(table.columns.len() - 1);
        let old = table.columns[at].clone();
        let mut same = family();
        same.retain(|(ty, name, _)| *ty == old.ty && !alike(name, &old.name) && !table.has(name));
        let Some((_, new, _)) = (!same.is_empty()).then(|| same[dice.below(same.len())]) else { continue };
        if in_place {
            table.rename(at, new);
        } else {
            table.forget(at);
            table.columns.push(Column { name: new.into(), ..old });
        }
        return;
    }
}
