//! Writes the answer from what was read, as JSON, in the order in which it was asked for.
//!
//! A field that something went wrong in is null; where it must not be, what it belongs to is (GraphQL specification,
//! section “Handling Execution Errors”).

use async_graphql::{Error, PathSegment, Pos, ServerError};
use uuid::Uuid;

use super::{
    declaration::{At, Item},
    fetching::{Found, Group, missing},
    planning::{Children, Cursor, EdgeField, EdgeWhat, Info, Items, Level, PageField, PageWhat, Shape, Wanted, What},
    viewing::Viewing,
};

/// A value that must not be null is: so is what it belongs to.
pub(super) struct Nothing;

type Written = Result<(), Nothing>;

/// An answer as far as it is written.
pub(super) struct Writer<'a> {
    viewing: Viewing<'a>,
    pub(super) out: Vec<u8>,
    path: Vec<Segment<'a>>,
    pub(super) errors: Vec<ServerError>,
    /// Of the field whose value is written.
    place: Pos,
    /// Bytes that it may have.
    room: usize,
    /// How many it would have had at least, where that was too many.
    pub(super) excess: Option<usize>,
}

#[derive(Clone, Copy)]
enum Segment<'a> {
    Key(&'a str),
    Item(usize),
}

impl<'a> Writer<'a> {
    pub(super) fn new(viewing: Viewing<'a>) -> Self {
        let place = viewing.field.pos;
        let room = viewing.taken().map_or(usize::MAX, |taken| taken.left());
        Self { viewing, out: Vec::with_capacity(4096), path: Vec::new(), errors: Vec::new(), place, room, excess: None }
    }

    /// What belongs to a parent.
    pub(super) fn items(
        &mut self,
        items: &'a Items<'a>,
        level: &'a Level<'a>,
        found: &Found,
        parent: Option<Uuid>,
    ) -> Written {
        let group = found.group(parent);
        match items {
            Items::One(shape) => match group.objects.start {
                place if !group.objects.is_empty() => self.object(shape, level, found, place),
                _ => Err(Nothing),
            },
            Items::List(shape) => self.list(shape, level, found, &group),
            Items::Page(fields) => self.page(fields, level, found, &group),
        }
    }

    fn list(&mut self, shape: &'a Shape<'a>, level: &'a Level<'a>, found: &Found, group: &Group) -> Written {
        self.each(group, |writer, place| writer.object(shape, level, found, place))
    }

    /// An item for each object of a group. An item is never null: neither is the list of one that is.
    fn each(&mut self, group: &Group, write: impl Fn(&mut Self, usize) -> Written) -> Written {
        self.out.push(b'[');
        for (number, place) in group.places().into_iter().enumerate() {
            self.comma(number);
            self.path.push(Segment::Item(number));
            let written = self.bounded().and_then(|()| write(self, place));
            self.path.pop();
            written?;
        }
        self.out.push(b']');
        Ok(())
    }

    /// A member of an object; its value is taken back where it can't be written.
    fn member(&mut self, number: usize, key: &'a str, write: impl FnOnce(&mut Self) -> Written) -> Written {
        self.comma(number);
        self.key(key);
        self.path.push(Segment::Key(key));
        let value = self.out.len();
        let written = write(self);
        self.path.pop();
        if written.is_err() {
            self.out.truncate(value);
        }
        written
    }

    fn object(&mut self, shape: &'a Shape<'a>, level: &'a Level<'a>, found: &Found, place: usize) -> Written {
        self.fields(shape, level, found, place, found.item(place))
    }

    fn fields(
        &mut self,
        shape: &'a Shape<'a>,
        level: &'a Level<'a>,
        found: &Found,
        place: usize,
        item: Item<'_>,
    ) -> Written {
        self.out.push(b'{');
        for (number, wanted) in shape.fields.iter().enumerate() {
            let written = self.member(number, wanted.key, |writer| writer.value(wanted, level, found, place, item));
            match written {
                Err(Nothing) if wanted.nullable => self.out.extend_from_slice(b"null"),
                written => written?,
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    fn value(
        &mut self,
        wanted: &'a Wanted<'a>,
        level: &'a Level<'a>,
        found: &Found,
        place: usize,
        item: Item<'_>,
    ) -> Written {
        self.place = wanted.place;
        match &wanted.what {
            What::Typename(name) => self.name(name),
            What::Leaf { write, cells, arguments } => {
                let at = At { item, ..found.at(place, self.viewing, cells, arguments.as_deref()) };
                let written = write(&at, &mut self.out);
                self.noted(written)
            }
            What::Awaited(number) => match &found.awaited[*number][place] {
                Ok(value) => {
                    self.out.extend_from_slice(value);
                    Ok(())
                }
                Err(error) => self.wrong(error.clone()),
            },
            What::Same(shape) => self.fields(shape, level, found, place, item),
            What::Made { make, cells, shape } => {
                let made = make(&At { item, ..found.at(place, self.viewing, cells, None) });
                match made {
                    Ok(Some(value)) => self.fields(shape, level, found, place, Item::Value(value.as_ref())),
                    Ok(None) => Err(Nothing),
                    Err(error) => self.wrong(error),
                }
            }
            What::Joined { present, shape } => {
                if found.is_present(*present, place) {
                    self.fields(shape, level, found, place, item)
                } else {
                    Err(Nothing)
                }
            }
            What::Children(number) => {
                self.children(wanted, &level.children[*number], &found.children[*number], found, place)
            }
            What::Null => Err(Nothing),
            What::Failed(error) => self.wrong(error.clone()),
        }
    }

    fn children(
        &mut self,
        wanted: &Wanted<'a>,
        children: &'a Children<'a>,
        of_them: &async_graphql::Result<Found>,
        found: &Found,
        place: usize,
    ) -> Written {
        match (of_them, found.key(&children.key, place, self.viewing)) {
            (Ok(of_them), Ok(parent)) => {
                let errors = self.errors.len();
                let written = self.items(&children.items, &children.level, of_them, parent);
                if written.is_err() && !wanted.nullable && self.errors.len() == errors {
                    self.place = wanted.place;
                    return self.wrong(missing(wanted.key));
                }
                written
            }
            (Err(error), _) => self.wrong(error.clone()),
            (_, Err(error)) => self.wrong(error),
        }
    }

    fn page(&mut self, fields: &'a [PageField<'a>], level: &'a Level<'a>, found: &Found, group: &Group) -> Written {
        self.out.push(b'{');
        for (number, field) in fields.iter().enumerate() {
            self.member(number, field.key, |writer| match &field.what {
                PageWhat::Typename(name) => writer.name(name),
                PageWhat::Nodes(shape) => writer.list(shape, level, found, group),
                PageWhat::Edges(fields) => writer.each(group, |writer, place| writer.edge(fields, level, found, place)),
                PageWhat::Info(fields) => writer.info(fields, found, group),
                PageWhat::Total => {
                    writer.out.extend_from_slice(group.count.to_string().as_bytes());
                    Ok(())
                }
            })?;
        }
        self.out.push(b'}');
        Ok(())
    }

    fn edge(&mut self, fields: &'a [EdgeField<'a>], level: &'a Level<'a>, found: &Found, place: usize) -> Written {
        self.out.push(b'{');
        for (number, field) in fields.iter().enumerate() {
            self.member(number, field.key, |writer| match &field.what {
                EdgeWhat::Typename(name) => writer.name(name),
                EdgeWhat::Node(shape) => writer.object(shape, level, found, place),
                EdgeWhat::Cursor(cursor) => writer.cursor(cursor, found, place),
            })?;
        }
        self.out.push(b'}');
        Ok(())
    }

    fn info(&mut self, fields: &'a [(&'a str, Info)], found: &Found, group: &Group) -> Written {
        let (before, after) = group.beyond(&found.groups.part);
        let places = group.places();
        self.out.push(b'{');
        for (number, (key, what)) in fields.iter().enumerate() {
            self.comma(number);
            self.key(key);
            match what {
                Info::Typename => self.text("PageInfo"),
                Info::HasNext => self.flag(after),
                Info::HasPrevious => self.flag(before),
                Info::Start(cursor) => self.cursor_or_null(cursor, found, places.first().copied())?,
                Info::End(cursor) => self.cursor_or_null(cursor, found, places.last().copied())?,
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    fn cursor_or_null(&mut self, cursor: &'a Cursor, found: &Found, place: Option<usize>) -> Written {
        match place {
            Some(place) => self.cursor(cursor, found, place),
            None => {
                self.out.extend_from_slice(b"null");
                Ok(())
            }
        }
    }

    fn cursor(&mut self, cursor: &'a Cursor, found: &Found, place: usize) -> Written {
        let at = found.at(place, self.viewing, &cursor.cells, None);
        let written = (cursor.write)(&at, &mut self.out);
        self.noted(written)
    }

    /// Nothing more is written once it is too much.
    fn bounded(&mut self) -> Written {
        if self.out.len() > self.room {
            self.excess = Some(self.out.len());
        }
        if self.excess.is_some() { Err(Nothing) } else { Ok(()) }
    }

    fn noted(&mut self, written: Result<(), Error>) -> Written {
        written.or_else(|error| self.wrong(error))
    }

    /// Takes note of what went wrong in the field whose value is being written.
    pub(super) fn wrong(&mut self, error: Error) -> Written {
        let error = error.into_server_error(self.place);
        let mut error = self.viewing.ctx.set_error_path(error);
        error.path.extend(self.path.iter().map(|segment| match segment {
            Segment::Key(key) => PathSegment::Field((*key).to_owned()),
            Segment::Item(number) => PathSegment::Index(*number),
        }));
        self.errors.push(error);
        Err(Nothing)
    }

    fn comma(&mut self, number: usize) {
        if number > 0 {
            self.out.push(b',');
        }
    }

    fn key(&mut self, key: &str) {
        self.text(key);
        self.out.push(b':');
    }

    /// Names need no escapes.
    fn text(&mut self, text: &str) {
        self.out.push(b'"');
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b'"');
    }

    fn name(&mut self, name: &str) -> Written {
        self.text(name);
        Ok(())
    }

    fn flag(&mut self, flag: bool) {
        self.out.extend_from_slice(if flag { b"true" } else { b"false" });
    }
}
