//! How is an index made and dropped while writes go on?

use super::*;

const PARTITIONED: &str = "PostgreSQL does not build or drop an index of a partitioned table concurrently";

pub fn online(change: Change<&Index>, ground: &Ground) -> Online {
    let table = &change.subject().table;
    match change {
        // made and dropped with the whole
        Change::Create(index) | Change::Drop(index) if index.part_of.is_some() => Online::Plain,
        Change::Create(_) | Change::Drop(_) if ground.partitioned => {
            Online::Not(Manner::Concurrently, Hazard::new(Risk::Lock, table, PARTITIONED))
        }
        Change::Create(new) => Online::Phases(Manner::Concurrently, create(new), 0),
        Change::Drop(old) => Online::Phases(Manner::Concurrently, vec![drop(old)], 0),
        Change::Alter { .. } | Change::Rename { .. } => Online::Plain,
    }
}

fn create(new: &Index) -> Vec<Phase> {
    let on = &new.table;
    let text = format!(
        "SHARE UPDATE EXCLUSIVE on {on}, reads and writes go on; it waits for older transactions, and the runner drops the \
         INVALID index that a failure leaves"
    );
    let fails = new.unique.then(|| Hazard::new(Risk::MayFail, on, "rows that share the key stop it"));
    let hazards = fails.into_iter().chain([Hazard::new(Risk::Lock, on, text)]).collect();
    let build = Phase::alone("create_index", Piece::Statement(new.definition(true)), hazards);
    let statistics = new.statistics_changes(&BTreeMap::new());
    let statistics = (!statistics.is_empty()).then(|| Phase::new("alter_index", statistics, vec![Options::hazard(on)]));
    std::iter::once(build).chain(statistics).collect()
}

fn drop(old: &Index) -> Phase {
    let on = &old.table;
    let text = format!("SHARE UPDATE EXCLUSIVE on {on}, reads and writes go on; it waits for older transactions");
    let sql = Sql::new().kw("DROP INDEX CONCURRENTLY").qualified(&old.name);
    let without = if old.unique { "rows that share its key may come in" } else { "queries do without it" };
    let without = format!("{without} until it is built again");
    Phase {
        meanwhile: Some(Hazard::new(Risk::Breaks, on, without)),
        ..Phase::alone("drop_index", Piece::Statement(sql), vec![Hazard::new(Risk::Lock, on, text)])
    }
}
