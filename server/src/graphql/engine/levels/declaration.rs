//! How a noun says what it is made of.

use std::{any::Any, collections::HashMap, marker::PhantomData};

use async_graphql::{Description, InputType, Result, registry::Registry};
use domain::permission::Rule;
use entity::values::Named;
use futures_util::future::BoxFuture;
use sea_orm::{
    Condition, QueryResult, TryGetable,
    sea_query::{Expr, IntoIden},
};
use uuid::Uuid;

use super::{
    leaf::Leaf,
    schema::{self, Declared},
    viewing::{Asking, Viewing},
};
use crate::{
    graphql::support::{
        error::broken,
        global_id::{self, Global},
        page::{self, CursorKey},
    },
    store::listing::{self, Column, Listing, Part},
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
    type Key: CursorKey + crate::store::page::Key;
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
    fn text(&self, number: usize) -> Result<Option<&'a str>> {
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

    fn argument<T: 'static>(&self) -> Result<&'a T> {
        self.arguments.and_then(|given| given.downcast_ref()).ok_or_else(|| misplaced("no arguments"))
    }
}

fn text_into(text: &str, out: &mut Vec<u8>) {
    // Writing text into a vector does not fail.
    let _ = serde_json::to_writer(out, text);
}

fn absent() -> async_graphql::Error {
    broken(crate::app::Broken::Record("a column that must not be null is".to_owned()))
}

/// A noun was declared wrongly.
fn misplaced(what: &str) -> async_graphql::Error {
    broken(crate::app::Broken::Record(format!("a field was declared for {what}")))
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

/// The arguments of a page, with those that choose what is on it.
pub(super) fn page_arguments(further: Vec<Argument>) -> Vec<Argument> {
    let mut all = vec![
        argument::<Option<i32>>("first", "The first so many, 1 to 500; 50 if nothing is said."),
        argument::<Option<i32>>("last", "The last so many, 1 to 500, instead of the first."),
        argument::<Option<String>>("after", "Only after this cursor."),
        argument::<Option<String>>("before", "Only before this cursor."),
    ];
    all.extend(further);
    all
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
    Page(&'static schema::Connection),
}

/// The fields of a noun, as it declares them one after the other.
pub(in crate::graphql) struct Fields<N> {
    pub(super) fields: Vec<Field>,
    noun: PhantomData<N>,
}

impl<N: Noun> Fields<N> {
    pub(super) fn declared() -> Vec<Field> {
        let mut fields = Self { fields: Vec::new(), noun: PhantomData };
        N::fields(&mut fields);
        fields.fields
    }

    fn leaf<V: Leaf>(&mut self, name: &'static str, description: &'static str, arguments: Vec<Argument>, how: How) {
        let nullable = !V::qualified_type_name().ends_with('!');
        let kind = Box::new(V::create_type_info);
        self.fields.push(Field { name, description, arguments, kind, nullable, guard: None, how });
    }

    fn object<M: Noun>(&mut self, name: &'static str, description: &'static str, nullable: bool, how: How) {
        let kind = Box::new(move |registry: &mut Registry| {
            schema::register::<M>(registry);
            if nullable { M::NAME.to_owned() } else { format!("{}!", M::NAME) }
        });
        self.fields.push(Field { name, description, arguments: Vec::new(), kind, nullable, guard: None, how });
    }

    /// The global id.
    pub(in crate::graphql) fn id<I: Global>(&mut self, column: impl Into<Place>) {
        self.plain("id", "Global id.", column, |id: Uuid| global_id::encode(I::from(id)));
    }

    /// A column, as the schema shows it.
    pub(in crate::graphql) fn plain<T: TryGetable, V: Leaf>(
        &mut self,
        name: &'static str,
        description: &'static str,
        column: impl Into<Place>,
        shown: impl Fn(T) -> V + Send + Sync + 'static,
    ) {
        self.of(name, description, vec![column.into()], move |at| at.get(0).map(&shown));
    }

    /// A column of text, as it is.
    pub(in crate::graphql) fn text(&mut self, name: &'static str, description: &'static str, column: impl Into<Place>) {
        let write: Write = Box::new(|at, out| at.text(0)?.map(|text| text_into(text, out)).ok_or_else(absent));
        let how = How::Leaf { columns: vec![column.into()], parse: None, write };
        self.leaf::<String>(name, description, Vec::new(), how);
    }

    /// The same where there may be none.
    pub(in crate::graphql) fn text_or_null(
        &mut self,
        name: &'static str,
        description: &'static str,
        column: impl Into<Place>,
    ) {
        let write: Write = Box::new(|at, out| {
            match at.text(0)? {
                Some(text) => text_into(text, out),
                None => out.extend_from_slice(b"null"),
            }
            Ok(())
        });
        let how = How::Leaf { columns: vec![column.into()], parse: None, write };
        self.leaf::<Option<String>>(name, description, Vec::new(), how);
    }

    /// A column with one of the values that have names.
    pub(in crate::graphql) fn named<T: Named + Leaf>(
        &mut self,
        name: &'static str,
        description: &'static str,
        column: impl Into<Place>,
    ) {
        let write: Write = Box::new(|at, out| {
            let text = at.text(0)?.ok_or_else(absent)?;
            T::named(text).ok_or_else(|| misplaced(text)).map(|value| value.write(out))
        });
        let how = How::Leaf { columns: vec![column.into()], parse: None, write };
        self.leaf::<T>(name, description, Vec::new(), how);
    }

    /// What some columns come to for whoever looks.
    pub(in crate::graphql) fn of<V: Leaf>(
        &mut self,
        name: &'static str,
        description: &'static str,
        columns: Vec<Place>,
        shown: impl Fn(&At<'_>) -> Result<V> + Send + Sync + 'static,
    ) {
        let write: Write = Box::new(move |at, out| shown(at).map(|value| value.write(out)));
        self.leaf::<V>(name, description, Vec::new(), How::Leaf { columns, parse: None, write });
    }

    /// The same with arguments, which are read once for all objects.
    pub(in crate::graphql) fn asked<A: Send + Sync + 'static, V: Leaf>(
        &mut self,
        name: &'static str,
        description: &'static str,
        arguments: Vec<Argument>,
        parse: Parse,
        columns: Vec<Place>,
        shown: impl Fn(&At<'_>, &A) -> Result<V> + Send + Sync + 'static,
    ) {
        let write: Write = Box::new(move |at, out| shown(at, at.argument::<A>()?).map(|value| value.write(out)));
        self.leaf::<V>(name, description, arguments, How::Leaf { columns, parse: Some(parse), write });
    }

    /// What has to be waited for.
    pub(in crate::graphql) fn awaited<V: Leaf + 'static>(
        &mut self,
        name: &'static str,
        description: &'static str,
        columns: Vec<Place>,
        shown: impl for<'a> Fn(At<'a>) -> BoxFuture<'a, Result<V>> + Send + Sync + 'static,
    ) {
        let write: Await = Box::new(move |at| {
            let shown = shown(at);
            Box::pin(async move { Ok(written(&shown.await?)) })
        });
        self.leaf::<V>(name, description, Vec::new(), How::Awaited { columns, parse: None, write });
    }

    /// The same with arguments.
    pub(in crate::graphql) fn awaited_as_asked<A: Send + Sync + 'static, V: Leaf + 'static>(
        &mut self,
        name: &'static str,
        description: &'static str,
        arguments: Vec<Argument>,
        parse: Parse,
        columns: Vec<Place>,
        shown: impl for<'a> Fn(At<'a>, &'a A) -> BoxFuture<'a, Result<V>> + Send + Sync + 'static,
    ) {
        let write: Await = Box::new(move |at| match at.argument::<A>() {
            Ok(argument) => {
                let shown = shown(at, argument);
                Box::pin(async move { Ok(written(&shown.await?)) })
            }
            Err(error) => Box::pin(async move { Err(error) }),
        });
        self.leaf::<V>(name, description, arguments, How::Awaited { columns, parse: Some(parse), write });
    }

    /// The row that this one belongs to, by its id in a column; null where there is none that is visible.
    pub(in crate::graphql) fn one<M: Noun>(
        &mut self,
        name: &'static str,
        description: &'static str,
        column: impl Into<Place>,
    ) {
        self.object::<M>(name, description, true, How::One { column: column.into(), target: Declared::of::<M> });
    }

    /// Another object on the same row.
    pub(in crate::graphql) fn same<M: Noun>(&mut self, name: &'static str, description: &'static str) {
        self.object::<M>(name, description, false, How::Same(Declared::of::<M>));
    }

    /// An object that is made of some columns, or null.
    pub(in crate::graphql) fn made<M: Noun, T: Send + Sync + 'static>(
        &mut self,
        name: &'static str,
        description: &'static str,
        columns: Vec<Place>,
        make: impl Fn(&At<'_>) -> Result<Option<T>> + Send + Sync + 'static,
    ) {
        let make: Make = Box::new(move |at| Ok(make(at)?.map(|value| Box::new(value) as Value)));
        self.object::<M>(name, description, true, How::Made { columns, target: Declared::of::<M>, make });
    }

    /// The first of what belongs to it, or null.
    pub(in crate::graphql) fn first<M: Noun>(
        &mut self,
        name: &'static str,
        description: &'static str,
        key: impl Into<Key>,
        find: impl for<'a> Fn(Asking<'a>) -> BoxFuture<'a, Result<Source>> + Send + Sync + 'static,
    ) {
        let how = How::Many { key: key.into(), target: Declared::of::<M>, form: Form::One, find: Box::new(find) };
        self.object::<M>(name, description, true, how);
    }

    /// What belongs to it.
    pub(in crate::graphql) fn list<M: Noun>(
        &mut self,
        name: &'static str,
        description: &'static str,
        arguments: Vec<Argument>,
        key: impl Into<Key>,
        find: impl for<'a> Fn(Asking<'a>) -> BoxFuture<'a, Result<Source>> + Send + Sync + 'static,
    ) {
        let kind = Box::new(|registry: &mut Registry| {
            schema::register::<M>(registry);
            format!("[{}!]!", M::NAME)
        });
        let how = How::Many { key: key.into(), target: Declared::of::<M>, form: Form::List, find: Box::new(find) };
        self.fields.push(Field { name, description, arguments, kind, nullable: false, guard: None, how });
    }

    /// A page of what belongs to it.
    pub(in crate::graphql) fn page<M: Paged>(
        &mut self,
        name: &'static str,
        description: &'static str,
        further: Vec<Argument>,
        key: impl Into<Key>,
        find: impl for<'a> Fn(Asking<'a>) -> BoxFuture<'a, Result<Source>> + Send + Sync + 'static,
    ) {
        let kind = Box::new(|registry: &mut Registry| {
            schema::register_connection::<M>(registry);
            format!("{}Connection!", M::NAME)
        });
        let how = How::Many {
            key: key.into(),
            target: Declared::of::<M>,
            form: Form::Page(schema::Connection::of::<M>()),
            find: Box::new(find),
        };
        let arguments = page_arguments(further);
        self.fields.push(Field { name, description, arguments, kind, nullable: false, guard: None, how });
    }

    /// A part of what was worked out.
    pub(in crate::graphql) fn part<T: 'static, V: Leaf>(
        &mut self,
        name: &'static str,
        description: &'static str,
        shown: impl Fn(&T) -> V + Send + Sync + 'static,
    ) {
        self.of(name, description, Vec::new(), move |at| at.value().map(&shown));
    }

    /// The row that what was worked out belongs to, by its id.
    pub(in crate::graphql) fn one_by<M: Noun, T: 'static>(
        &mut self,
        name: &'static str,
        description: &'static str,
        key: impl Fn(&T) -> Option<Uuid> + Send + Sync + 'static,
    ) {
        let key = keyed(Vec::new(), move |at| at.value().map(&key));
        let find: Find = Box::new(|asking| Box::pin(async move { by_id::<M>(&asking.viewing) }));
        let how = How::Many { key, target: Declared::of::<M>, form: Form::One, find };
        self.object::<M>(name, description, true, how);
    }

    /// The last field is null for whoever has no part in a rule.
    pub(in crate::graphql) fn only_by(&mut self, rule: &'static Rule) {
        if let Some(field) = self.fields.last_mut() {
            field.guard = Some(rule);
        }
    }

    /// The last field is never null.
    pub(in crate::graphql) fn always(&mut self) {
        let Some(field) = self.fields.last_mut() else { return };
        let kind = std::mem::replace(&mut field.kind, Box::new(|_| String::new()));
        field.kind = Box::new(move |registry| format!("{}!", kind(registry)));
        field.nullable = false;
    }
}

/// The rows of a noun by their ids.
pub(super) fn by_id<M: Noun>(viewing: &Viewing<'_>) -> Result<Source> {
    let stored = M::stored().ok_or_else(|| misplaced("rows, and has none"))?;
    Ok(Source::Rows(stored.by_id(viewing)?, Part::default()))
}

fn written(value: &impl Leaf) -> Vec<u8> {
    let mut out = Vec::new();
    value.write(&mut out);
    out
}

/// The cursor of an object in its list.
pub(super) fn cursor<M: Paged>(at: &At<'_>, out: &mut Vec<u8>) -> Result<()> {
    page::encode(&M::key(at)?).write(out);
    Ok(())
}
