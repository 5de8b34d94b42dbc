//! What is to be read for a selection: which columns of which rows, in as few statements as there are lists.

use std::any::Any;

use async_graphql::{
    Error, Pos, Positioned, Result,
    parser::types::{Field as Asked, Selection, SelectionSet},
};

use super::{
    declaration::{At, Await, Field, Find, Form, How, Key, KeyOf, Make, Parse, Place, Value, Write},
    schema::{Connection, Declared},
    viewing::{Asking, Viewing},
};
use crate::{
    app::Broken,
    graphql::{engine::plan::TYPENAME, support::error::internal},
    store::listing::{Column, Reading, Table},
};

/// What is read of the objects of a list, and of what belongs to them.
pub(super) struct Level<'a> {
    pub(super) reading: Reading,
    pub(super) children: Vec<Children<'a>>,
    pub(super) awaited: Vec<Wait>,
}

/// The children of a level's objects by one field.
pub(super) struct Children<'a> {
    pub(super) asked: &'a Positioned<Asked>,
    pub(super) find: &'static Find,
    pub(super) key: KeyAt,
    /// The key of the row that they belong to, where that is joined and may not be there.
    pub(super) present: Option<usize>,
    pub(super) items: Items<'a>,
    pub(super) level: Level<'a>,
    pub(super) needed: Needed,
}

/// What is needed of a list.
#[derive(Clone, Copy)]
pub(super) struct Needed {
    /// Its objects.
    pub(super) objects: bool,
    /// How many there are in all.
    pub(super) count: bool,
}

/// Where an object's key is.
pub(super) enum KeyAt {
    Cell(usize),
    Made { cells: Vec<usize>, make: &'static KeyOf },
}

/// A field whose values have to be waited for.
pub(super) struct Wait {
    pub(super) field: &'static Await,
    pub(super) cells: Vec<usize>,
    pub(super) arguments: Option<Value>,
    /// The key of the row that it is a field of, where that is joined and may not be there.
    pub(super) present: Option<usize>,
}

/// The fields that are asked of an object.
pub(super) struct Shape<'a> {
    pub(super) fields: Vec<Wanted<'a>>,
}

/// One of them.
pub(super) struct Wanted<'a> {
    pub(super) key: &'a str,
    pub(super) place: Pos,
    pub(super) nullable: bool,
    pub(super) what: What<'a>,
}

/// What it is made of.
pub(super) enum What<'a> {
    Typename(&'static str),
    Leaf { write: &'static Write, cells: Vec<usize>, arguments: Option<Value> },
    Awaited(usize),
    Same(Shape<'a>),
    Made { make: &'static Make, cells: Vec<usize>, shape: Shape<'a> },
    Joined { present: usize, shape: Shape<'a> },
    Children(usize),
    Failed(Error),
    Null,
}

/// The form of a list.
pub(super) enum Items<'a> {
    One(Shape<'a>),
    List(Shape<'a>),
    Page(Vec<PageField<'a>>),
}

/// A field of a page.
pub(super) struct PageField<'a> {
    pub(super) key: &'a str,
    pub(super) what: PageWhat<'a>,
}

pub(super) enum PageWhat<'a> {
    Typename(&'a str),
    Nodes(Shape<'a>),
    Edges(Vec<EdgeField<'a>>),
    Info(Vec<(&'a str, Info)>),
    Total,
}

impl PageWhat<'_> {
    fn is_of_objects(&self) -> bool {
        matches!(self, Self::Nodes(_) | Self::Edges(_) | Self::Info(_))
    }
}

/// A field of an edge.
pub(super) struct EdgeField<'a> {
    pub(super) key: &'a str,
    pub(super) what: EdgeWhat<'a>,
}

pub(super) enum EdgeWhat<'a> {
    Typename(&'a str),
    Node(Shape<'a>),
    Cursor(Cursor),
}

/// Makes a cursor of some cells.
#[derive(Clone)]
pub(super) struct Cursor {
    pub(super) cells: Vec<usize>,
    pub(super) write: fn(&At<'_>, &mut Vec<u8>) -> Result<()>,
}

/// What is told of where a page lies.
pub(super) enum Info {
    Typename,
    HasNext,
    HasPrevious,
    Start(Cursor),
    End(Cursor),
}

/// Works out what is to be read.
#[derive(Clone, Copy)]
pub(super) struct Planner<'a> {
    pub(super) viewing: Viewing<'a>,
}

impl<'a> Planner<'a> {
    /// A level of a noun's objects, and the form in which they are told.
    pub(super) fn level(
        &self,
        noun: &'static Declared,
        form: Form,
        selection: &'a SelectionSet,
    ) -> (Level<'a>, Items<'a>, Needed) {
        let table = noun.stored.map_or("", |stored| stored.table);
        let mut level = Level { reading: Reading::of(table), children: Vec::new(), awaited: Vec::new() };
        let on = On { noun, table: 0, present: None };
        let mut needed = Needed { objects: true, count: false };
        let items = match form {
            Form::One => Items::One(self.shape(&mut level, on, &selection.items)),
            Form::List => Items::List(self.shape(&mut level, on, &selection.items)),
            Form::Page(connection) => {
                let fields = self.page(&mut level, on, connection, &selection.items);
                needed = Needed {
                    objects: fields.iter().any(|field| field.what.is_of_objects()),
                    count: fields.iter().any(|field| matches!(field.what, PageWhat::Total)),
                };
                Items::Page(fields)
            }
        };
        (level, items, needed)
    }

    fn shape(&self, level: &mut Level<'a>, on: On, items: &'a [Positioned<Selection>]) -> Shape<'a> {
        let mut fields = Vec::with_capacity(items.len());
        for asked in fields_on(on.noun.name, items) {
            let key = asked.node.response_key().node.as_str();
            let wanted = |nullable, what| Wanted { key, place: asked.pos, nullable, what };
            if asked.node.name.node == "__typename" {
                fields.push(wanted(false, What::Typename(on.noun.name)));
            } else if let Some(field) = on.noun.field(asked.node.name.node.as_str()) {
                let what = self.what(level, on, field, asked).unwrap_or_else(What::Failed);
                fields.push(wanted(field.nullable, what));
            }
        }
        Shape { fields }
    }

    fn what(
        &self,
        level: &mut Level<'a>,
        on: On,
        field: &'static Field,
        asked: &'a Positioned<Asked>,
    ) -> Result<What<'a>> {
        let inner = &asked.node.selection_set.node;
        if let Some(rule) = field.guard
            && !self.viewing.viewer()?.has_part_in(rule)
        {
            return Ok(What::Null);
        }
        Ok(match &field.how {
            How::Leaf { columns, parse, write } => {
                let arguments = self.arguments(*parse, asked)?;
                What::Leaf { write, cells: self.cells(level, on, columns)?, arguments }
            }
            How::Awaited { columns, parse, write } => {
                let (arguments, cells) = (self.arguments(*parse, asked)?, self.cells(level, on, columns)?);
                level.awaited.push(Wait { field: write, cells, arguments, present: on.present });
                What::Awaited(level.awaited.len() - 1)
            }
            How::Same(target) => What::Same(self.shape(level, On { noun: target(), ..on }, &inner.items)),
            How::Made { columns, target, make } => {
                let cells = self.cells(level, on, columns)?;
                // What is made has no columns of its own.
                let shape = self.shape(level, On { noun: target(), ..on }, &inner.items);
                What::Made { make, cells, shape }
            }
            How::One { column, target } => self.joined(level, on, column, target(), &inner.items)?,
            How::Many { key, target, form, find } => {
                let key = match key {
                    Key::Column(place) => KeyAt::Cell(self.cell(level, on, place)?),
                    Key::Made { columns, make } => KeyAt::Made { cells: self.cells(level, on, columns)?, make },
                };
                let (child, items, needed) = self.level(target(), *form, inner);
                level.children.push(Children { asked, find, key, present: on.present, items, level: child, needed });
                What::Children(level.children.len() - 1)
            }
        })
    }

    fn joined(
        &self,
        level: &mut Level<'a>,
        on: On,
        column: &Place,
        noun: &'static Declared,
        items: &'a [Positioned<Selection>],
    ) -> Result<What<'a>> {
        let Some(stored) = noun.stored else { return Err(misdeclared(noun)) };
        let from = table_of(level, on, column);
        let to = Column { table: stored.table, name: stored.id };
        let (mut refused, viewing) = (None, &self.viewing);
        let table = level.reading.join_visible((from, column.name), to, |alias| {
            (stored.visible)(viewing, alias).unwrap_or_else(|error| {
                refused = Some(error);
                None
            })
        });
        if let Some(error) = refused {
            return Err(error);
        }
        let present = level.reading.column(table, stored.id);
        let shape = self.shape(level, On { noun, table, present: Some(present) }, items);
        Ok(What::Joined { present, shape })
    }

    fn page(
        &self,
        level: &mut Level<'a>,
        on: On,
        connection: &'static Connection,
        items: &'a [Positioned<Selection>],
    ) -> Vec<PageField<'a>> {
        let field = |asked: &'a Positioned<Asked>| {
            let (key, inner) = (asked.node.response_key().node.as_str(), &asked.node.selection_set.node.items);
            let what = match asked.node.name.node.as_str() {
                "nodes" => PageWhat::Nodes(self.shape(level, on, inner)),
                "edges" => PageWhat::Edges(self.edges(level, on, connection, inner)),
                "pageInfo" => PageWhat::Info(info(level, on, connection, inner)),
                "totalCount" => PageWhat::Total,
                _ => PageWhat::Typename(&connection.connection),
            };
            PageField { key, what }
        };
        fields_on(&connection.connection, items).map(field).collect()
    }

    fn edges(
        &self,
        level: &mut Level<'a>,
        on: On,
        connection: &'static Connection,
        items: &'a [Positioned<Selection>],
    ) -> Vec<EdgeField<'a>> {
        let field = |asked: &'a Positioned<Asked>| {
            let what = match asked.node.name.node.as_str() {
                "node" => EdgeWhat::Node(self.shape(level, on, &asked.node.selection_set.node.items)),
                "cursor" => EdgeWhat::Cursor(cursor_of(level, on, connection)),
                _ => EdgeWhat::Typename(&connection.edge),
            };
            EdgeField { key: asked.node.response_key().node.as_str(), what }
        };
        fields_on(&connection.edge, items).map(field).collect()
    }

    fn cell(&self, level: &mut Level<'a>, on: On, place: &Place) -> Result<usize> {
        let table = table_of(level, on, place);
        match place.worked_out {
            None => Ok(level.reading.column(table, place.name)),
            Some(work_out) => level.reading.worked_out(table, place.name, |alias| work_out(&self.viewing, alias)),
        }
    }

    fn cells(&self, level: &mut Level<'a>, on: On, places: &[Place]) -> Result<Vec<usize>> {
        places.iter().map(|place| self.cell(level, on, place)).collect()
    }

    fn arguments(
        &self,
        parse: Option<Parse>,
        field: &'a Positioned<Asked>,
    ) -> Result<Option<Box<dyn Any + Send + Sync>>> {
        let asking = Asking { viewing: self.viewing, field, of: &[] };
        parse.map(|parse| parse(&asking)).transpose()
    }
}

/// An object of which fields are asked.
#[derive(Clone, Copy)]
struct On {
    noun: &'static Declared,
    table: Table,
    /// Where the key of a joined row is.
    present: Option<usize>,
}

/// The fields that are asked of an object of a type. What else could be asked of a node is left out.
fn fields_on<'a>(
    on: &'a str,
    items: &'a [Positioned<Selection>],
) -> impl Iterator<Item = &'a Positioned<Asked>> + use<'a> {
    let inner: fn(&'a str, &'a Positioned<Selection>) -> Vec<&'a Positioned<Asked>> = |on, item| match &item.node {
        // What the plan asks for itself is nobody's answer.
        Selection::Field(field) if field.node.response_key().node == TYPENAME => Vec::new(),
        Selection::Field(field) => vec![field],
        Selection::InlineFragment(fragment) => {
            let condition = fragment.node.type_condition.as_ref();
            if condition.is_none_or(|condition| condition.node.on.node == on) {
                fields_on(on, &fragment.node.selection_set.node.items).collect()
            } else {
                Vec::new()
            }
        }
        Selection::FragmentSpread(_) => Vec::new(),
    };
    items.iter().flat_map(move |item| inner(on, item))
}

fn table_of(level: &mut Level<'_>, on: On, place: &Place) -> Table {
    place.via.iter().fold(on.table, |table, (from, to)| level.reading.join((table, from), *to))
}

fn cursor_of(level: &mut Level<'_>, on: On, connection: &'static Connection) -> Cursor {
    let cells = connection.key.iter().map(|column| level.reading.column(on.table, column.name)).collect();
    Cursor { cells, write: connection.cursor }
}

fn info<'a>(
    level: &mut Level<'a>,
    on: On,
    connection: &'static Connection,
    items: &'a [Positioned<Selection>],
) -> Vec<(&'a str, Info)> {
    let field = |asked: &'a Positioned<Asked>| {
        let what = match asked.node.name.node.as_str() {
            "hasNextPage" => Info::HasNext,
            "hasPreviousPage" => Info::HasPrevious,
            "startCursor" => Info::Start(cursor_of(level, on, connection)),
            "endCursor" => Info::End(cursor_of(level, on, connection)),
            _ => Info::Typename,
        };
        (asked.node.response_key().node.as_str(), what)
    };
    fields_on("PageInfo", items).map(field).collect()
}

fn misdeclared(noun: &Declared) -> Error {
    internal(&Broken::Record(format!("{} is joined and has no table", noun.name)))
}
