//! What a rule of the permission table says.

use std::fmt;

use entity::values::AccountRole;
use messages::{Language, Message, Value, message};

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

    /// Whoever is signed in to an account of this role, and may do what it lets them.
    pub const fn of(role: AccountRole) -> Self {
        match role {
            AccountRole::Office => Self::Office,
            AccountRole::Staff => Self::Staff,
            AccountRole::Analyst => Self::Analyst,
            AccountRole::Administrator => Self::Administrator,
        }
    }
}

impl Who {
    /// What they are called.
    pub fn message(self) -> Message {
        match self {
            Self::Visitor => message!(WhoVisitor),
            Self::Enrolling => message!(WhoEnrolling),
            Self::Staff => message!(WhoStaff),
            Self::Analyst => message!(WhoAnalyst),
            Self::Office => message!(WhoOffice),
            Self::Administrator => message!(WhoAdministrator),
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().said(Language::SOURCE))
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

impl Relation {
    /// What an object that is so near is called.
    pub fn message(self) -> Message {
        match self {
            Self::Own => message!(NearOwn),
            Self::Team => message!(NearTeam),
            Self::Unit => message!(NearUnit),
            Self::Any => message!(NearAny),
        }
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().said(Language::SOURCE))
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
    pub fn sentence(&self) -> Message {
        let Some(grants) = self.grants else { return message!(GrantedWithItsHolder) };
        if Who::ALL.iter().all(|who| self.reach(*who) == Some(Relation::Any)) {
            return message!(GrantedToEverybody);
        }
        let near = [Relation::Own, Relation::Team, Relation::Unit, Relation::Any];
        let parts = near.into_iter().filter_map(|relation| {
            let whose = grants.iter().filter(|(_, granted)| *granted == relation);
            let whose: Vec<Value> = whose.map(|(who, _)| who.message().into()).collect();
            (!whose.is_empty()).then(|| message!(Granted { relation: relation.message(), whose }))
        });
        let together = parts.reduce(|before, next| message!(GrantedBeside { before, next }));
        together.unwrap_or_else(|| message!(GrantedToNobody))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permission::table::read;
    use rstest::rstest;

    // The table's own rules change with the plan; what is said of one does not.
    #[rstest]
    #[case::one(Some(&[(Who::Office, Relation::Any), (Who::Administrator, Relation::Any)] as Grants),
        "any: the office, administrators", "全部：办公室、管理员")]
    #[case::by_distance(
        Some(&[(Who::Staff, Relation::Unit), (Who::Analyst, Relation::Any), (Who::Office, Relation::Any)] as Grants),
        "own unit's: staff; any: analysts, the office",
        "本单位负责的：工作人员；全部：分析人员、办公室"
    )]
    #[case::own(
        Some(&[(Who::Staff, Relation::Own), (Who::Analyst, Relation::Own), (Who::Office, Relation::Any)] as Grants),
        "own: staff, analysts; any: the office",
        "本人的：工作人员、分析人员；全部：办公室"
    )]
    #[case::team(
        Some(&[(Who::Staff, Relation::Team), (Who::Analyst, Relation::Team), (Who::Office, Relation::Team)] as Grants),
        "own team's: staff, analysts, the office",
        "本团队的：工作人员、分析人员、办公室"
    )]
    #[case::everybody(read("Query", "viewer").grants, "everybody", "所有人")]
    #[case::held(None, "whoever may read what holds it", "可读取其所属内容者")]
    #[case::nobody(Some(&[] as Grants), "nobody", "无人")]
    fn who_may_is_said_in_every_language(#[case] grants: Option<Grants>, #[case] en: &str, #[case] zh: &str) {
        let said = Rule { action: Action::Read, on: "Query", fields: &[], grants }.sentence();
        assert_eq!((said.said(Language::En).as_str(), said.said(Language::Zh).as_str()), (en, zh));
    }
}
