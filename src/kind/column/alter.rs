//! In which commands does a column become another one where it stands?

use super::*;

pub fn alter(old: &Column, new: &Column) -> Vec<Piece> {
    let Column { table: _, name: _, ty, collation, not_null, not_null_constraint, .. } = new;
    let Column { identity, generated, is_virtual, using: _, inherited: _, typed: _, foreign: _, .. } = new;
    let (mut commands, mut guard) = (Vec::new(), None);
    // alone: a statement that changes a type looks at the identity as it was
    let identity_first = (old.identity.is_some() && identity.is_none() && old.ty != *ty)
        .then(|| Sql::new().kw("ALTER TABLE").qualified(&new.table).sql(&new.alter_column()).kw("DROP IDENTITY"));
    if old.generated.is_some() && generated.is_none() {
        commands.push(new.alter_column().kw("DROP EXPRESSION"));
    }
    if old.identity.is_some() && identity.is_none() && identity_first.is_none() {
        commands.extend(new.identity_changes(old.identity.as_ref()));
    }
    if old.not_null && !not_null {
        commands.push(new.alter_column().kw("DROP NOT NULL"));
    }
    if old.ty != *ty || old.collation != *collation {
        let (first, sql) = Column::retype(old, new);
        guard = first;
        commands.push(sql);
    }
    if !old.not_null && *not_null {
        commands.push(not_null_constraint.add(new));
    }
    let kept = (old.not_null && *not_null).then_some(&old.not_null_constraint);
    commands.extend(kept.into_iter().flat_map(|old| NotNull::changes(old, new)));
    if let (true, Some(expression)) = (*is_virtual && old.generated != *generated, generated) {
        commands.push(new.alter_column().kw("SET EXPRESSION AS").sql(&expression.written.in_brackets()));
    }
    if identity.is_some() {
        commands.extend(new.identity_changes(old.identity.as_ref()));
    }
    let commands = commands.into_iter().map(|sql| new.command(sql));
    let named = kept.and_then(|_| NotNull::rename(old, new));
    let first = identity_first.map(Piece::Statement).into_iter().chain(named).chain(guard);
    first.chain(new.sequence_lift(old)).chain(commands).chain(new.sequence_rename(old)).collect()
}
