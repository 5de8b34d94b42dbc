//! What nouns declare, kept once, and told to async-graphql's registry: from there come the schema's text, introspection and
//! validation.

use std::{
    any::TypeId,
    borrow::Cow,
    collections::HashMap,
    sync::{LazyLock, PoisonError, RwLock},
};

use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    connection::PageInfo,
    indexmap::IndexMap,
    parser::types::Field as Asked,
    registry::{Deprecation, MetaField, MetaInputValue, MetaType, MetaTypeId, Registry},
};

use super::{
    declaration::{Argument, At, Field, Noun, Paged, Stored, cursor},
    fields::Fields,
};
use crate::store::listing::Column;

/// What a noun declares.
pub(in crate::graphql) struct Declared {
    pub(super) name: &'static str,
    pub(super) stored: Option<Stored>,
    fields: Vec<Field>,
    by_name: HashMap<&'static str, usize>,
}

static ALL: LazyLock<RwLock<HashMap<TypeId, &'static Declared>>> = LazyLock::new(RwLock::default);
static CONNECTIONS: LazyLock<RwLock<HashMap<TypeId, &'static Connection>>> = LazyLock::new(RwLock::default);

/// What is made once for a type, and kept for as long as the program runs.
fn once<T>(
    all: &'static LazyLock<RwLock<HashMap<TypeId, &'static T>>>,
    of: TypeId,
    make: impl FnOnce() -> T,
) -> &'static T {
    if let Some(made) = all.read().unwrap_or_else(PoisonError::into_inner).get(&of) {
        return made;
    }
    // Made without holding the lock: nouns refer to each other.
    let made = make();
    all.write().unwrap_or_else(PoisonError::into_inner).entry(of).or_insert_with(|| Box::leak(Box::new(made)))
}

impl Declared {
    /// What this noun declares.
    pub(in crate::graphql) fn of<N: Noun>() -> &'static Self {
        once(&ALL, TypeId::of::<N>(), || {
            let fields = Fields::<N>::declared();
            let by_name = fields.iter().enumerate().map(|(place, field)| (field.name, place)).collect();
            Self { name: N::NAME, stored: N::stored(), fields, by_name }
        })
    }

    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.get(*self.by_name.get(name)?)
    }
}

/// How a noun is listed page by page.
pub(in crate::graphql) struct Connection {
    pub(super) connection: String,
    pub(super) edge: String,
    pub(super) key: Vec<Column>,
    pub(super) cursor: fn(&At<'_>, &mut Vec<u8>) -> async_graphql::Result<()>,
}

impl Connection {
    pub(super) fn of<N: Paged>() -> &'static Self {
        once(&CONNECTIONS, TypeId::of::<N>(), || Self {
            connection: format!("{}Connection", N::NAME),
            edge: format!("{}Edge", N::NAME),
            key: N::key_columns(),
            cursor: cursor::<N>,
        })
    }
}

/// Stands for a noun in the registry.
struct Object<N>(N);

impl<N: Noun + Send + Sync> OutputType for Object<N> {
    fn type_name() -> Cow<'static, str> {
        N::NAME.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Object, |registry| {
            let fields = &Declared::of::<N>().fields;
            object(N::NAME, N::description(), fields.iter().map(|field| described(field, registry)).collect())
        });
        if N::NODE {
            registry.add_implements(N::NAME, "Node");
        }
        N::NAME.to_owned()
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Asked>) -> ServerResult<Value> {
        Ok(Value::Null)
    }
}

/// Tells the registry of a noun, and of all that it leads to.
pub(in crate::graphql) fn register<N: Noun>(registry: &mut Registry) {
    Object::<N>::create_type_info(registry);
}

/// The same for the pages of a noun.
pub(super) fn register_connection<N: Paged>(registry: &mut Registry) {
    PageOf::<N>::create_type_info(registry);
}

struct PageOf<N>(N);
struct EdgeOf<N>(N);

impl<N: Paged + Send + Sync> OutputType for PageOf<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", N::NAME).into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Object, |registry| {
            EdgeOf::<N>::create_type_info(registry);
            let (plural, name) = (N::PLURAL, N::NAME);
            let page_info = PageInfo::create_type_info(registry);
            let fields = [
                ("edges", format!("The page's {plural}, each with its cursor."), format!("[{name}Edge!]!")),
                ("nodes", format!("The page's {plural}."), format!("[{name}!]!")),
                ("pageInfo", "Where the page lies in the list.".to_owned(), page_info),
                (
                    "totalCount",
                    format!("How many {plural} there are on all pages; counted only if asked for."),
                    "Int!".to_owned(),
                ),
            ];
            let fields = fields.into_iter().map(|(name, description, kind)| plain(name, &description, kind));
            object(&Self::type_name(), &format!("A page of {plural}."), fields.collect())
        })
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Asked>) -> ServerResult<Value> {
        Ok(Value::Null)
    }
}

impl<N: Paged + Send + Sync> OutputType for EdgeOf<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", N::NAME).into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Object, |registry| {
            register::<N>(registry);
            let cursor = plain("cursor", "Its place in the list, for `after` and `before`.", "String!".to_owned());
            let fields = vec![cursor, plain("node", "Itself.", format!("{}!", N::NAME))];
            object(&Self::type_name(), &format!("One of a page of {}.", N::PLURAL), fields)
        })
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Asked>) -> ServerResult<Value> {
        Ok(Value::Null)
    }
}

fn object(name: &str, description: &str, fields: Vec<MetaField>) -> MetaType {
    MetaType::Object {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        fields: fields.into_iter().map(|field| (field.name.clone(), field)).collect::<IndexMap<_, _>>(),
        cache_control: Default::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        keys: None,
        visible: None,
        inaccessible: false,
        interface_object: false,
        tags: Vec::new(),
        is_subscription: false,
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn described(field: &Field, registry: &mut Registry) -> MetaField {
    let kind = (field.kind)(registry);
    let arguments = field.arguments.iter().map(|argument| (argument.name.to_owned(), argument_of(argument, registry)));
    MetaField { args: arguments.collect(), ..plain(field.name, field.description, kind) }
}

pub(in crate::graphql) fn plain(name: &str, description: &str, kind: String) -> MetaField {
    MetaField {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        args: IndexMap::new(),
        ty: kind,
        deprecation: Deprecation::NoDeprecated,
        cache_control: Default::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn argument_of(argument: &Argument, registry: &mut Registry) -> MetaInputValue {
    MetaInputValue {
        name: argument.name.to_owned(),
        description: Some(argument.description.to_owned()),
        ty: (argument.kind)(registry),
        deprecation: Deprecation::NoDeprecated,
        default_value: argument.default.clone(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        is_secret: false,
        directive_invocations: Vec::new(),
    }
}
