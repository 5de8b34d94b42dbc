//! The GraphQL schema, one file a noun.

use std::sync::Arc;

use async_graphql::{Schema, SchemaBuilder, ValidationMode};

use crate::app::App;

pub mod accounts;
pub mod check_ins;
pub mod engine;
pub mod live;
pub mod policy;
pub mod projects;
pub mod support;
pub mod visits;

pub use engine::{
    cost::{ActionQuota, LimitedAction, Meter},
    executor::{Executor, IncomingRequest, Introspection, ValidRequest},
    limits::Limits,
    reply::Reply,
};
pub use live::Subscription;
pub use support::access::{Access, RequestTime, admits};

/// What can be asked.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct Query(
    accounts::session::SessionQuery,
    accounts::single_sign_on::SingleSignOnQuery,
    support::node::NodeQuery,
    projects::project::ProjectQuery,
    projects::team::TeamQuery,
    visits::visit::VisitQuery,
    check_ins::check_in::CheckInQuery,
    projects::site_offer::SiteOfferQuery,
    policy::PolicyQuery,
    projects::boundary_hint::BoundaryHintQuery,
    check_ins::review::ReviewQuery,
    check_ins::rejudgement::RejudgementQuery,
    check_ins::reassessment::ReassessmentQuery,
    check_ins::device::DeviceQuery,
    accounts::account::AccountQuery,
    accounts::audit::AuditQuery,
);

/// What can be done.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct Mutation(
    accounts::session::SessionMutation,
    accounts::single_sign_on::SingleSignOnMutation,
    check_ins::photo::PhotoMutation,
    check_ins::check_in::input::CheckInMutation,
    check_ins::review::ReviewMutation,
    check_ins::rejudgement::RejudgementMutation,
    check_ins::device::DeviceMutation,
    accounts::own_account::OwnAccountMutation,
    accounts::second_factor::SecondFactorMutation,
    accounts::access_token::AccessTokenMutation,
    accounts::manage_accounts::AccountMutation,
);

/// The executable schema.
pub type OnsiteSchema = Schema<Query, Mutation, Subscription>;

/// The schema with an app behind it. Validates next to nothing: what it executes has been validated by [`rules`].
fn schema(app: Arc<App>) -> OnsiteSchema {
    builder().data(app).validation_mode(ValidationMode::Fast).finish()
}

/// The same with an eye on what each field takes.
fn watched_schema(app: Arc<App>) -> OnsiteSchema {
    builder().data(app).validation_mode(ValidationMode::Fast).extension(engine::watch::Watching).finish()
}

/// The schema with an app behind it and nothing in front, as the library executes it: what benchmarks compare with.
pub fn bare_schema(app: Arc<App>) -> OnsiteSchema {
    builder().data(app).finish()
}

/// The schema without an app, for validation.
fn rules() -> OnsiteSchema {
    builder().extension(engine::examination::ValidatingOnly).finish()
}

/// The schema in its definition language, sorted so that a diff shows what changed.
pub fn sdl() -> String {
    let options = async_graphql::SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by();
    let text = builder().finish().sdl_with_options(options);
    format!("{}\n", text.trim())
}

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription)
        .register_output_type::<support::node::Node>()
        .register_output_type::<support::permissions::DescribedPermissions>()
        .disable_suggestions()
}
