//! Which project a list or a site file means, however it writes its name.

use std::collections::HashMap;

use entity::{ids::ProjectId, project};
use sea_orm::{ConnectionTrait, DbErr};

use crate::{roster::folded, store};

/// The projects on record, by number and by name.
pub(in crate::app) struct KnownProjects {
    projects: Vec<KnownProject>,
    by_number: HashMap<i32, Vec<usize>>,
    by_name: HashMap<String, usize>,
    /// By their names as [`folded`] has them.
    by_likeness: HashMap<String, Vec<usize>>,
}

/// A project on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app) struct KnownProject {
    pub(in crate::app) id: ProjectId,
    pub(in crate::app) name: String,
}

/// What a name or a number means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app) enum ProjectMatch<'a> {
    /// No project.
    Nothing,
    /// This one.
    One(&'a KnownProject),
    /// Any of these.
    Several(Vec<&'a str>),
}

impl KnownProjects {
    /// All of them, in one statement.
    pub(in crate::app) async fn load(connection: &impl ConnectionTrait) -> Result<Self, DbErr> {
        let mut known = Self {
            projects: Vec::new(),
            by_number: HashMap::new(),
            by_name: HashMap::new(),
            by_likeness: HashMap::new(),
        };
        store::project::all(connection).await?.iter().for_each(|project| known.add(project));
        Ok(known)
    }

    /// One more.
    pub(in crate::app) fn add(&mut self, project: &project::Model) {
        let at = self.projects.len();
        self.projects.push(KnownProject { id: project.id, name: project.name.clone() });
        self.by_number.entry(project.number).or_default().push(at);
        self.by_name.insert(project.name.clone(), at);
        self.by_likeness.entry(folded(&project.name)).or_default().push(at);
    }

    /// The project of this name, or else those whose names differ only in how they are written.
    pub(in crate::app) fn named(&self, name: &str) -> ProjectMatch<'_> {
        match self.by_name.get(name) {
            Some(at) => self.meant(&[*at]),
            None => self.meant(self.by_likeness.get(&folded(name)).map_or(&[], Vec::as_slice)),
        }
    }

    /// Projects of this number; several lists may number theirs alike. A number may be a name as well.
    pub(in crate::app) fn numbered(&self, number: i32) -> ProjectMatch<'_> {
        match self.by_number.get(&number) {
            Some(projects) => self.meant(projects),
            None => self.named(&number.to_string()),
        }
    }

    fn meant(&self, projects: &[usize]) -> ProjectMatch<'_> {
        let known = || projects.iter().filter_map(|at| self.projects.get(*at));
        match projects {
            [] => ProjectMatch::Nothing,
            [_] => known().next().map_or(ProjectMatch::Nothing, ProjectMatch::One),
            _ => ProjectMatch::Several(known().map(|known| known.name.as_str()).collect()),
        }
    }
}
