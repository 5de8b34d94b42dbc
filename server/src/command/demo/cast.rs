//! Who plays: accounts for the demo, and leaders of the roster with sites to go to.

use chrono_tz::Tz;
use entity::values::AccountRole;
use serde_json::json;

use super::{
    CommandError, command_error,
    phone::Phone,
    place::Site,
    wire::{self, Policy, Project},
    words,
};
use crate::{
    app::{App, NewAccount},
    clock::Clock,
};

/// An account, with its password: for this demo only.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) login: &'static str,
    pub(super) password: &'static str,
    pub(super) role: AccountRole,
    /// Whose it is; none for accounts that belong to nobody on the roster.
    pub(super) person: Option<String>,
}

impl Account {
    pub(super) const OFFICE: Self =
        Self { login: "office", password: "kelp-tram-onyx", role: AccountRole::Office, person: None };
    const ANALYST: Self =
        Self { login: "analyst", password: "moss-ferry-quill", role: AccountRole::Analyst, person: None };

    fn staff(login: &'static str, password: &'static str, person: &str) -> Self {
        Self { login, password, role: AccountRole::Staff, person: Some(person.to_owned()) }
    }

    /// Makes the account.
    pub(super) async fn add(&self, app: &App) -> Result<(), CommandError> {
        let new = NewAccount {
            login: self.login.to_owned(),
            password: self.password.into(),
            role: self.role,
            person: self.person.clone(),
        };
        app.add_account(new).await.map(drop).map_err(command_error)
    }
}

/// Everyone who plays.
#[derive(Debug)]
pub(super) struct Cast {
    pub(super) accounts: Vec<Account>,
    pub(super) office: Phone,
    pub(super) analyst: Phone,
    /// A leader with three places to go to.
    pub(super) first: Leader,
    /// Another, with two.
    pub(super) second: Leader,
    /// Names of the projects that have a site.
    pub(super) with_site: Vec<String>,
    /// Where days and weeks begin.
    pub(super) zone: Tz,
}

/// A leader with a phone.
#[derive(Debug)]
pub(super) struct Leader {
    pub(super) name: String,
    pub(super) phone: Phone,
    pub(super) places: Vec<Place>,
}

/// A project with one site.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Global id.
    pub(super) id: String,
    pub(super) project: String,
    pub(super) site: Site,
}

impl Cast {
    /// Chooses leaders from the projects, makes the accounts but the office's, and signs everyone in.
    pub(super) async fn gather(
        app: &App,
        server: &str,
        clock: &Clock,
        office: Phone,
        projects: &[Project],
    ) -> Result<Self, CommandError> {
        let policies: Vec<Policy> = office.ask(&words!(DemoReadingPolicy), wire::POLICIES, json!({})).await?;
        let policy = policies.first().ok_or_else(|| CommandError(vec![words!(DemoWithoutPolicy)]))?;
        let mut leaders = leaders(projects, policy.tolerance_meters)?.into_iter();
        let (Some((first, three)), Some((second, two))) = (
            leaders.next().filter(|(_, places)| places.len() >= 3),
            leaders.next().filter(|(_, places)| places.len() >= 2),
        ) else {
            return Err(CommandError(vec![words!(DemoLacksLeaders)]));
        };
        let secretary = secretary(projects, &three)?;
        let accounts = vec![
            Account::OFFICE,
            Account::ANALYST,
            Account::staff("leader1", "gable-otter-plum", &first),
            Account::staff("leader2", "brisk-anvil-fern", &second),
            Account::staff("secretary", "tidal-copper-jay", &secretary),
        ];
        for account in &accounts[1..] {
            account.add(app).await?;
        }
        let sign_in = |account: &Account| Phone::sign_in(server, clock, account.login, account.password);
        Ok(Self {
            analyst: sign_in(&accounts[1]).await?,
            first: Leader { phone: sign_in(&accounts[2]).await?, name: first, places: three },
            second: Leader { phone: sign_in(&accounts[3]).await?, name: second, places: two },
            with_site: projects.iter().filter(|it| has_site(it)).map(|it| it.name.clone()).collect(),
            zone: policy.time_zone.parse()?,
            office,
            accounts,
        })
    }
}

fn has_site(project: &Project) -> bool {
    project.sites.iter().any(|site| site.boundary.is_some())
}

/// Leaders with the places they answer for, those with most first.
fn leaders(projects: &[Project], tolerance_m: f64) -> Result<Vec<(String, Vec<Place>)>, CommandError> {
    let mut leaders = Vec::<(String, Vec<Place>)>::new();
    for project in projects {
        let leader = project.team.leader.as_ref().and_then(|role| role.person.as_ref());
        let ([site], Some(leader)) = (project.sites.as_slice(), leader) else { continue };
        let Some(boundary) = &site.boundary else { continue };
        let place = Place {
            id: project.id.clone(),
            project: project.name.clone(),
            site: Site::new(&boundary.geojson.to_string(), boundary.tolerance_meters.unwrap_or(tolerance_m))?,
        };
        match leaders.iter_mut().find(|(name, _)| *name == leader.name) {
            Some((_, places)) => places.push(place),
            None => leaders.push((leader.name.clone(), vec![place])),
        }
    }
    leaders.sort_by_key(|(_, places)| std::cmp::Reverse(places.len()));
    Ok(leaders)
}

fn secretary(projects: &[Project], places: &[Place]) -> Result<String, CommandError> {
    let project = projects.iter().find(|project| places.first().is_some_and(|place| place.id == project.id));
    let person = project.and_then(|project| project.team.secretary.as_ref()?.person.as_ref());
    person.map(|person| person.name.clone()).ok_or_else(|| CommandError(vec![words!(DemoLacksSecretary)]))
}
