//! How is a length of time written?
//!
//! As PostgreSQL writes its settings (manual, "Setting Parameters"): a whole number and a unit, `500ms`, `2s`, `5min`, `1h`, `1d`; a
//! bare number counts milliseconds.

use std::time::Duration;

/// `None`: it is no length of time.
pub fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..end].parse().ok()?;
    let milliseconds = match text[end..].trim() {
        "" | "ms" => 1,
        "s" => 1000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(milliseconds).map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_and_a_unit() {
        for (text, milliseconds) in
            [("0", 0), ("250", 250), ("500ms", 500), ("2 s", 2000), ("5min", 300_000), ("1h", 3_600_000)]
        {
            assert_eq!(duration(text), Some(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "s", "-1s", "1.5s", "2 weeks", "99999999999999999999d", "9999999999999999d"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
