//! How does the graph of the revisions look in a terminal?
//!
//! One line for each revision, newest first; columns are lines of descent. `├─╮` opens the columns of a merge, `├─╯` closes
//! those that come from one revision.

use crate::revision::Stored;

/// Each revision with what stands to the left of its text, and the lines between.
pub fn draw<'a>(newest_first: &[&'a Stored]) -> Vec<(String, Option<&'a Stored>)> {
    let mut columns: Vec<Option<&str>> = Vec::new();
    let mut out = Vec::new();
    for &file in newest_first {
        let id = file.id();
        let at: Vec<usize> = (0..columns.len()).filter(|n| columns[*n] == Some(id)).collect();
        if at.len() > 1 {
            out.push((joint(&columns, &at, '╯'), None));
        }
        let own = at.first().copied().unwrap_or_else(|| free(&mut columns, &[]));
        at.iter().for_each(|n| columns[*n] = None);
        columns[own] = Some(id);
        let cell = |n: usize| match columns[n] {
            Some(_) if n == own => "* ",
            Some(_) => "│ ",
            None => "  ",
        };
        let left: String = (0..columns.len()).map(cell).collect();
        out.push((format!("{} ", left.trim_end()), Some(file)));
        columns[own] = None;
        let mut opened = vec![own];
        for (n, parent) in file.revision.parents.iter().enumerate() {
            let column = if n == 0 { own } else { free(&mut columns, &opened) };
            columns[column] = Some(parent);
            opened.push(column);
        }
        if opened.len() > 2 {
            opened.dedup();
            out.push((joint(&columns, &opened, '╮'), None));
        }
        while columns.last() == Some(&None) {
            columns.pop();
        }
    }
    out
}

/// A column where nothing runs, right of those that are taken at the moment.
fn free(columns: &mut Vec<Option<&str>>, taken: &[usize]) -> usize {
    let from = taken.iter().max().map_or(0, |n| n + 1);
    match (from..columns.len()).find(|n| columns[*n].is_none()) {
        Some(n) => n,
        None => {
            columns.resize(columns.len().max(from) + 1, None);
            columns.len() - 1
        }
    }
}

/// A horizontal line from the first of these columns to the others.
fn joint(columns: &[Option<&str>], at: &[usize], corner: char) -> String {
    let (Some(&first), Some(&last)) = (at.first(), at.last()) else { return String::new() };
    let cell = |n: usize| {
        let runs = columns[n].is_some();
        let mark = match n {
            n if n == first => '├',
            n if n == last => corner,
            n if at.contains(&n) => {
                if corner == '╯' {
                    '┴'
                } else {
                    '┬'
                }
            }
            n if runs && n > first && n < last => '┼',
            n if n > first && n < last => '─',
            _ if runs => '│',
            _ => ' ',
        };
        let follow = if n >= first && n < last { '─' } else { ' ' };
        [mark, follow]
    };
    (0..columns.len()).flat_map(cell).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::{Folder, parse};

    /// `c:a,b` is revision c with the parents a and b.
    fn drawn(list: &[&str]) -> String {
        let read = |(n, one): (usize, &&str)| {
            let (id, parents) = one.split_once(':').unwrap();
            let parents = if parents.is_empty() { "(none)".to_owned() } else { parents.replace(',', ", ") };
            let text = format!(
                "-- autogen revision {id}\n-- message: m\n-- parents: {parents}\n-- created: 2026-01-{:02} 00:00:00+00:00\n\n\
                 -- autogen:upgrade\n\n\\quit\n-- autogen:downgrade\n",
                n + 1
            );
            Stored {
                path: format!("{id}.sql").into(),
                revision: parse(format!("{id}.sql").as_ref(), &text).unwrap(),
                text,
            }
        };
        let folder = Folder::new(list.iter().enumerate().map(read).collect()).unwrap();
        let line = |(left, file): (String, Option<&Stored>)| format!("{left}{}\n", file.map_or("", Stored::id));
        draw(&folder.history()).into_iter().map(line).collect()
    }

    #[test]
    fn a_line_branches_and_merges() {
        assert_eq!(drawn(&["a:", "b:a"]), "* b\n* a\n");
        assert_eq!(drawn(&["a:", "b:a", "c:a"]), "* c\n│ * b\n├─╯\n* a\n");
        assert_eq!(drawn(&["a:", "b:a", "c:a", "d:b,c"]), "* d\n├─╮\n│ * c\n* │ b\n├─╯\n* a\n");
        assert_eq!(
            drawn(&["a:", "b:a", "c:a", "d:a", "e:b,c,d"]),
            "* e\n├─┬─╮\n│ │ * d\n│ * │ c\n* │ │ b\n├─┴─╯\n* a\n"
        );
        assert_eq!(drawn(&["a:", "x:", "b:a", "y:x"]), "* y\n│ * b\n* │ x\n  * a\n");
    }
}
