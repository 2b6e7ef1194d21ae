//! What does a statement do to tables that descend from the one it names?
//!
//! An object that is there because another is comes and goes with it, and no statement says so. A sub-command of ALTER TABLE
//! reaches the tables below: where all of them are to change alike, it is said once; where one is not, it is kept to the
//! table by `ONLY` and said for each.

use std::collections::{BTreeMap, BTreeSet};

use super::Node;
use super::order::Edges;
use super::schedule::Turn;
use crate::catalog::Catalog;
use crate::kind::{Change, Descent, Hazard, Id, Object, Origin, Piece};
use crate::name::{Ident, Qualified};
use crate::sql::Sql;

/// How origins bind the steps.
#[derive(Debug, Default)]
pub struct Bonds {
    /// Nodes that others bring about, each with its other.
    pub silent: BTreeMap<usize, usize>,
    edges: Edges,
    /// Changes that the change of another may bring about, each with its other.
    reached: Vec<(usize, usize)>,
}

/// `Err` is a node that makes what only a link that is cut and made within its table could have made.
pub fn bonds(nodes: &[Node]) -> Result<Bonds, usize> {
    let mut bonds = Bonds::default();
    if nodes.iter().all(|node| node.object().origins().is_empty() && node.old_origins().is_empty()) {
        return Ok(bonds);
    }
    let mut created = BTreeMap::new();
    let mut dropped = BTreeMap::new();
    let mut altered = BTreeMap::new();
    for (n, node) in nodes.iter().enumerate() {
        match node {
            Node::Create(new) => created.insert(new.id(), n),
            Node::Drop(old) => dropped.insert(old.id(), n),
            Node::Alter { new, .. } | Node::Swap { new, .. } => altered.insert(new.id(), n),
        };
    }
    for (n, node) in nodes.iter().enumerate() {
        match node {
            Node::Create(new) => {
                let origins = new.origins();
                match link(&origins, new, &altered) {
                    // made there, it is the table's own, and the link finds it
                    Some(link) if origins.iter().all(|origin| !origin.makes) => drop(bonds.edges.insert((n, link))),
                    Some(_) if origins.iter().all(|origin| !created.contains_key(&origin.id)) => return Err(n),
                    _ => {}
                }
                bonds.create(n, &origins, &created);
            }
            Node::Drop(old) => {
                // a change of the one reaches the other for as long as it is there
                let reaching = old.origins().into_iter().filter(|origin| origin.takes);
                bonds.edges.extend(reaching.filter_map(|origin| Some((n, *altered.get(&origin.id)?))));
                let with_parent = old.parent().is_some_and(|parent| dropped.contains_key(&parent));
                if !with_parent {
                    let origins = old.origins();
                    let taken = origins.iter().any(|origin| origin.takes && dropped.contains_key(&origin.id));
                    bonds.edges.extend(link(&origins, old, &altered).filter(|_| !taken).map(|link| (link, n)));
                    bonds.drop(n, &origins, &dropped);
                }
            }
            Node::Alter { old, new } | Node::Swap { old, new, .. } => {
                // on its own only after its table is; part of another only as it is wanted
                let links = |origins: Vec<Origin>| origins.into_iter().filter(|origin| !origin.takes);
                bonds.edges.extend(links(old.origins()).filter_map(|link| Some((*dropped.get(&link.id)?, n))));
                bonds.edges.extend(links(new.origins()).filter_map(|link| Some((n, *created.get(&link.id)?))));
                let whole = |origin: Origin| if origin.id.tag == new.id().tag { altered.get(&origin.id) } else { None };
                bonds.reached.extend(new.origins().into_iter().filter_map(whole).map(|&other| (n, other)));
                // a change of the one reaches the other only while there is a link between the two
                bonds.edges.extend(apart(&old.origins(), &new.origins(), &dropped, &altered));
                let joined = apart(&new.origins(), &old.origins(), &created, &altered);
                bonds.edges.extend(joined.into_iter().map(|(link, change)| (change, link)));
            }
        }
    }
    bonds.edges.extend(beside_links(nodes));
    Ok(bonds)
}

/// The alteration of what links it to its origins.
fn link(origins: &[Origin], object: &Object, altered: &BTreeMap<Id, usize>) -> Option<usize> {
    let link = |origin: &&Origin| !origin.takes && origin.id.tag != object.tag();
    origins.iter().filter(link).find_map(|origin| altered.get(&origin.id).copied())
}

/// What a table has only while others are not below it is made after these have gone, and goes before they come.
fn beside_links(nodes: &[Node]) -> Vec<(usize, usize)> {
    type Links = BTreeMap<Vec<Ident>, Vec<(usize, Descent)>>;
    let (mut cut, mut made) = (Links::new(), Links::new());
    for (n, node) in nodes.iter().enumerate() {
        let (olds, news) = match node {
            Node::Create(new) => (Vec::new(), new.descends()),
            Node::Drop(old) => (old.descends(), Vec::new()),
            Node::Alter { old, new } | Node::Swap { old, new, .. } => (old.descends(), new.descends()),
        };
        // rows that go with their table, or come with it, are no matter of a link
        if matches!(node, Node::Create(object) | Node::Drop(object) if object.holds_data()) {
            continue;
        }
        let is_in = |all: &[Descent], one: &Descent| {
            all.iter().any(|other| (&other.parent, &other.child) == (&one.parent, &one.child))
        };
        let path = |descent: &Descent| vec![descent.parent.schema.clone(), descent.parent.name.clone()];
        for gone in olds.iter().filter(|descent| !is_in(&news, descent)) {
            cut.entry(path(gone)).or_default().push((n, gone.clone()));
        }
        for new in news.iter().filter(|descent| !is_in(&olds, descent)) {
            made.entry(path(new)).or_default().push((n, new.clone()));
        }
    }
    let mut edges = Vec::new();
    for (n, node) in nodes.iter().enumerate() {
        let (object, links) = match node {
            Node::Create(new) => (new, &cut),
            Node::Drop(old) => (old, &made),
            Node::Alter { .. } | Node::Swap { .. } => continue,
        };
        let of = object.parent().and_then(|parent| links.get(&parent.path.to_vec()));
        for (link, _) in of.into_iter().flatten().filter(|(_, descent)| object.copy(descent).is_some()) {
            edges.push(if matches!(node, Node::Create(_)) { (*link, n) } else { (n, *link) });
        }
    }
    edges
}

impl Bonds {
    /// What reaches another is done when it is done there: it comes first, and after all that had to come before the other.
    pub fn bind(&self, edges: &mut Edges) {
        edges.extend(&self.edges);
        edges.extend(self.reached.iter().map(|&(below, above)| (above, below)));
        let mut open: Vec<(usize, usize)> = self.reached.clone();
        let above: BTreeMap<usize, Vec<usize>> = grouped(self.reached.iter().copied());
        let mut next = grouped(edges.iter().copied());
        let mut earlier = grouped(edges.iter().map(|&(a, b)| (b, a)));
        while let Some((below, change)) = open.pop() {
            let after = reachable(change, &next);
            let mut new = earlier.get(&below).cloned().unwrap_or_default();
            new.retain(|a| !after.contains(a) && edges.insert((*a, change)));
            new.iter().for_each(|a| next.entry(*a).or_default().push(change));
            if !new.is_empty() {
                earlier.entry(change).or_default().extend(new);
                open.extend(above.get(&change).into_iter().flatten().map(|&further| (change, further)));
            }
        }
    }
}

fn grouped(edges: impl Iterator<Item = (usize, usize)>) -> BTreeMap<usize, Vec<usize>> {
    let mut next: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (a, b) in edges {
        next.entry(a).or_default().push(b);
    }
    next
}

/// The node itself, and all that comes after it.
fn reachable(from: usize, next: &BTreeMap<usize, Vec<usize>>) -> BTreeSet<usize> {
    let (mut found, mut open) = (BTreeSet::from([from]), vec![from]);
    while let Some(node) = open.pop() {
        open.extend(next.get(&node).into_iter().flatten().filter(|&&after| found.insert(after)));
    }
    found
}

/// Of origins that one side has and the other has not: the steps that make or cut the link, each with the origin's change.
fn apart(
    one: &[Origin],
    other: &[Origin],
    cut: &BTreeMap<Id, usize>,
    altered: &BTreeMap<Id, usize>,
) -> Vec<(usize, usize)> {
    let kept = |origin: &Origin| other.iter().any(|other| other.id == origin.id);
    let changed = one.iter().filter(|origin| origin.takes && !kept(origin));
    let changed: Vec<usize> = changed.filter_map(|origin| altered.get(&origin.id).copied()).collect();
    let links = one.iter().filter(|origin| !origin.takes);
    let links = links.filter_map(|link| cut.get(&link.id).or_else(|| altered.get(&link.id)).copied());
    links.flat_map(|link| changed.iter().map(move |&change| (link, change))).collect()
}

impl Bonds {
    fn create(&mut self, n: usize, origins: &[Origin], created: &BTreeMap<Id, usize>) {
        let made: Vec<(usize, bool)> =
            origins.iter().filter_map(|origin| Some((*created.get(&origin.id)?, origin.makes))).collect();
        let Some(((last, makes), others)) = made.split_last() else { return };
        self.edges.extend(others.iter().map(|(other, _)| (*other, *last)));
        if *makes {
            self.silent.insert(n, *last);
        } else {
            self.edges.insert((n, *last));
        }
    }

    fn drop(&mut self, n: usize, origins: &[Origin], dropped: &BTreeMap<Id, usize>) {
        let gone = |takes: bool| {
            origins
                .iter()
                .filter(move |origin| origin.takes == takes)
                .find_map(|origin| dropped.get(&origin.id).copied())
        };
        match (gone(false), gone(true)) {
            (Some(link), _) => {
                self.edges.insert((link, n));
            }
            (None, Some(other)) => {
                self.silent.insert(n, other);
            }
            (None, None) => {}
        }
    }
}

/// Which tables descend from which, before and after.
pub struct Below {
    before: BTreeMap<Qualified, Vec<Qualified>>,
    after: BTreeMap<Qualified, Vec<Qualified>>,
}

impl Below {
    pub fn of(before: &Catalog, after: &Catalog) -> Self {
        let of = |catalog: &Catalog| {
            let mut below: BTreeMap<Qualified, Vec<Qualified>> = BTreeMap::new();
            for descent in catalog.objects().values().flat_map(Object::descends) {
                below.entry(descent.parent).or_default().push(descent.child);
            }
            below
        };
        Self { before: of(before), after: of(after) }
    }

    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// Those with other tables right below them after than before.
    pub fn relinked(&self) -> BTreeSet<Qualified> {
        let parents = self.before.keys().chain(self.after.keys());
        parents.filter(|table| self.before.get(table) != self.after.get(table)).cloned().collect()
    }

    /// All the way down.
    fn all(below: &BTreeMap<Qualified, Vec<Qualified>>, table: &Qualified) -> BTreeSet<Qualified> {
        let mut found = BTreeSet::new();
        let mut open = vec![table];
        while let Some(table) = open.pop() {
            for child in below.get(table).into_iter().flatten() {
                if found.insert(child.clone()) {
                    open.push(child);
                }
            }
        }
        found
    }
}

/// A step and what it would say.
pub struct Said<'a> {
    pub turn: Turn,
    pub node: &'a Node<'a>,
    pub pieces: Vec<Piece>,
    /// Of what is put back below.
    pub hazards: Vec<Hazard>,
}

/// Says once what is said for a table and for all below it, and keeps to a table what is not.
pub fn settle(said: &mut [Said], below: &Below, before: &Catalog, after: &Catalog) {
    if below.is_empty() {
        return;
    }
    let mut places: BTreeMap<Id, Vec<usize>> = BTreeMap::new();
    for (n, one) in said.iter().enumerate() {
        places.entry(one.node.object().id()).or_default().push(n);
    }
    // from the top down, so that what a table says for all below it is not said again there
    let mut order: Vec<(usize, Reach)> = (0..said.len()).filter_map(|n| Some((n, below.reach(&said[n])?))).collect();
    order.sort_by_key(|(_, reach)| std::cmp::Reverse(reach.always.len() + reach.sometimes.len()));
    for (n, reach) in order {
        let kept = reach.is_kept_below(said[n].node, before, after);
        let pieces = std::mem::take(&mut said[n].pieces);
        let settled = pieces.into_iter().map(|piece| match piece {
            Piece::AlterTable(table, sql) if kept => Piece::AlterOnly(table, sql),
            Piece::AlterTable(table, sql) => {
                reach.take(said, &places, &sql);
                Piece::AlterTable(table, sql)
            }
            Piece::AlterEach(table, sql) if reach.agrees(said, &places, &sql) => {
                reach.take(said, &places, &sql);
                Piece::AlterTable(table, sql)
            }
            Piece::AlterEach(table, sql) => Piece::AlterOnly(table, sql),
            other => other,
        });
        let mut settled: Vec<Piece> = settled.collect();
        let mut hazards = Vec::new();
        for (reached, wanted) in reach.unlike(said[n].node, after) {
            settled.extend(Object::alter(&reached, wanted));
            hazards.extend(Object::hazards(Change::Alter { old: &reached, new: wanted }));
        }
        said[n].pieces = settled;
        said[n].hazards = hazards;
    }
}

/// The tables below the one that a step is about.
struct Reach {
    id: Id,
    /// Below it before and after.
    always: Vec<Qualified>,
    /// Attached or detached on the way.
    sometimes: Vec<Qualified>,
}

impl Below {
    fn reach(&self, said: &Said) -> Option<Reach> {
        let table = said.pieces.iter().find_map(|piece| match piece {
            Piece::AlterTable(table, _) | Piece::AlterEach(table, _) => Some(table),
            _ => None,
        })?;
        let (had, has) = (Self::all(&self.before, table), Self::all(&self.after, table));
        let always = had.intersection(&has).cloned().collect();
        let sometimes: Vec<Qualified> = had.symmetric_difference(&has).cloned().collect();
        let reach = Reach { id: said.node.object().id(), always, sometimes };
        (!reach.always.is_empty() || !reach.sometimes.is_empty()).then_some(reach)
    }
}

impl Reach {
    /// What the step is about, as a table below has it.
    fn id_in(&self, child: &Qualified) -> Id {
        let mut id = self.id.clone();
        if let [schema, table, ..] = id.path.as_mut_slice() {
            (*schema, *table) = (child.schema.clone(), child.name.clone());
        }
        id
    }

    /// Dropped here, and not everywhere below.
    fn is_kept_below(&self, node: &Node, before: &Catalog, after: &Catalog) -> bool {
        let taken = |object: &Object| object.origins().iter().any(|origin| origin.id == self.id && origin.takes);
        let kept = |child: &Qualified| {
            let id = self.id_in(child);
            before.get(&id).is_some_and(taken) && after.get(&id).is_some()
        };
        matches!(node, Node::Drop(_)) && after.get(&self.id).is_none() && self.always.iter().any(kept)
    }

    /// What the change reaches below and is to be as it is wanted, with what it is once it has been reached. Not all that
    /// reaches them can be kept to a table by `ONLY`.
    fn unlike<'a>(&self, node: &Node, after: &'a Catalog) -> Vec<(Object, &'a Object)> {
        let Node::Alter { old, new } = node else { return Vec::new() };
        let below = self.always.iter().filter_map(|child| after.get(&self.id_in(child)));
        below.filter_map(|wanted| Some((wanted.reached(old, new)?, wanted))).collect()
    }

    /// What comes and goes below whatever comes and goes here.
    fn is_its_own(&self, node: &Node) -> bool {
        let own = |object: &Object, follows: fn(&Origin) -> bool| {
            object.origins().iter().any(|origin| origin.id == self.id && !follows(origin))
        };
        match node {
            Node::Create(new) => own(new, |origin| origin.makes),
            Node::Drop(old) => own(old, |origin| origin.takes),
            Node::Alter { .. } | Node::Swap { .. } => false,
        }
    }

    /// Every table below is to hear the same.
    fn agrees(&self, said: &[Said], places: &BTreeMap<Id, Vec<usize>>, sql: &Sql) -> bool {
        let hears = |child: &Qualified| {
            let steps =
                places.get(&self.id_in(child)).into_iter().flatten().filter(|&&n| !self.is_its_own(said[n].node));
            steps.flat_map(|&n| &said[n].pieces).any(|piece| is_of(piece, child, sql))
        };
        self.sometimes.is_empty() && self.always.iter().all(hears)
    }

    /// What is said here is not said again below.
    fn take(&self, said: &mut [Said], places: &BTreeMap<Id, Vec<usize>>, sql: &Sql) {
        for child in &self.always {
            for &n in places.get(&self.id_in(child)).into_iter().flatten() {
                if self.is_its_own(said[n].node) {
                    continue;
                }
                said[n].pieces.retain(|piece| !is_of(piece, child, sql));
            }
        }
    }
}

fn is_of(piece: &Piece, table: &Qualified, sql: &Sql) -> bool {
    matches!(piece, Piece::AlterTable(of, own) | Piece::AlterEach(of, own) if of == table && own == sql)
}
