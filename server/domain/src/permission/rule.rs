//! What a rule of the permission table says.

use std::fmt;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read.
    Read,
    /// Read as it is. Whoever may only read gets it masked (phones) or coarsened (positions).
    ReadInFull,
    /// Change something.
    Change,
    /// Follow what happens.
    Follow,
}

/// Who does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// Somebody who is not signed in.
    Visitor,
    /// Somebody whose role must have a second factor, and who has none yet.
    Enrolling,
    /// A leader, coordinator or secretary.
    Staff,
    /// An analyst.
    Analyst,
    /// The leading group's office.
    Office,
    /// Who manages accounts.
    Administrator,
}

impl Who {
    /// All of them, in the order the table is shown in.
    pub const ALL: [Self; 6] =
        [Self::Visitor, Self::Enrolling, Self::Staff, Self::Analyst, Self::Office, Self::Administrator];
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Visitor => "not signed in",
            Self::Enrolling => "enrolling a second factor",
            Self::Staff => "staff",
            Self::Analyst => "analysts",
            Self::Office => "the office",
            Self::Administrator => "administrators",
        })
    }
}

/// How near an object is to who asks; each reaches what the ones before it reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// Their own: about them, made by them, or of their account.
    Own,
    /// Of a project they serve or served.
    Team,
    /// Of a project their unit is responsible for (责任单位).
    Unit,
    /// Any.
    Any,
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Own => "own",
            Self::Team => "own team's",
            Self::Unit => "own unit's",
            Self::Any => "any",
        })
    }
}

/// How far each may go; who is not named may not at all.
pub type Grants = &'static [(Who, Relation)];

/// One rule: who may do this with these fields of this type.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// What is done.
    pub action: Action,
    /// The GraphQL type.
    pub on: &'static str,
    /// Its fields.
    pub fields: &'static [&'static str],
    /// Who may; none where whoever was given the object that holds it may read all of it.
    pub grants: Option<Grants>,
}

impl Rule {
    /// How far somebody may go.
    pub fn reach(&self, who: Who) -> Option<Relation> {
        let Some(grants) = self.grants else { return Some(Relation::Any) };
        grants.iter().find(|(granted, _)| *granted == who).map(|(_, relation)| *relation)
    }

    /// Whether somebody may do it to an object that is so near to them.
    pub fn permits(&self, who: Who, relation: Relation) -> bool {
        self.reach(who).is_some_and(|reach| reach >= relation)
    }

    /// Who may, in words.
    pub fn sentence(&self) -> String {
        let Some(grants) = self.grants else { return "whoever may read what holds it".to_owned() };
        if Who::ALL.iter().all(|who| self.reach(*who) == Some(Relation::Any)) {
            return "everybody".to_owned();
        }
        let near = [Relation::Own, Relation::Team, Relation::Unit, Relation::Any];
        let parts = near.iter().filter_map(|relation| {
            let whose = grants.iter().filter(|(_, granted)| granted == relation).map(|(who, _)| who.to_string());
            let whose = whose.collect::<Vec<_>>().join(", ");
            (!whose.is_empty()).then(|| format!("{relation}: {whose}"))
        });
        parts.collect::<Vec<_>>().join("; ")
    }
}
