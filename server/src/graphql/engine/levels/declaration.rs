//! How a noun says what it is made of.

use std::{any::Any, collections::HashMap};

use async_graphql::{Description, Error, InputType, Result, registry::Registry};
use domain::permission::Rule;
use futures_util::future::BoxFuture;
use sea_orm::{
    Condition, QueryResult, TryGetable,
    sea_query::{Expr, IntoIden},
};
use uuid::Uuid;

use super::{
    fields::Fields,
    leaf::Leaf,
    schema::{Connection, Declared},
    viewing::{Asking, Viewing},
};
use crate::{
    app::Broken,
    graphql::support::{
        error::broken,
        page::{CursorKey, encode},
    },
    store::{
        listing::{self, Column, Listing, Part},
        page,
    },
};

/// A kind of object. Its description is the first paragraph of its documentation.
pub(in crate::graphql) trait Noun: Description + Sized + Send + Sync + 'static {
    /// What the schema calls it.
    const NAME: &'static str;
    /// Whether it can be looked up by its global id alone.
    const NODE: bool = false;

    /// The table that its objects are rows of; none for what is worked out.
    fn stored() -> Option<Stored> {
        None
    }

    /// Its fields.
    fn fields(of: &mut Fields<Self>);
}

/// A table that objects are rows of.
#[derive(Clone, Copy)]
pub(in crate::graphql) struct Stored {
    pub(super) table: &'static str,
    /// Tells a row from all others.
    pub(super) id: &'static str,
    pub(super) visible: fn(&Viewing<'_>, &str) -> Result<Option<Condition>>,
}

impl Stored {
    /// Rows whose primary key is `id`, shown to whoever may see what leads to them.
    pub(in crate::graphql) fn by(id: impl Into<Column>) -> Self {
        let id = id.into();
        Self { table: id.table, id: id.name, visible: |_, _| Ok(None) }
    }

    /// Only those for which this holds; the text is what the table is called in the statement.
    pub(in crate::graphql) fn where_visible(
        self,
        visible: fn(&Viewing<'_>, &str) -> Result<Option<Condition>>,
    ) -> Self {
        Self { visible, ..self }
    }

    /// Rows by their primary key, as far as they are visible.
    pub(super) fn by_id(&self, viewing: &Viewing<'_>) -> Result<Listing> {
        Ok(Listing::by_key(Column { table: self.table, name: self.id }, (self.visible)(viewing, self.table)?))
    }
}

/// A column of a table as it is called in a statement.
pub(in crate::graphql) fn column(table: &str, column: impl Into<Column>) -> Expr {
    Expr::col((table.to_owned(), column.into().name.into_iden()))
}

/// A noun that is listed page by page, in an order of its own.
pub(in crate::graphql) trait Paged: Noun {
    /// As in “a page of visits”.
    const PLURAL: &'static str;
    /// Where an object stands in the list.
    type Key: CursorKey + page::Key;
    /// The columns that the key is made of.
    fn key_columns() -> Vec<Column>;
    /// Makes it.
    fn key(at: &At<'_>) -> Result<Self::Key>;
}

/// Something that is worked out, not stored.
pub(in crate::graphql) type Value = Box<dyn Any + Send + Sync>;

/// Where the objects of a field come from.
pub(in crate::graphql) enum Source {
    /// Part of each parent's rows.
    Rows(Listing, Part),
    /// What was worked out for each parent, by its id.
    Values(HashMap<Uuid, Vec<Value>>),
}

impl Source {
    /// What was worked out for each parent.
    pub(in crate::graphql) fn values<T: Send + Sync + 'static>(
        found: impl IntoIterator<Item = (Uuid, Vec<T>)>,
    ) -> Self {
        let boxed = |values: Vec<T>| values.into_iter().map(|value| Box::new(value) as Value).collect();
        Self::Values(found.into_iter().map(|(parent, values)| (parent, boxed(values))).collect())
    }
}

/// An object of which fields are written.
#[derive(Clone, Copy)]
pub(in crate::graphql) struct At<'a> {
    pub(super) item: Item<'a>,
    /// Where its field's columns are in what was read.
    pub(super) cells: &'a [usize],
    /// How many columns come before what was planned.
    pub(super) shift: usize,
    pub(super) arguments: Option<&'a (dyn Any + Send + Sync)>,
    /// Who looks.
    pub(in crate::graphql) viewing: Viewing<'a>,
}

#[derive(Clone, Copy)]
pub(super) enum Item<'a> {
    Row(&'a QueryResult),
    Value(&'a (dyn Any + Send + Sync)),
}

impl<'a> At<'a> {
    /// The value of one of its field's columns, by its number among them.
    pub(in crate::graphql) fn get<T: TryGetable>(&self, number: usize) -> Result<T> {
        match (self.item, self.cells.get(number)) {
            (Item::Row(row), Some(cell)) => row.try_get_by_index(*cell + self.shift).map_err(broken),
            _ => Err(misplaced("no such column")),
        }
    }

    /// The text of one of its field's columns, as it came.
    pub(super) fn text(&self, number: usize) -> Result<Option<&'a str>> {
        match (self.item, self.cells.get(number)) {
            (Item::Row(row), Some(cell)) => listing::text(row, *cell + self.shift).map_err(broken),
            _ => Err(misplaced("no such column")),
        }
    }

    /// What was worked out.
    pub(in crate::graphql) fn value<T: 'static>(&self) -> Result<&'a T> {
        match self.item {
            Item::Value(value) => value.downcast_ref().ok_or_else(|| misplaced("another value")),
            Item::Row(_) => Err(misplaced("a row and no value")),
        }
    }

    pub(super) fn argument<T: 'static>(&self) -> Result<&'a T> {
        self.arguments.and_then(|given| given.downcast_ref()).ok_or_else(|| misplaced("no arguments"))
    }
}

/// A noun was declared wrongly.
fn misplaced(what: &str) -> Error {
    broken(Broken::Record(format!("a field was declared for {what}")))
}

/// A column of a noun's row, or of a row that is joined to it one to one.
#[derive(Clone)]
pub(in crate::graphql) struct Place {
    pub(super) via: Vec<(&'static str, Column)>,
    pub(super) name: &'static str,
    pub(super) worked_out: Option<WorkedOut>,
}

/// What the database works out of a row for whoever looks; the text is what its table is called in the statement.
pub(super) type WorkedOut = fn(&Viewing<'_>, &str) -> Result<Expr>;

impl Place {
    /// What the database works out, under a name that nothing else of the row has.
    pub(in crate::graphql) fn worked_out(name: &'static str, expression: WorkedOut) -> Self {
        Self { via: Vec::new(), name, worked_out: Some(expression) }
    }
}

impl<C: Into<Column>> From<C> for Place {
    fn from(column: C) -> Self {
        Self { via: Vec::new(), name: column.into().name, worked_out: None }
    }
}

/// The row that is joined by two columns that are the same.
#[derive(Clone, Debug)]
pub(in crate::graphql) struct Via(Vec<(&'static str, Column)>);

impl Via {
    /// From a noun's own row.
    pub(in crate::graphql) fn of(from: impl Into<Column>, to: impl Into<Column>) -> Self {
        Self(vec![(from.into().name, to.into())])
    }

    /// From that row to another.
    pub(in crate::graphql) fn then(&self, from: impl Into<Column>, to: impl Into<Column>) -> Self {
        Self(self.0.iter().copied().chain([(from.into().name, to.into())]).collect())
    }

    /// A column of that row.
    pub(in crate::graphql) fn at(&self, column: impl Into<Column>) -> Place {
        Place { via: self.0.clone(), name: column.into().name, worked_out: None }
    }
}

/// An argument of a field.
pub(in crate::graphql) struct Argument {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) kind: fn(&mut Registry) -> String,
    pub(super) default: Option<String>,
}

/// An argument of a type.
pub(in crate::graphql) fn argument<T: InputType>(name: &'static str, description: &'static str) -> Argument {
    Argument { name, description, kind: T::create_type_info, default: None }
}

impl Argument {
    /// With what it is if nothing is said.
    pub(in crate::graphql) fn defaulting_to<T: InputType>(self, value: &T) -> Self {
        Self { default: Some(value.to_value().to_string()), ..self }
    }
}

/// A field of a noun.
pub(in crate::graphql) struct Field {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) arguments: Vec<Argument>,
    /// Registers its type, and says how it is written.
    pub(super) kind: Box<dyn Fn(&mut Registry) -> String + Send + Sync>,
    pub(super) nullable: bool,
    /// Who has no part in this finds null.
    pub(super) guard: Option<&'static Rule>,
    pub(super) how: How,
}

pub(super) type Write = Box<dyn Fn(&At<'_>, &mut Vec<u8>) -> Result<()> + Send + Sync>;
pub(super) type Await = Box<dyn for<'a> Fn(At<'a>) -> BoxFuture<'a, Result<Vec<u8>>> + Send + Sync>;
pub(super) type Parse = fn(&Asking<'_>) -> Result<Value>;
pub(super) type Make = Box<dyn Fn(&At<'_>) -> Result<Option<Value>> + Send + Sync>;
pub(super) type Find = Box<dyn for<'a> Fn(Asking<'a>) -> BoxFuture<'a, Result<Source>> + Send + Sync>;
pub(super) type KeyOf = Box<dyn Fn(&At<'_>) -> Result<Option<Uuid>> + Send + Sync>;
pub(super) type ToDeclared = fn() -> &'static Declared;

/// What a field is made of.
pub(super) enum How {
    /// A value of some columns, or of what was worked out.
    Leaf { columns: Vec<Place>, parse: Option<Parse>, write: Write },
    /// The same where it has to be waited for.
    Awaited { columns: Vec<Place>, parse: Option<Parse>, write: Await },
    /// Another object on the same row.
    Same(ToDeclared),
    /// An object made of some columns.
    Made { columns: Vec<Place>, target: ToDeclared, make: Make },
    /// The row that this one belongs to.
    One { column: Place, target: ToDeclared },
    /// What belongs to it.
    Many { key: Key, target: ToDeclared, form: Form, find: Find },
}

/// What tells whose children are whose.
pub(in crate::graphql) enum Key {
    Column(Place),
    Made { columns: Vec<Place>, make: KeyOf },
}

impl<P: Into<Place>> From<P> for Key {
    fn from(place: P) -> Self {
        Self::Column(place.into())
    }
}

/// An id that some columns come to for whoever looks; none where there is nothing for them.
pub(in crate::graphql) fn keyed(
    columns: Vec<Place>,
    make: impl Fn(&At<'_>) -> Result<Option<Uuid>> + Send + Sync + 'static,
) -> Key {
    Key::Made { columns, make: Box::new(make) }
}

/// In which form children are told.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// The first of them, or null.
    One,
    /// All of them.
    List,
    /// A Relay connection.
    Page(&'static Connection),
}

/// The rows of a noun by their ids.
pub(super) fn by_id<M: Noun>(viewing: &Viewing<'_>) -> Result<Source> {
    let stored = M::stored().ok_or_else(|| misplaced("rows, and has none"))?;
    Ok(Source::Rows(stored.by_id(viewing)?, Part::default()))
}

/// The cursor of an object in its list.
pub(super) fn cursor<M: Paged>(at: &At<'_>, out: &mut Vec<u8>) -> Result<()> {
    encode(&M::key(at)?).write(out);
    Ok(())
}
