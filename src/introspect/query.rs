//! How does one query text serve every server?
//!
//! A line that begins with `--15+` is for servers from that major version on, one with `--14-` for those up to it; for any
//! other server it stays the comment that it is. `:tables` stands for the oids of the managed tables, `:schemas` for the names of
//! the managed schemas, `:bookkeeping` for the names that are left out wherever they stand: as constants, which the server reads
//! once, where it would read a setting again for every row.

/// What the names in a query stand for: arrays as the server prints them.
pub struct Known<'a> {
    pub major: u32,
    pub tables: &'a str,
    pub schemas: &'a str,
    pub bookkeeping: &'a str,
}

pub fn of(text: &str, known: &Known) -> String {
    let array = |of: &str, ty: &str| format!("{}::pg_catalog.{ty}[]", crate::sql::quote_literal(of));
    let lines = text.lines().filter_map(|line| {
        let Some((version, rest)) = version(line) else { return (!line.starts_with("--")).then_some(line) };
        version(known.major).then_some(rest)
    });
    let query = lines.collect::<Vec<_>>().join("\n");
    let query = query.replace(":tables", &array(known.tables, "oid"));
    query.replace(":schemas", &array(known.schemas, "text")).replace(":bookkeeping", &array(known.bookkeeping, "text"))
}

/// Which servers the line is for, and what it says to them.
fn version(line: &str) -> Option<(impl Fn(u32) -> bool, &str)> {
    let marked = line.strip_prefix("--")?;
    let (number, rest) = marked.split_at(marked.find(['+', '-'])?);
    let number: u32 = number.parse().ok()?;
    let from = rest.starts_with('+');
    Some((move |major| if from { major >= number } else { major <= number }, &rest[1..]))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_line_for_another_version_is_left_out() {
        let text = "-- what is read\nSELECT a\n--15+ , b\n--14- , c\nFROM unnest(:tables)";
        let known = |major| super::Known { major, tables: "{1}", schemas: "{}", bookkeeping: "{}" };
        assert_eq!(super::of(text, &known(14)), "SELECT a\n , c\nFROM unnest('{1}'::pg_catalog.oid[])");
        assert_eq!(super::of(text, &known(15)), "SELECT a\n , b\nFROM unnest('{1}'::pg_catalog.oid[])");
    }
}
