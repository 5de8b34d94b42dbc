//! Whatever happened, judging everything again changes nothing where nothing was corrected.

use chrono::TimeDelta;
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use rstest::rstest;
use serde_json::{Value, json};
use server::clock::Source;

use crate::check_ins::contradictions::settled;
use crate::check_ins::evidence::Device;
use crate::check_ins::rejudgement::{inspected, rejudge, told};
use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    COLD_STORE, Client, Draft, HARBOUR,
    Role::{Leader, Office, OtherLeader, Secretary},
    TestServer, balanced, photo_saved,
};

/// Somebody of the city, and where they go.
struct Person {
    client: Client,
    projects: &'static [&'static str],
    /// Which of the phones are theirs.
    registered: Vec<usize>,
}

/// A city to which things happen at random.
struct History {
    server: TestServer,
    random: StdRng,
    people: Vec<Person>,
    phones: Vec<Device>,
    check_ins: Vec<Value>,
    told: Vec<String>,
}

impl History {
    async fn begin(backend: Backend, seed: u64) -> Self {
        let server = TestServer::on(backend).await;
        let person = |role, projects| Person { client: server.as_(role), projects, registered: Vec::new() };
        let mut people = vec![
            person(Leader, &[BEARING_PARK, COLD_STORE][..]),
            person(Secretary, &[BEARING_PARK]),
            person(OtherLeader, &[HARBOUR]),
        ];
        let mut phones = Vec::new();
        for (number, person) in people.iter_mut().take(2).enumerate() {
            phones.push(Device::registered(&person.client).await);
            person.registered.push(number);
        }
        let random = StdRng::seed_from_u64(seed);
        Self { server, random, people, phones, check_ins: Vec::new(), told: Vec::new() }
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        *choices.choose(&mut self.random).unwrap()
    }

    async fn happen(&mut self) {
        match self.random.random_range(0..10) {
            0 | 1 => {
                let seconds = self.one_of(&[1, 40, 600, 10_800, 86_400, 86_400, 9 * 86_400, 40 * 86_400]);
                self.server.clock.advance(TimeDelta::seconds(seconds));
                self.told.push(format!("{seconds} s pass"));
            }
            2 => self.hand_on().await,
            3 => inspected(&self.server).await,
            4 => self.decide().await,
            _ => self.check_in().await,
        }
    }

    /// A phone is registered by somebody, too.
    async fn hand_on(&mut self) {
        let (person, phone) = (self.random.random_range(0..3), self.random.random_range(0..2));
        self.phones[phone].register(&self.people[person].client).await;
        self.people[person].registered.push(phone);
        self.told.push(format!("person {person} registers phone {phone}"));
    }

    async fn decide(&mut self) {
        let Some(check_in) = self.check_ins.choose(&mut self.random).cloned() else { return };
        let decide = "mutation($input: ReviewCheckInInput!) { reviewCheckIn(input: $input) { userErrors { code } } }";
        let decision = json!({ "checkInId": check_in["id"], "verdict": "VERIFIED", "reason": "CONFIRMED" });
        // While photos are inspected nobody can.
        self.server.as_(Office).ask(decide, json!({ "input": decision })).await.at("/reviewCheckIn");
        self.told.push("the office decides".to_owned());
    }

    async fn check_in(&mut self) {
        let who = self.random.random_range(0..3);
        let project = self.one_of(self.people[who].projects);
        let mut draft = Draft::at(&self.server, project);
        let late = self.one_of(&[0, 0, 0, 50, 3_000, 90_000, 400_000, 3_000_000]);
        let captured = self.server.clock.now() - TimeDelta::seconds(late);
        draft = draft.captured(&captured.to_rfc3339());
        let (south, east) = (self.one_of(&[0.0, 0.0, 7.0, 230.0, 5_000.0]), self.random.random_range(0.0..9.0));
        draft = draft.south(south).east(self.one_of(&[0.0, east]));
        match self.random.random_range(0..6) {
            0 => draft = draft.with("/fix/fixedAt", json!(captured - TimeDelta::hours(5))),
            1 => draft = draft.with("/fix/latitude", 0.0).with("/fix/longitude", 0.0),
            _ => {}
        }
        let mut photos = Vec::new();
        for _ in 0..self.one_of(&[0, 0, 1, 2]) {
            photos.push(photo_saved(self.random.random_range(0..4), self.one_of(&[60, 90])));
        }
        photos.dedup();
        let phone = self.people[who].registered.choose(&mut self.random).copied();
        let phone = phone.filter(|_| project == BEARING_PARK && self.random.random_range(0..3) > 0);
        if let Some(phone) = phone {
            draft = self.phones[phone].signed(&self.server, draft, &photos);
        } else if self.random.random() {
            draft = draft.clone().with(
                "/otherFixes",
                json!([Draft::at(&self.server, project).captured(&captured.to_rfc3339()).0["fix"]]),
            );
        }
        let client = &self.people[who].client;
        let mut ids = Vec::new();
        for photo in &photos {
            ids.push(client.uploaded(photo).await);
        }
        let check_in = client.checked_in(&draft.with("/photoIds", json!(ids))).await;
        self.told.push(format!(
            "person {who} at {project}, {late} s late, {south} m off, {} photos, phone {phone:?}",
            photos.len()
        ));
        self.check_ins.push(check_in);
    }
}

#[rstest]
#[case::on_sqlite(Sqlite, 0..12)]
#[case::on_postgres(Postgres, 100..103)]
#[tokio::test]
async fn judging_again_changes_nothing_where_nothing_was_corrected(
    #[case] backend: Backend,
    #[case] seeds: std::ops::Range<u64>,
) {
    for seed in seeds {
        let mut history = History::begin(backend, seed).await;
        for _ in 0..24 {
            history.happen().await;
        }
        let (server, count) = (&history.server, history.check_ins.len());
        let period = json!({ "from": "2026-06-01", "to": "2027-05-31" });
        let office = server.as_(Office);
        inspected(server).await;
        settled(server).await;
        let again = rejudge(&office, period).await;
        assert_eq!(told(&again), json!([count, count, 0, []]), "seed {seed}: {:#?}", history.told);
        balanced(server).await;
    }
}
