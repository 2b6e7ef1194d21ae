//! How does one query text serve every server?
//!
//! A line that begins with `--15+` is for servers from that major version on, one with `--14-` for those up to it; for any
//! other server it stays the comment that it is. `:tables` stands for the oids of the managed tables.

pub fn of(text: &str, major: u32, tables: &str) -> String {
    let tables = format!("{}::pg_catalog.oid[]", crate::sql::quote_literal(tables));
    let lines = text.lines().filter_map(|line| {
        let Some((version, rest)) = version(line) else { return (!line.starts_with("--")).then_some(line) };
        version(major).then_some(rest)
    });
    lines.collect::<Vec<_>>().join("\n").replace(":tables", &tables)
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
        assert_eq!(super::of(text, 14, "{1}"), "SELECT a\n , c\nFROM unnest('{1}'::pg_catalog.oid[])");
        assert_eq!(super::of(text, 15, "{1}"), "SELECT a\n , b\nFROM unnest('{1}'::pg_catalog.oid[])");
    }
}
