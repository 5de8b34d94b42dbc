//! Who is asking.

use std::sync::Arc;

use async_graphql::{Context, Result};

use super::error::unauthenticated;
use crate::{
    app::{App, scope_of},
    domain::permission::Viewer,
    store::scope::Scope,
};

/// Who a request or a connection comes from; nobody, until they sign in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Access(pub Option<Viewer>);

/// The app behind the schema.
pub(super) fn app<'a>(ctx: &Context<'a>) -> &'a Arc<App> {
    ctx.data_unchecked::<Arc<App>>()
}

/// Whoever is signed in, or an error.
pub(super) fn viewer<'a>(ctx: &Context<'a>) -> Result<&'a Viewer> {
    ctx.data_opt::<Access>().and_then(|access| access.0.as_ref()).ok_or_else(unauthenticated)
}

/// What whoever is signed in may load, or an error.
pub(super) fn scope(ctx: &Context<'_>) -> Result<Scope> {
    viewer(ctx).map(scope_of)
}
