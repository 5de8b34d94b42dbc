//! Where async-graphql hands over: fields whose values are read level by level and come as one piece of JSON.

use std::{
    borrow::Cow,
    marker::PhantomData,
    sync::{Mutex, PoisonError},
};

use async_graphql::{
    ContextSelectionSet, Error, OutputType, Positioned, Result, ServerResult, Value as Answer,
    parser::types::Field as Asked, registry::Registry,
};
use uuid::Uuid;

use super::{
    declaration::{Form, Noun, Paged, Source, Value, by_id},
    fetching::{Found as Read, NOBODY, missing},
    planning::Planner,
    schema::{self, Connection, Declared},
    viewing::Viewing,
    writing::Writer,
};
use crate::{
    graphql::support::global_id::Global,
    store::{
        listing::{Listing, Part},
        page::Page as PageOf,
    },
};

/// What is to be read, of which nothing is read before it is known what is asked of it.
#[derive(Debug)]
struct Unread<N> {
    from: From,
    noun: PhantomData<fn() -> N>,
}

#[derive(Debug)]
enum From {
    /// The row with this id, as far as it is visible.
    Id(Uuid),
    Rows(Listing, Part),
    Values(Mutex<Vec<Value>>),
}

impl<N: Noun> Unread<N> {
    fn of(from: From) -> Self {
        Self { from, noun: PhantomData }
    }

    fn source(&self, viewing: &Viewing<'_>) -> Result<Source> {
        Ok(match &self.from {
            From::Id(id) => match by_id::<N>(viewing)? {
                Source::Rows(listing, part) => Source::Rows(listing.only(*id), part),
                other => other,
            },
            From::Rows(listing, part) => Source::Rows(listing.clone(), part.clone()),
            From::Values(values) => {
                let values = std::mem::take(&mut *values.lock().unwrap_or_else(PoisonError::into_inner));
                Source::Values([(NOBODY, values)].into())
            }
        })
    }

    async fn answer(
        &self,
        form: Form,
        nullable: bool,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Asked>,
    ) -> ServerResult<Answer> {
        let viewing = Viewing { ctx, field };
        let source = self.source(&viewing).map_err(|error| located(error, &viewing))?;
        answer(Declared::of::<N>(), form, nullable, viewing, source).await
    }
}

fn located(error: Error, viewing: &Viewing<'_>) -> async_graphql::ServerError {
    viewing.ctx.set_error_path(error.into_server_error(viewing.field.pos))
}

async fn answer(
    noun: &'static Declared,
    form: Form,
    nullable: bool,
    viewing: Viewing<'_>,
    source: Source,
) -> ServerResult<Answer> {
    let selection = &viewing.ctx.item.node;
    let (level, items, needed) = Planner { viewing }.level(noun, form, selection);
    let found = Read::all(&level, viewing, source, needed).await.map_err(|error| located(error, &viewing))?;
    let mut writer = Writer::new(viewing);
    let written = writer.items(&items, &level, &found, Some(NOBODY));
    let Writer { out, errors, excess, .. } = writer;
    if let Some(taken) = viewing.taken() {
        // Whoever has taken too much gets no further than here.
        taken.take(excess.unwrap_or(out.len())).await;
    }
    let wrong = !errors.is_empty();
    for error in errors {
        viewing.ctx.add_error(error);
    }
    match written {
        Ok(()) => Ok(Answer::Binary(out.into())),
        Err(_) if nullable || wrong => Ok(Answer::Null),
        Err(_) => Err(located(missing(noun.name), &viewing)),
    }
}

macro_rules! handed_over {
    ($(#[$doc:meta])* $name:ident<$bound:ident>, $form:expr, $nullable:literal, $type_name:expr, $qualified:expr, $register:path) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(in crate::graphql) struct $name<N>(Unread<N>);

        impl<N: $bound> OutputType for $name<N> {
            fn type_name() -> Cow<'static, str> {
                let name: fn(&'static str) -> Cow<'static, str> = $type_name;
                name(N::NAME)
            }

            fn qualified_type_name() -> String {
                let name: fn(&str) -> String = $qualified;
                name(&Self::type_name())
            }

            fn create_type_info(registry: &mut Registry) -> String {
                $register(registry);
                Self::qualified_type_name()
            }

            async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Asked>) -> ServerResult<Answer> {
                self.0.answer($form, $nullable, ctx, field).await
            }
        }
    };
}

handed_over! {
    /// An object, or null where there is none that is visible.
    Found<Noun>, Form::One, true, Cow::Borrowed, str::to_owned, schema::register::<N>
}
handed_over! {
    /// An object that is there for certain.
    There<Noun>, Form::One, false, Cow::Borrowed, |name| format!("{name}!"), schema::register::<N>
}
handed_over! {
    /// Several objects.
    Rows<Noun>, Form::List, false, Cow::Borrowed, |name| format!("[{name}!]!"), schema::register::<N>
}
handed_over! {
    /// A page of a list.
    Page<Paged>, Form::Page(Connection::of::<N>()), false, |name| format!("{name}Connection").into(),
    |name| format!("{name}!"), schema::register_connection::<N>
}

impl<N: Noun> Found<N> {
    /// The row with this id, as far as it is visible.
    pub(in crate::graphql) fn by_id(id: impl Global) -> Self {
        Self::by_uuid(id.uuid())
    }

    /// The same, whatever it is the id of.
    pub(in crate::graphql) fn by_uuid(id: Uuid) -> Self {
        Self(Unread::of(From::Id(id)))
    }

    /// The only row of a list, or none.
    pub(in crate::graphql) fn in_listing(listing: Listing) -> Self {
        Self(Unread::of(From::Rows(listing, Part::first(1))))
    }

    /// None.
    pub(in crate::graphql) fn none() -> Self {
        Self(Unread::of(From::Values(Mutex::default())))
    }
}

impl<N: Noun> There<N> {
    /// The row with this id.
    pub(in crate::graphql) fn by_id(id: impl Global) -> Self {
        Self(Unread::of(From::Id(id.uuid())))
    }

    /// What was worked out.
    pub(in crate::graphql) fn value<T: Send + Sync + 'static>(value: T) -> Self {
        Self(Unread::of(From::Values(Mutex::new(vec![Box::new(value)]))))
    }
}

impl<N: Noun> Rows<N> {
    /// Part of a list.
    pub(in crate::graphql) fn of(listing: Listing, part: Part) -> Self {
        Self(Unread::of(From::Rows(listing, part)))
    }

    /// What was worked out.
    pub(in crate::graphql) fn values<T: Send + Sync + 'static>(values: impl IntoIterator<Item = T>) -> Self {
        let values = values.into_iter().map(|value| Box::new(value) as Value).collect();
        Self(Unread::of(From::Values(Mutex::new(values))))
    }
}

impl<N: Paged> Page<N> {
    /// Part of a list.
    pub(in crate::graphql) fn of(listing: Listing, page: &PageOf<N::Key>) -> Self {
        Self(Unread::of(From::Rows(listing, Part::from(page))))
    }
}

impl<N: Noun> Default for Found<N> {
    fn default() -> Self {
        Self::none()
    }
}

impl<N: Noun> Default for Rows<N> {
    fn default() -> Self {
        Self::values::<()>([])
    }
}
