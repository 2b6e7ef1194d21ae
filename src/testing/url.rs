//! How is another database of the same server named?

/// The address with another database in it: a URL, or libpq's `key=value` words. `name` is a plain word.
pub(super) fn with_database(url: &str, name: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        // the last of two words of one key counts
        return format!("{} dbname={name}", url.trim_end());
    };
    // a password may hold anything
    let host = rest.rfind('@').map_or(0, |at| at + 1);
    let end = rest[host..].find(['/', '?']).map_or(rest.len(), |at| host + at);
    let (server, path) = rest.split_at(end);
    let query = path.split_once('?').map_or("", |(_, query)| query);
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("dbname=")).collect();
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    format!("{scheme}://{server}/{name}{query}")
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn only_the_database_is_another() {
        for (url, wanted) in [
            (
                "postgresql://app:S3cret@db:5433/shop?sslmode=require",
                "postgresql://app:S3cret@db:5433/t?sslmode=require",
            ),
            ("postgres://app:a/b?c@db/shop", "postgres://app:a/b?c@db/t"),
            ("postgres://db", "postgres://db/t"),
            ("postgres://db/", "postgres://db/t"),
            ("postgres:///shop?host=%2Ftmp%2Fa&dbname=other", "postgres:///t?host=%2Ftmp%2Fa"),
            ("postgresql://a,b:5433/shop", "postgresql://a,b:5433/t"),
            ("host=db dbname=shop", "host=db dbname=shop dbname=t"),
        ] {
            assert_eq!(with_database(url, "t"), wanted);
        }
    }
}
