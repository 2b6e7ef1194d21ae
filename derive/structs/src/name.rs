//! What does something of Rust get called in a database?

/// `UserPreference` is `user_preference`, `HTTPLog` is `http_log`, `V2Key` is `v2_key`.
pub fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| chars[at]);
        let begins = c.is_uppercase()
            && before.is_some_and(|before| {
                let after_word = before.is_lowercase() || before.is_numeric();
                let ends_acronym = before.is_uppercase() && chars.get(at + 1).is_some_and(|next| next.is_lowercase());
                after_word || ends_acronym
            });
        if begins {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// Types that PostgreSQL 13 to 18 find first where a name has no schema, and words of SQL that spell one.
const BUILTIN: &str = "aclitem any anyarray anycompatible anycompatiblearray anycompatiblemultirange anycompatiblenonarray \
    anycompatiblerange anyelement anyenum anymultirange anynonarray anyrange bigint bigserial bit bool boolean \
    box bpchar bytea char character cid cidr circle cstring date datemultirange daterange dec decimal double \
    event_trigger fdw_handler float float4 float8 gtsvector index_am_handler inet int int2 int2vector int4 \
    int4multirange int4range int8 int8multirange int8range integer internal interval json jsonb jsonpath \
    language_handler line lseg macaddr macaddr8 money name national nchar numeric nummultirange numrange oid \
    oid8 oidvector path point polygon real record refcursor regclass regcollation regconfig regdictionary \
    regnamespace regoper regoperator regproc regprocedure regrole regtype serial serial2 serial4 serial8 \
    smallint smallserial table_am_handler text tid time timestamp timestamptz timetz trigger tsm_handler \
    tsmultirange tsquery tsrange tstzmultirange tstzrange tsvector txid_snapshot unknown uuid varbit varchar \
    void xid xid8 xml";

/// Whether a column of the type with this name would be of one of PostgreSQL's own.
pub fn is_builtin(name: &str) -> bool {
    name.starts_with("pg_") || BUILTIN.split_whitespace().any(|builtin| builtin == name)
}

/// How the type with this declared name (`priority`, `audit.level`, `"odd.name"`) is written in SQL.
pub fn sql_type(name: &str, array: bool) -> String {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for c in name.chars() {
        match (c, parts.last_mut()) {
            ('.', _) if !quoted => parts.push(String::new()),
            (_, Some(part)) => {
                quoted ^= c == '"';
                part.push(c);
            }
            _ => {}
        }
    }
    let is_plain = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let sql = parts.iter().map(|part| match part {
        part if is_plain(part) || part.starts_with('"') => part.clone(),
        part => format!("\"{}\"", part.replace('"', "\"\"")),
    });
    let sql = sql.collect::<Vec<_>>().join(".");
    if array { format!("{sql}[]") } else { sql }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_rust_name_are_parted() {
        for (rust, sql) in [
            ("Task", "task"),
            ("UserPreference", "user_preference"),
            ("HTTPLog", "http_log"),
            ("V2Key", "v2_key"),
            ("IPv4", "i_pv4"),
            ("already_so", "already_so"),
        ] {
            assert_eq!(snake_case(rust), sql);
        }
    }

    #[test]
    fn a_type_name_is_quoted_where_sql_would_read_another() {
        assert_eq!(sql_type("priority", true), "priority[]");
        assert_eq!(sql_type("audit.Level", false), "audit.\"Level\"");
        assert_eq!(sql_type("\"odd.name\"", false), "\"odd.name\"");
    }
}
