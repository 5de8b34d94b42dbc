//! What must hold after a crash: everything acknowledged is there, and what is there is whole.

use std::{collections::BTreeSet, fs::File};

use crate::support::Premises;
use chrono::TimeDelta;
use entity::{chain_entry, check_in, outbox_event, outbox_head};
use evidence_bundle::{Limits, verify};
use sea_orm::{EntityTrait, QueryOrder};
use server::{clock::Clock, config::Config, events::Event, serve};
use uuid::Uuid;

/// Opens the database as a server that starts does, and goes through everything.
pub(super) async fn audited(premises: &Premises, acknowledged: &BTreeSet<Uuid>) {
    let mut config = Config::built_in().unwrap();
    config.database = premises.database.config();
    config.photos.directory = premises.folder.path().join("photos");
    let database = serve::database(&config).await.unwrap();
    let clock = Clock::system();
    let app = serve::app(&config, database, "http://localhost".to_owned(), clock.clone()).await.unwrap();
    let reader = app.database.reader();

    let check_ins: BTreeSet<Uuid> =
        check_in::Entity::find().all(reader).await.unwrap().into_iter().map(|row| row.id.0).collect();
    let lost: Vec<_> = acknowledged.difference(&check_ins).collect();
    assert!(lost.is_empty(), "{} of {} acknowledged check-ins are lost: {lost:?}", lost.len(), acknowledged.len());

    assert_eq!(app.recount(false, &|_| {}).await.unwrap().differences, [], "visits and tallies are the evidence's");

    let events = outbox_event::Entity::find().order_by_asc(outbox_event::Column::Position).all(reader).await.unwrap();
    let head = outbox_head::Entity::find().one(reader).await.unwrap().map_or(0, |head| head.position);
    let positions: Vec<i64> = events.iter().map(|event| event.position).collect();
    let whole: Vec<i64> = (1..=head).collect();
    assert_eq!(positions, whole, "events have no gaps, and no more than were given out");
    let told: BTreeSet<Uuid> = events
        .iter()
        .filter_map(|event| match serde_json::from_str(&event.payload).unwrap() {
            Event::VisitRecorded { check_in, .. } => Some(check_in.0),
            _ => None,
        })
        .collect();
    assert_eq!(told, check_ins, "each check-in was told, and none that is not there");

    let links = chain_entry::Entity::find().order_by_asc(chain_entry::Column::Sequence).all(reader).await.unwrap();
    let linked: BTreeSet<Uuid> = links.iter().filter(|link| link.kind == "check-in").map(|link| link.subject).collect();
    assert_eq!(linked, check_ins, "each check-in is a link of the chain, and none that is not there");
    let bundle = premises.folder.path().join("evidence.zip");
    let until = clock.now() + TimeDelta::days(1);
    app.export_evidence("2026-01-01T00:00:00Z".parse().unwrap(), until, &bundle, &|| {}).await.unwrap();
    let report = verify(File::open(bundle).unwrap(), &Limits::default(), &[]);
    assert!(report.is_ok(), "the chain holds: {report:?}");
    app.database.clone().close().await.unwrap();
}
