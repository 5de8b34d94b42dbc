//! The GraphQL schema, one file a noun.

use std::sync::Arc;

use async_graphql::{Schema, SchemaBuilder, ValidationMode};

use crate::app::App;

mod access;
pub mod access_token;
pub mod account;
pub mod assessment;
pub mod audit;
pub mod boundary_hint;
pub mod check_in;
mod coercion;
mod completion;
pub mod connection;
pub mod cost;
pub mod device;
pub mod error;
mod examination;
mod executor;
mod global_id;
pub mod limits;
pub mod live;
pub mod manage_accounts;
pub mod node;
pub mod organisation;
pub mod own_account;
mod page;
mod permissions;
pub mod person;
pub mod photo;
mod plan;
pub mod policy;
pub mod position;
pub mod project;
pub mod reassessment;
pub mod rejudgement;
mod reply;
pub mod review;
pub mod scalars;
pub mod second_factor;
pub mod session;
mod siblings;
pub mod single_sign_on;
pub mod site;
pub mod site_offer;
pub mod team;
mod typename;
mod types;
pub mod visit;
mod watch;
pub mod weekly_visits;

pub use access::{Access, Arrived, admits};
pub use cost::{Meter, Rationed, Rations};
pub use executor::{Admitted, Asked, Gate, Introspection};
pub use limits::Limits;
pub use live::Subscription;
pub use reply::Reply;

/// What can be asked.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct Query(
    session::SessionQuery,
    single_sign_on::SingleSignOnQuery,
    node::NodeQuery,
    project::ProjectQuery,
    team::TeamQuery,
    visit::VisitQuery,
    check_in::CheckInQuery,
    site_offer::SiteOfferQuery,
    policy::PolicyQuery,
    boundary_hint::BoundaryHintQuery,
    review::ReviewQuery,
    rejudgement::RejudgementQuery,
    reassessment::ReassessmentQuery,
    device::DeviceQuery,
    account::AccountQuery,
    audit::AuditQuery,
);

/// What can be done.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct Mutation(
    session::SessionMutation,
    single_sign_on::SingleSignOnMutation,
    photo::PhotoMutation,
    check_in::input::CheckInMutation,
    review::ReviewMutation,
    rejudgement::RejudgementMutation,
    device::DeviceMutation,
    own_account::OwnAccountMutation,
    second_factor::SecondFactorMutation,
    access_token::AccessTokenMutation,
    manage_accounts::AccountMutation,
);

/// The executable schema.
pub type OnsiteSchema = Schema<Query, Mutation, Subscription>;

/// The schema with an app behind it. Validates next to nothing: what it executes has been validated by [`rules`].
fn schema(app: Arc<App>) -> OnsiteSchema {
    builder().data(app).validation_mode(ValidationMode::Fast).finish()
}

/// The same with an eye on what each field takes.
fn watched_schema(app: Arc<App>) -> OnsiteSchema {
    builder().data(app).validation_mode(ValidationMode::Fast).extension(watch::Watching).finish()
}

/// The schema with an app behind it and nothing in front, as the library executes it: what benchmarks compare with.
pub fn bare_schema(app: Arc<App>) -> OnsiteSchema {
    builder().data(app).finish()
}

/// The schema without an app, for validation.
fn rules() -> OnsiteSchema {
    builder().extension(examination::ValidatingOnly).finish()
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
        .register_output_type::<node::Node>()
        .register_output_type::<permissions::Told>()
        .disable_suggestions()
}
