//! Who looks, and what is asked of a field.

use std::sync::Arc;

use async_graphql::{ContextSelectionSet, InputType, Positioned, Result, parser::types::Field};
use domain::permission::{Rule, Viewer};
use uuid::Uuid;

use crate::{
    app::App,
    graphql::{engine::watch::Taken, support::access},
    store::scope::Scope,
};

/// What is the same for all that is read for a field of async-graphql's.
#[derive(Clone, Copy)]
pub(in crate::graphql) struct Viewing<'a> {
    pub(super) ctx: &'a ContextSelectionSet<'a>,
    pub(super) field: &'a Positioned<Field>,
}

impl<'a> Viewing<'a> {
    /// The app behind the schema.
    pub(in crate::graphql) fn app(&self) -> &'a Arc<App> {
        self.ctx.data_unchecked::<Arc<App>>()
    }

    /// Whoever is signed in, or an error.
    pub(in crate::graphql) fn viewer(&self) -> Result<Viewer> {
        access::viewer(&self.ctx.with_field(self.field)).copied()
    }

    /// What they may load by a rule, or an error.
    pub(in crate::graphql) fn scope(&self, rule: &Rule) -> Result<Scope> {
        access::scope(&self.ctx.with_field(self.field), rule)
    }

    /// What the request may take, and has.
    pub(super) fn taken(&self) -> Option<&'a Arc<Taken>> {
        self.ctx.data_opt::<Arc<Taken>>()
    }
}

/// What is asked of a field.
#[derive(Clone, Copy)]
pub(in crate::graphql) struct Asking<'a> {
    /// By whom.
    pub(in crate::graphql) viewing: Viewing<'a>,
    /// The field with its arguments.
    pub(super) field: &'a Positioned<Field>,
    /// The ids of what the field is asked of.
    pub(in crate::graphql) of: &'a [Uuid],
}

impl Asking<'_> {
    /// The value of an argument.
    pub(in crate::graphql) fn argument<T: InputType>(&self, name: &str) -> Result<T> {
        self.argument_or(name, None)
    }

    /// The same with what it is where nothing is said.
    pub(in crate::graphql) fn argument_or<T: InputType>(&self, name: &str, default: Option<fn() -> T>) -> Result<T> {
        let context = self.viewing.ctx.with_field(self.field);
        context.param_value(name, default).map(|(_, value)| value).map_err(|error| async_graphql::Error {
            message: error.message,
            source: error.source,
            extensions: error.extensions,
        })
    }
}
