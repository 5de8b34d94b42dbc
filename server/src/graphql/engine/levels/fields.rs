//! The fields of a noun: what each kind of them is declared by.

use std::marker::PhantomData;

use async_graphql::{Error, Result, registry::Registry};
use domain::permission::Rule;
use entity::values::Named;
use futures_util::future::BoxFuture;
use sea_orm::TryGetable;
use uuid::Uuid;

use super::{
    declaration::{
        Argument, At, Await, Field, Find, Form, How, Key, Make, Noun, Paged, Parse, Place, Source, Value, Write,
        argument, by_id, keyed,
    },
    leaf::Leaf,
    schema::{self, Declared},
    viewing::Asking,
};
use crate::{
    app::Broken,
    graphql::support::{
        error::broken,
        global_id::{self, Global},
    },
};

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
            T::named(text).ok_or_else(|| nameless(text)).map(|value| value.write(out))
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

/// The arguments of a page, with those that choose what is on it.
fn page_arguments(further: Vec<Argument>) -> Vec<Argument> {
    let mut all = vec![
        argument::<Option<i32>>("first", "The first so many, 1 to 500; 50 if nothing is said."),
        argument::<Option<i32>>("last", "The last so many, 1 to 500, instead of the first."),
        argument::<Option<String>>("after", "Only after this cursor."),
        argument::<Option<String>>("before", "Only before this cursor."),
    ];
    all.extend(further);
    all
}

fn text_into(text: &str, out: &mut Vec<u8>) {
    // Writing text into a vector does not fail.
    let _ = serde_json::to_writer(out, text);
}

fn nameless(text: &str) -> Error {
    broken(Broken::Record(format!("a column holds {text}, which is none of its values")))
}

fn absent() -> Error {
    broken(Broken::Record("a column that must not be null is".to_owned()))
}

fn written(value: &impl Leaf) -> Vec<u8> {
    let mut out = Vec::new();
    value.write(&mut out);
    out
}
