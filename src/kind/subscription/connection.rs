//! Where does a connection string hold a password, and what is it without?

/// Key words of libpq whose values are secrets.
const SECRET: [&str; 2] = ["password", "sslpassword"];

/// The string without them, and whether there was one. One that has none stays as it is, byte for byte.
pub fn without_password(text: &str) -> (String, bool) {
    let kept = match text.split_once("://") {
        Some((scheme, rest)) if scheme.chars().all(char::is_alphanumeric) => format!("{scheme}://{}", address(rest)),
        _ => {
            let pairs = pairs(text);
            if !pairs.iter().any(|pair| is_secret(pair)) {
                return (text.to_owned(), false);
            }
            pairs.into_iter().filter(|pair| !is_secret(pair)).collect::<Vec<_>>().join(" ")
        }
    };
    let had = kept != text;
    (kept, had)
}

fn is_secret(pair: &str) -> bool {
    pair.split_once('=').is_some_and(|(key, _)| SECRET.contains(&key.trim()))
}

/// `user:password@host/db?key=value`
fn address(text: &str) -> String {
    let (place, query) = text.split_once('?').map_or((text, None), |(place, query)| (place, Some(query)));
    let (who, rest) = match place.rsplit_once('@') {
        Some((who, rest)) => (format!("{}@", who.split(':').next().unwrap_or_default()), rest),
        None => (String::new(), place),
    };
    let kept = query.map(|query| query.split('&').filter(|pair| !is_secret(pair)).collect::<Vec<_>>().join("&"));
    let query = kept.filter(|query| !query.is_empty()).map(|query| format!("?{query}"));
    format!("{who}{rest}{}", query.unwrap_or_default())
}

/// `key = 'va\'lue'` each, as libpq's conninfo_parse cuts them.
fn pairs(text: &str) -> Vec<&str> {
    let (mut pairs, mut start, mut quoted, mut escaped) = (Vec::new(), None, false, false);
    // a value has begun: blanks before it belong to the pair
    let mut valued = false;
    for (at, c) in text.char_indices() {
        let begin = *start.get_or_insert(at);
        if escaped {
            escaped = false;
            continue;
        }
        match c {
            '\\' => escaped = true,
            '\'' if quoted => quoted = false,
            '\'' if text[begin..at].contains('=') => (quoted, valued) = (true, true),
            c if c.is_whitespace() && !quoted => {
                let rest = text[at..].trim_start();
                let open = !valued && (rest.starts_with('=') || text[begin..at].trim_end().ends_with('='));
                if begin == at {
                    start = None;
                } else if !open {
                    pairs.push(&text[begin..at]);
                    (start, valued) = (None, false);
                }
            }
            c => valued |= c != '=' && text[begin..at].contains('='),
        }
    }
    pairs.extend(start.map(|begin| &text[begin..]));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_left_of_a_connection() {
        for (text, left) in [
            ("host=a password=x dbname=b", "host=a dbname=b"),
            ("host=a  password = 'it\\'s so' dbname = b", "host=a dbname = b"),
            ("password=x", ""),
            ("postgresql://u:x@a:5432/b?sslmode=require&password=y", "postgresql://u@a:5432/b?sslmode=require"),
            ("postgres://u:x@y@a/b", "postgres://u@a/b"),
        ] {
            assert_eq!(without_password(text), (left.to_owned(), true), "{text}");
        }
        for text in ["host=a  dbname=b", "postgresql://u@a/b", "host=password dbname='password=x'"] {
            assert_eq!(without_password(text), (text.to_owned(), false), "{text}");
        }
    }
}
