//! Live updates: what happened, as it happens, and what was missed before.

use std::{sync::Arc, time::Duration};

use async_graphql::{Context, Description, Error, ID, Result, SimpleObject, Subscription};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use domain::permission::{Rule, Viewer, table};
use entity::ids::ProjectId;
use futures_util::{Stream, StreamExt, future};
use messages::message;

use super::{
    check_ins::check_in::CheckIn,
    engine::levels::There,
    support::{
        access::{app, scope, viewer},
        error::{bad_argument, broken},
        global_id,
    },
    visits::{
        visit::Visit,
        weekly_visits::{self, WeeklyVisits},
    },
};
use crate::{
    app::{App, WeekRange},
    events::{Event, FollowError, PublishedEvent},
    store::{self, scope::Scope},
};

/// A check-in was judged, and its visit with it.
#[derive(Debug, SimpleObject)]
pub struct VisitRecorded {
    /// Give it as `after` to go on from here.
    cursor: String,
    /// The visit, as it stands now.
    visit: There<Visit>,
    /// The check-in that was judged, as it stands now.
    check_in: There<CheckIn>,
}

/// A week's count changed.
#[derive(Debug, SimpleObject)]
pub struct WeeklyTallyChanged {
    /// Give it as `after` to go on from here.
    cursor: String,
    /// The leader's week, as it stands now.
    weekly_visits: There<WeeklyVisits>,
}

/// What can be followed.
#[derive(Debug, Default, Description)]
pub struct Subscription;

#[Subscription(use_type_description)]
impl Subscription {
    /// Every judgement of a check-in that the viewer may see, in the order they were committed.
    async fn visit_recorded(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of this project.")] project_id: Option<ID>,
        #[graphql(
            desc = "Begin with what came after this cursor, without gap or repeat; with what comes if not given."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<VisitRecorded>> + use<>> {
        let (events, app, scope) = follow(ctx, const { table::follow("visitRecorded") }, project_id, after).await?;
        Ok(events.filter_map(move |published| {
            let app = Arc::clone(&app);
            async move {
                match published {
                    Ok(published) => at_one_moment(visit_recorded(&app, scope, &published)).await,
                    Err(error) => Some(Err(error)),
                }
            }
        }))
    }

    /// Every change of a leader's weekly count that the viewer may see, in the order they were committed.
    async fn weekly_tally_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of this project.")] project_id: Option<ID>,
        #[graphql(
            desc = "Begin with what came after this cursor, without gap or repeat; with what comes if not given."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<WeeklyTallyChanged>> + use<>> {
        let (events, app, scope) =
            follow(ctx, const { table::follow("weeklyTallyChanged") }, project_id, after).await?;
        Ok(events.filter_map(move |published| {
            let app = Arc::clone(&app);
            async move {
                match published {
                    Ok(published) => at_one_moment(weekly_tally_changed(&app, scope, &published)).await,
                    Err(error) => Some(Err(error)),
                }
            }
        }))
    }
}

/// The events of one project, or of all, until the viewer's session ends.
async fn follow(
    ctx: &Context<'_>,
    rule: &Rule,
    project_id: Option<ID>,
    after: Option<String>,
) -> Result<(impl Stream<Item = Result<Arc<PublishedEvent>>> + use<>, Arc<App>, Scope)> {
    let (app, viewer, scope) = (Arc::clone(app(ctx)), *viewer(ctx)?, scope(ctx, rule)?);
    let project: Option<ProjectId> = project_id.map(|id| global_id::argument("projectId", &id)).transpose()?;
    let after = after.map(|cursor| position(&cursor)).transpose()?;
    let events = app.feed.follow(after).await.map_err(not_followed)?;
    let expired = expiry(app.clock.now(), viewer.expires_at);
    let events = events
        .take_until(expired)
        .take_while(move |event| future::ready(!ends(event.as_ref().ok(), &viewer)))
        .filter(move |event| {
            let wanted = match event {
                Ok(published) => project.is_none() || project == project_of(&published.event),
                Err(_) => true,
            };
            future::ready(wanted)
        })
        .map(|event| event.map_err(broken));
    Ok((events, app, scope))
}

fn ends(published: Option<&Arc<PublishedEvent>>, viewer: &Viewer) -> bool {
    published.is_some_and(|published| published.event == Event::SessionEnded { session: viewer.session })
}

async fn expiry(now: DateTime<Utc>, expires_at: DateTime<Utc>) {
    tokio::time::sleep((expires_at - now).to_std().unwrap_or(Duration::ZERO)).await;
}

fn project_of(event: &Event) -> Option<ProjectId> {
    match event {
        Event::VisitRecorded { project, .. } | Event::WeeklyTallyChanged { project, .. } => Some(*project),
        Event::SessionEnded { .. } | Event::Unknown => None,
    }
}

/// Loads an event, and has all that is asked of it read as it is now.
async fn at_one_moment<T>(event: impl Future<Output = Result<Option<T>>>) -> Option<Result<T>> {
    store::moment::begin();
    let told = event.await.transpose();
    if !matches!(told, Some(Ok(_))) {
        store::moment::end();
    }
    told
}

async fn visit_recorded(app: &App, scope: Scope, published: &PublishedEvent) -> Result<Option<VisitRecorded>> {
    let Event::VisitRecorded { visit, check_in, .. } = published.event else { return Ok(None) };
    let connection = app.database.reader();
    let visits = store::visit::find(connection, scope, [visit]).await.map_err(broken)?;
    let check_ins = store::check_in::find(connection, scope, [check_in]).await.map_err(broken)?;
    if visits.is_empty() || check_ins.is_empty() {
        return Ok(None);
    }
    let (visit, check_in) = (There::by_id(visit), There::by_id(check_in));
    Ok(Some(VisitRecorded { cursor: cursor(published.position), visit, check_in }))
}

async fn weekly_tally_changed(
    app: &App,
    scope: Scope,
    published: &PublishedEvent,
) -> Result<Option<WeeklyTallyChanged>> {
    let Event::WeeklyTallyChanged { project, person, week } = &published.event else { return Ok(None) };
    let Ok(week) = week.parse() else { return Ok(None) };
    let visible = store::project::find(app.database.reader(), scope, [*project]).await.map_err(broken)?;
    if visible.is_empty() {
        return Ok(None);
    }
    let range = WeekRange { from: week, to: week };
    let mut weeks = weekly_visits::of_projects(app, &[*project], range).await.map_err(broken)?;
    // A visit by someone who is no leader changes a count that nobody is answerable for.
    let week = weeks.remove(project).unwrap_or_default().into_iter().find(|row| row.person == *person);
    let cursor = cursor(published.position);
    Ok(week.map(|week| WeeklyTallyChanged { cursor, weekly_visits: There::value(week) }))
}

fn cursor(position: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("event|{position}"))
}

fn position(cursor: &str) -> Result<i64> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let position = text.as_deref().and_then(|text| text.strip_prefix("event|")).and_then(|text| text.parse().ok());
    position.ok_or_else(bad_cursor)
}

fn bad_cursor() -> Error {
    bad_argument("after", &message!(CursorOfAnotherSubscription))
}

fn not_followed(error: FollowError) -> Error {
    match error {
        FollowError::Database(error) => broken(error),
        FollowError::Future(_) => bad_cursor(),
        FollowError::Forgotten(_) => bad_argument("after", &message!(EventsForgotten)),
    }
}
