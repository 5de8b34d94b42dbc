//! Reads what was planned, level by level: each list of children in one statement for all of their parents.

use std::{any::Any, collections::HashMap, ops::Range};

use async_graphql::{Error, Result};
use futures_util::{FutureExt, future::BoxFuture};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::{
    declaration::{At, Item, Source, Value},
    planning::{Children, KeyAt, Level, Needed, Wait},
    viewing::{Asking, Viewing},
};
use crate::{
    app::Broken,
    graphql::support::error::broken,
    store::{
        Reader,
        listing::{Listing, Part},
    },
};

/// A row in memory takes about so many bytes, and so many for each column.
const ROW: usize = 160;
const CELL: usize = 48;

/// What was read of the objects of a list, and of what belongs to them.
pub(super) struct Found {
    objects: Objects,
    /// How many columns come before what was planned.
    shift: usize,
    pub(super) groups: Groups,
    pub(super) children: Vec<Result<Found>>,
    /// The values of fields that had to be waited for.
    pub(super) awaited: Vec<Vec<Result<Vec<u8>>>>,
}

enum Objects {
    Rows(Vec<QueryResult>),
    Values(Vec<Value>),
}

/// Which objects belong to whom.
#[derive(Default)]
pub(super) struct Groups {
    by_parent: HashMap<Uuid, Group>,
    /// How many there are in all, where that was asked.
    counts: Option<HashMap<Uuid, i64>>,
    /// What was asked of the list.
    pub(super) part: Part,
}

/// Objects of one parent.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub(super) objects: Range<usize>,
    /// Whether they are in the order in which they are told, or the other way round.
    pub(super) backwards: bool,
    /// Whether there are more.
    pub(super) more: bool,
    /// How many there are in all.
    pub(super) count: i64,
}

impl Group {
    /// The places of its objects, in order.
    pub(super) fn places(&self) -> Vec<usize> {
        if self.backwards { self.objects.clone().rev().collect() } else { self.objects.clone().collect() }
    }
}

/// Whose the objects of a list are that belong to no other.
pub(super) const NOBODY: Uuid = Uuid::nil();

impl Found {
    /// The objects of a list that belong to no other.
    pub(super) async fn all(level: &Level<'_>, viewing: Viewing<'_>, source: Source, needed: Needed) -> Result<Self> {
        let connection = viewing.app().database.reader();
        match source {
            Source::Rows(listing, part) => {
                let rows = match needed.objects {
                    true => listing.read(connection, &level.reading, &part).await.map_err(broken)?,
                    false => Vec::new(),
                };
                let counts = if needed.count {
                    Some(HashMap::from([(NOBODY, listing.count(connection).await.map_err(broken)?)]))
                } else {
                    None
                };
                let group = cut(0..rows.len(), &part);
                let groups = Groups { by_parent: HashMap::from([(NOBODY, group)]), counts, part };
                Self::read(level, viewing, Objects::Rows(rows), 0, groups).await
            }
            Source::Values(mut found) => {
                let values = found.remove(&NOBODY).unwrap_or_default();
                let group = Group { objects: 0..values.len(), ..Group::default() };
                let groups = Groups { by_parent: HashMap::from([(NOBODY, group)]), ..Groups::default() };
                Self::read(level, viewing, Objects::Values(values), 0, groups).await
            }
        }
    }

    async fn of_parents(children: &Children<'_>, viewing: Viewing<'_>, parents: &[Uuid]) -> Result<Self> {
        let connection = viewing.app().database.reader();
        let source = (children.find)(Asking { viewing, field: children.asked, of: parents }).await?;
        if parents.is_empty() {
            return Ok(Self::none(&children.level, source));
        }
        let (objects, groups) = match source {
            Source::Rows(listing, part) => {
                let reading = &children.level.reading;
                let rows = match children.needed.objects {
                    true => listing.read_each(connection, reading, &part, parents).await.map_err(broken)?,
                    false => Vec::new(),
                };
                let by_parent = grouped(&rows, &part)?;
                let counts = counts(children.needed.count, &listing, connection, parents).await?;
                (Objects::Rows(rows), Groups { by_parent, counts, part })
            }
            Source::Values(found) => {
                let (mut values, mut by_parent) = (Vec::new(), HashMap::new());
                for (parent, of_parent) in found {
                    let begin = values.len();
                    values.extend(of_parent);
                    by_parent.insert(parent, Group { objects: begin..values.len(), ..Group::default() });
                }
                (Objects::Values(values), Groups { by_parent, ..Groups::default() })
            }
        };
        Self::read(&children.level, viewing, objects, 1, groups).await
    }

    /// Where there are no parents.
    fn none(level: &Level<'_>, source: Source) -> Self {
        let part = if let Source::Rows(_, part) = source { part } else { Part::default() };
        let children = level.children.iter().map(|children| Ok(Self::empty(&children.level))).collect();
        let awaited = level.awaited.iter().map(|_| Vec::new()).collect();
        Self {
            objects: Objects::Rows(Vec::new()),
            shift: 1,
            groups: Groups { part, ..Groups::default() },
            children,
            awaited,
        }
    }

    fn empty(level: &Level<'_>) -> Self {
        Self::none(level, Source::Values(HashMap::new()))
    }

    /// What belongs to these objects, and what has to be waited for.
    fn read<'f>(
        level: &'f Level<'_>,
        viewing: Viewing<'f>,
        objects: Objects,
        shift: usize,
        groups: Groups,
    ) -> BoxFuture<'f, Result<Self>> {
        async move {
            let mut found = Self { objects, shift, groups, children: Vec::new(), awaited: Vec::new() };
            if let Some(taken) = viewing.taken() {
                taken.take(found.len() * (ROW + CELL * level.reading.width())).await;
            }
            for children in &level.children {
                let parents = found.keys(children, viewing);
                let of_them = match parents {
                    Ok(parents) => Self::of_parents(children, viewing, &parents).await,
                    Err(error) => Err(error),
                };
                found.children.push(of_them);
            }
            for wait in &level.awaited {
                let values = found.wait(wait, viewing).await;
                found.awaited.push(values);
            }
            Ok(found)
        }
        .boxed()
    }

    /// The different keys of its objects.
    fn keys(&self, of: &Children<'_>, viewing: Viewing<'_>) -> Result<Vec<Uuid>> {
        let mut keys = Vec::with_capacity(self.len());
        for place in 0..self.len() {
            if of.present.is_none_or(|cell| self.is_present(cell, place)) {
                keys.extend(self.key(&of.key, place, viewing)?);
            }
        }
        keys.sort_unstable();
        keys.dedup();
        Ok(keys)
    }

    /// The key of an object.
    pub(super) fn key(&self, at: &KeyAt, place: usize, viewing: Viewing<'_>) -> Result<Option<Uuid>> {
        match (at, self.item(place)) {
            (KeyAt::Cell(cell), Item::Row(row)) => row.try_get_by_index(cell + self.shift).map_err(broken),
            (KeyAt::Made { cells, make }, _) => make(&self.at(place, viewing, cells, None)),
            _ => Ok(None),
        }
    }

    async fn wait(&self, wait: &Wait, viewing: Viewing<'_>) -> Vec<Result<Vec<u8>>> {
        let mut values = Vec::with_capacity(self.len());
        for place in 0..self.len() {
            let there = wait.present.is_none_or(|cell| self.is_present(cell, place));
            values.push(if there {
                (wait.field)(self.at(place, viewing, &wait.cells, wait.arguments.as_deref())).await
            } else {
                Ok(Vec::new())
            });
        }
        values
    }

    /// Whether the joined row is there whose key is in this cell.
    pub(super) fn is_present(&self, cell: usize, place: usize) -> bool {
        match self.item(place) {
            Item::Row(row) => matches!(row.try_get_by_index::<Option<Uuid>>(cell + self.shift), Ok(Some(_))),
            Item::Value(_) => false,
        }
    }

    /// How many objects there are.
    fn len(&self) -> usize {
        match &self.objects {
            Objects::Rows(rows) => rows.len(),
            Objects::Values(values) => values.len(),
        }
    }

    pub(super) fn item(&self, place: usize) -> Item<'_> {
        match &self.objects {
            Objects::Rows(rows) => Item::Row(&rows[place]),
            Objects::Values(values) => Item::Value(values[place].as_ref()),
        }
    }

    /// An object, for a field with these columns and arguments.
    pub(super) fn at<'f>(
        &'f self,
        place: usize,
        viewing: Viewing<'f>,
        cells: &'f [usize],
        arguments: Option<&'f (dyn Any + Send + Sync)>,
    ) -> At<'f> {
        At { item: self.item(place), cells, shift: self.shift, arguments, viewing }
    }

    /// What belongs to a parent.
    pub(super) fn group(&self, parent: Option<Uuid>) -> Group {
        let Some(parent) = parent else { return Group::default() };
        let group = self.groups.by_parent.get(&parent).cloned().unwrap_or_default();
        let count = self.groups.counts.as_ref().and_then(|counts| counts.get(&parent).copied());
        Group { count: count.unwrap_or(0), ..group }
    }
}

async fn counts(
    counted: bool,
    listing: &Listing,
    connection: &Reader,
    parents: &[Uuid],
) -> Result<Option<HashMap<Uuid, i64>>> {
    if !counted {
        return Ok(None);
    }
    Ok(Some(listing.count_each(connection, parents).await.map_err(broken)?.into_iter().collect()))
}

/// Rows of one parent are together.
fn grouped(rows: &[QueryResult], part: &Part) -> Result<HashMap<Uuid, Group>> {
    let mut groups = HashMap::new();
    let mut begun: Option<(Uuid, usize)> = None;
    for (place, row) in rows.iter().enumerate() {
        let parent: Uuid = row.try_get_by_index(0).map_err(broken)?;
        match begun {
            Some((current, _)) if current == parent => {}
            Some((current, begin)) => {
                groups.insert(current, cut(begin..place, part));
                begun = Some((parent, place));
            }
            None => begun = Some((parent, place)),
        }
    }
    if let Some((parent, begin)) = begun {
        groups.insert(parent, cut(begin..rows.len(), part));
    }
    Ok(groups)
}

/// One row more than was asked for tells that there are more.
fn cut(rows: Range<usize>, part: &Part) -> Group {
    let most = part.size.map_or(usize::MAX, |size| usize::try_from(size).unwrap_or(usize::MAX));
    let more = rows.len() > most;
    let end = if more { rows.start + most } else { rows.end };
    Group { objects: rows.start..end, backwards: part.from_end, more, count: 0 }
}

impl Group {
    /// Whether there are objects before it and after it.
    pub(super) fn beyond(&self, part: &Part) -> (bool, bool) {
        if part.from_end { (self.more, part.before.is_some()) } else { (part.after.is_some(), self.more) }
    }
}

/// What is said where something that must be there is not.
pub(super) fn missing(what: &str) -> Error {
    broken(Broken::Record(format!("{what} is not there")))
}
