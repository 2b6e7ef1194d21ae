//! Which parts of an output differ from run to run?

/// Shapes: `9` stands for a digit, `x` for a hexadecimal one, anything else for itself. Longer ones first.
const SHAPES: [(&str, &str); 6] = [
    ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "<hash>"),
    ("9999-99-99 99:99:99+00:00", "<time>"),
    ("9999-99-99 99:99:99 UTC", "<time>"),
    ("99999999_9999_", "<time>_"),
    ("xxxxxxxxxxxx", "<id>"),
    (" (9.9 s)", " (<time>)"),
];

/// Around the folder of the private server's socket, which is elsewhere where its path would be too long.
const SOCKET: (&str, &str) = (" on /", ":5432");

pub fn masked(text: &str) -> String {
    let mut masked = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let shape = SHAPES.iter().find(|(shape, _)| fits(shape, rest));
        let (taken, put) = match (socket(rest), shape) {
            (Some(length), _) => (length, " on <socket>"),
            (None, Some((shape, put))) => (shape.len(), *put),
            (None, None) => (first.len_utf8(), &rest[..first.len_utf8()]),
        };
        masked.push_str(put);
        rest = &rest[taken..];
    }
    masked
}

fn fits(shape: &str, text: &str) -> bool {
    let matches = |(wanted, found): (u8, u8)| match wanted {
        b'9' => found.is_ascii_digit(),
        b'x' => found.is_ascii_hexdigit(),
        other => found == other,
    };
    text.len() >= shape.len() && shape.bytes().zip(text.bytes()).all(matches)
}

fn socket(text: &str) -> Option<usize> {
    let word = text.strip_prefix(SOCKET.0)?.split(' ').next()?;
    word.ends_with(SOCKET.1).then_some(SOCKET.0.len() + word.len())
}

#[test]
fn only_what_differs_is_masked() {
    assert_eq!(masked("058619273344 -> c4a992b0e0f6 (head), a1"), "<id> -> <id> (head), a1");
    assert_eq!(masked("revisions/20261120_1258_058619273344_x.sql"), "revisions/<time>_<id>_x.sql");
    assert_eq!(masked("of autogen on /tmp/a/socket:5432 as me"), "of autogen on <socket> as me");
}
