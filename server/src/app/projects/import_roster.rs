//! Imports the plan's published roster (R16): organisations, people, projects and their teams, all or nothing.

use chrono::{Days, NaiveDate};
use entity::{
    ids::{OrganisationId, PersonId, ProjectId},
    organisation, person, project, team_role,
    values::{OrganisationKind, Rank, Stage, TeamRoleKind, Tier},
};
use messages::message;
use sea_orm::ConnectionTrait;

use super::known_projects::{KnownProjects, ProjectMatch};
use crate::{
    app::{App, Failure, Refusal, RefusalCode},
    roster::{Named, Roster, RosterEntry},
    store,
};

/// What an import changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RosterImported {
    /// Organisations that were new.
    pub organisations: usize,
    /// People who were new.
    pub people: usize,
    /// Projects that were new.
    pub projects: usize,
    /// Roles that began.
    pub roles_begun: usize,
    /// Roles that ended because someone else took over.
    pub roles_ended: usize,
}

impl App {
    /// Imports a roster whose teams serve from `from` on. Importing the same roster again changes nothing; where a
    /// role has another holder now, the former one's ends the day before. `step` is called after each entry.
    pub async fn import_roster(
        &self,
        roster: &Roster,
        from: NaiveDate,
        step: &(dyn Fn() + Sync),
    ) -> Result<RosterImported, Failure> {
        let transaction = self.database.begin().await?;
        let known = KnownProjects::load(&transaction).await?;
        let done = RosterImported::default();
        let mut import = Import { app: self, connection: &transaction, tier: roster.tier, from, known, done };
        for entry in &roster.entries {
            import.entry(entry).await?;
            step();
        }
        let done = import.done;
        transaction.commit().await?;
        Ok(done)
    }
}

struct Import<'a, C> {
    app: &'a App,
    connection: &'a C,
    tier: Tier,
    from: NaiveDate,
    known: KnownProjects,
    done: RosterImported,
}

impl<C: ConnectionTrait> Import<'_, C> {
    async fn entry(&mut self, entry: &RosterEntry) -> Result<(), Failure> {
        let unit = self.organisation(&entry.responsible_unit).await?;
        let project = self.project(entry, unit).await?;
        let leader_rank = match self.tier {
            Tier::Municipal => Rank::MunicipalDeputy,
            Tier::Township => Rank::TownshipDeputy,
        };
        let team = [
            (TeamRoleKind::Leader, &entry.leader, leader_rank),
            (TeamRoleKind::Coordinator, &entry.coordinator, Rank::Other),
            (TeamRoleKind::Secretary, &entry.secretary, Rank::Other),
        ];
        for (kind, named, rank) in team {
            let person = self.person(named, rank, unit).await?;
            self.role(entry, project, person, kind).await?;
        }
        Ok(())
    }

    async fn organisation(&mut self, name: &str) -> Result<OrganisationId, Failure> {
        if let Some(known) = store::organisation::find_by_name(self.connection, name).await? {
            return Ok(known.id);
        }
        let organisation = organisation::Model {
            id: self.app.clock.id(),
            name: name.to_owned(),
            kind: kind_of(name),
            parent_id: None,
            created_at: self.app.clock.now(),
        };
        let id = organisation.id;
        store::organisation::insert(self.connection, organisation).await?;
        self.done.organisations += 1;
        Ok(id)
    }

    async fn project(&mut self, entry: &RosterEntry, unit: OrganisationId) -> Result<ProjectId, Failure> {
        match self.known.named(&entry.project_name) {
            ProjectMatch::One(known) => return Ok(known.id),
            ProjectMatch::Several(names) => return Err(ambiguous(entry, &names).into()),
            ProjectMatch::Nothing => {}
        }
        let project = project::Model {
            id: self.app.clock.id(),
            number: entry.number,
            name: entry.project_name.clone(),
            situation: entry.situation.clone(),
            tier: self.tier,
            stage: stage_of(&entry.situation),
            responsible_organisation_id: Some(unit),
            created_at: self.app.clock.now(),
            closed_at: None,
        };
        let id = project.id;
        self.known.add(&project);
        store::project::insert(self.connection, project).await?;
        self.done.projects += 1;
        Ok(id)
    }

    /// The person a cell names: the one on record of the same name whose title and phone don't contradict it.
    async fn person(&mut self, named: &Named, rank: Rank, project_unit: OrganisationId) -> Result<PersonId, Failure> {
        let same = |known: &person::Model| {
            let title = named.title.as_ref().is_none_or(|title| known.title.is_empty() || *title == known.title);
            let phone = named.phone.is_none() || known.phone.is_none() || named.phone == known.phone;
            title && phone
        };
        let known = store::person::find_by_name(self.connection, &named.name).await?.into_iter().find(same);
        if let Some(known) = known {
            if let (None, Some(phone)) = (&known.phone, &named.phone) {
                store::person::set_phone(self.connection, known.id, phone).await?;
            }
            return Ok(known.id);
        }
        let unit = match (&named.unit, rank) {
            (Some(unit), _) => Some(self.organisation(unit).await?),
            // Municipal leaders belong to no project's unit.
            (None, Rank::MunicipalDeputy) => None,
            (None, _) => Some(project_unit),
        };
        let person = person::Model {
            id: self.app.clock.id(),
            organisation_id: unit,
            name: named.name.clone(),
            title: named.title.clone().unwrap_or_default(),
            rank,
            phone: named.phone.clone(),
            created_at: self.app.clock.now(),
        };
        let id = person.id;
        store::person::insert(self.connection, person).await?;
        self.done.people += 1;
        Ok(id)
    }

    async fn role(
        &mut self,
        entry: &RosterEntry,
        project: ProjectId,
        person: PersonId,
        kind: TeamRoleKind,
    ) -> Result<(), Failure> {
        let open = store::team_role::open(self.connection, project, kind).await?;
        if open.iter().any(|role| role.person_id == person) {
            return Ok(());
        }
        for role in open {
            if role.from_date >= self.from {
                return Err(succession(entry, &role, self.from).into());
            }
            store::team_role::end(self.connection, role.id, self.from - Days::new(1)).await?;
            self.done.roles_ended += 1;
        }
        let role = team_role::Model {
            id: self.app.clock.id(),
            project_id: project,
            person_id: person,
            kind,
            from_date: self.from,
            to_date: None,
            created_at: self.app.clock.now(),
        };
        store::team_role::insert(self.connection, role).await?;
        self.done.roles_begun += 1;
        Ok(())
    }
}

fn ambiguous(entry: &RosterEntry, names: &[&str]) -> Refusal {
    Refusal {
        field: vec!["rows".to_owned(), entry.row.to_string()],
        ..Refusal::new(
            RefusalCode::Conflict,
            "",
            message!(ProjectAmbiguousInRoster { name: &entry.project_name, projects: names.to_vec() }),
        )
    }
}

fn succession(entry: &RosterEntry, role: &team_role::Model, from: NaiveDate) -> Refusal {
    Refusal {
        field: vec!["rows".to_owned(), entry.row.to_string()],
        ..Refusal::new(
            RefusalCode::Conflict,
            "",
            message!(RoleHolderLater {
                from: from.to_string(),
                project: &entry.project_name,
                since: role.from_date.to_string(),
            }),
        )
    }
}

fn kind_of(name: &str) -> OrganisationKind {
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["街道", "乡", "镇", "园区", "经济区", "管委会"]) {
        OrganisationKind::Locality
    } else if has(&["局", "委", "办", "中心"]) {
        OrganisationKind::Department
    } else if has(&["市政府", "市委"]) {
        OrganisationKind::Municipality
    } else {
        OrganisationKind::Other
    }
}

/// The stage that the published list's words mean; what it leaves open is in negotiation.
fn stage_of(situation: &str) -> Stage {
    let stages = [
        ("达产", Stage::Capacity),
        ("投产", Stage::Production),
        ("建设", Stage::Construction),
        ("在建", Stage::Construction),
        ("开工", Stage::Started),
        ("注册", Stage::Registered),
        ("签约", Stage::Signed),
        ("信息", Stage::Lead),
    ];
    stages.into_iter().find(|(words, _)| situation.contains(words)).map_or(Stage::Negotiation, |(_, stage)| stage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("前期推进", Stage::Negotiation)]
    #[case("已签约", Stage::Signed)]
    #[case("在建", Stage::Construction)]
    #[case("投产", Stage::Production)]
    fn situations_mean_stages(#[case] situation: &str, #[case] stage: Stage) {
        assert_eq!(stage_of(situation), stage);
    }

    #[rstest]
    #[case("轴承园区管委会", OrganisationKind::Locality)]
    #[case("文兰街道办事处", OrganisationKind::Locality)]
    #[case("商务局", OrganisationKind::Department)]
    #[case("某集团", OrganisationKind::Other)]
    fn names_mean_kinds(#[case] name: &str, #[case] kind: OrganisationKind) {
        assert_eq!(kind_of(name), kind);
    }
}
