//! Who is asking.

use std::sync::Arc;

use async_graphql::{Context, Result, parser::types::OperationType};
use chrono::{DateTime, Utc};
use domain::permission::{Grant, Operation, Rule, Viewer, Who};

use super::error::{forbidden, forbidden_by_token_scope, second_factor_needed, unauthenticated};
use crate::{
    app::{App, Refusal, scope_of},
    store::scope::Scope,
};

/// Who a request or a connection comes from; nobody, until they sign in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Access(pub Option<Viewer>);

/// When a request came: when its head did, or its message on a socket. What it takes from then on is nobody's clock.
#[derive(Clone, Copy, Debug)]
pub struct RequestTime(pub DateTime<Utc>);

/// When the request came; now, where no transport brought it.
pub(in crate::graphql) fn arrived_at(ctx: &Context<'_>) -> DateTime<Utc> {
    ctx.data_opt::<RequestTime>().map_or_else(|| app(ctx).clock.now(), |arrived| arrived.0)
}

/// The app behind the schema.
pub(in crate::graphql) fn app<'a>(ctx: &Context<'a>) -> &'a Arc<App> {
    ctx.data_unchecked::<Arc<App>>()
}

/// Whoever is signed in and may do this, or an error.
pub(in crate::graphql) fn viewer<'a>(ctx: &Context<'a>) -> Result<&'a Viewer> {
    let viewer = identified(ctx)?;
    if viewer.grant == Grant::Enrolment { Err(second_factor_needed()) } else { Ok(viewer) }
}

/// Whoever is signed in, be it only to set up their second factor, or an error.
pub(in crate::graphql) fn identified<'a>(ctx: &Context<'a>) -> Result<&'a Viewer> {
    let viewer = ctx.data_opt::<Access>().and_then(|access| access.0.as_ref()).ok_or_else(unauthenticated)?;
    // Transports refuse before they execute; this holds whatever a transport forgets.
    admits(viewer, ctx.query_env.operation.node.ty)?;
    Ok(viewer)
}

/// Refuses a kind of operation that the token a viewer came with does not allow.
pub fn admits(viewer: &Viewer, kind: OperationType) -> Result<()> {
    let operation = match kind {
        OperationType::Query => Operation::Query,
        OperationType::Mutation => Operation::Mutation,
        OperationType::Subscription => Operation::Subscription,
    };
    if viewer.may(operation) { Ok(()) } else { Err(forbidden_by_token_scope()) }
}

/// The first question of every mutation: whoever is signed in, where the table gives them a part in it. Who has none is
/// refused in the payload. An error where nobody is signed in, or whose second factor is to be set up before.
pub(in crate::graphql) fn may_change<'a>(
    ctx: &Context<'a>,
    rule: &Rule,
) -> Result<std::result::Result<&'a Viewer, Refusal>> {
    let viewer = identified(ctx)?;
    Ok(match viewer.who() {
        who if rule.reach(who).is_some() => Ok(viewer),
        Who::Enrolling => return Err(second_factor_needed()),
        _ => Err(not_theirs(rule)),
    })
}

/// The same where the table lets somebody in who is not signed in.
pub(in crate::graphql) fn anybody_may_change(ctx: &Context<'_>, rule: &Rule) -> Result<()> {
    let viewer = ctx.data_opt::<Access>().and_then(|access| access.0.as_ref());
    match viewer.map_or(Who::Visitor, Viewer::who) {
        who if rule.reach(who).is_some() => Ok(()),
        Who::Visitor => Err(unauthenticated()),
        _ => Err(forbidden(rule)),
    }
}

/// What whom the table gives no part in a mutation is told: whose it is.
fn not_theirs(rule: &Rule) -> Refusal {
    if rule.reach(Who::Staff).is_some() {
        Refusal::not_a_person()
    } else if rule.reach(Who::Office).is_some() {
        Refusal::office_only()
    } else {
        Refusal::administrators_only()
    }
}

/// What whoever is signed in may load by a rule, or an error.
pub(in crate::graphql) fn scope(ctx: &Context<'_>, rule: &Rule) -> Result<Scope> {
    viewer(ctx).map(|viewer| scope_of(viewer, rule))
}

/// Whoever is signed in and has a part in a rule. Others are refused: to what is not theirs to ask, nothing is an untrue
/// answer.
pub(in crate::graphql) fn entitled<'a>(ctx: &Context<'a>, rule: &Rule) -> Result<&'a Viewer> {
    let viewer = viewer(ctx)?;
    if viewer.has_part_in(rule) { Ok(viewer) } else { Err(forbidden(rule)) }
}

/// What whoever is signed in may load by a rule for a question of its own; who may load nothing is refused.
pub(in crate::graphql) fn entitled_scope(ctx: &Context<'_>, rule: &Rule) -> Result<Scope> {
    entitled(ctx, rule).map(|viewer| scope_of(viewer, rule))
}
