//! Loads what a check-in is judged by, and has it judged.

use entity::{check_in, photo, policy, site_version, values::PhotoState};
use sea_orm::ConnectionTrait;

use super::Broken;
use crate::{
    domain::{
        boundary::SiteBoundary,
        datum::Position,
        evidence::{self, Candidate, Evidence, Fix, Judgement, Photos},
        policy::{Policy, PolicyDraft},
    },
    store,
};

/// The policy a row holds.
pub(super) fn policy_of(row: &policy::Model) -> Result<Policy, Broken> {
    let draft = PolicyDraft {
        version: row.version,
        weekly_visits: row.weekly_visits,
        tolerance_m: row.tolerance_m,
        accuracy_limit_m: row.accuracy_limit_m,
        fix_age_limit_s: row.fix_age_limit_s,
        skew_limit_s: row.skew_limit_s,
        photo_required: row.photo_required,
        photo_reason: &row.photo_reason,
        time_zone: &row.time_zone,
    };
    Policy::parse(&draft).map_err(|error| Broken::Record(format!("policy version {}: {error}", row.version)))
}

/// Judges a check-in by its project's sites, its photos and a policy.
pub(super) async fn judge(
    connection: &impl ConnectionTrait,
    check_in: &check_in::Model,
    photos: &[photo::Model],
    policy: &Policy,
) -> Result<Judgement, Broken> {
    let sites = candidates(connection, check_in).await?;
    let evidence = Evidence {
        fix: fix_of(check_in)?,
        skew: check_in.received_at - check_in.sent_at,
        sites: &sites,
        photos: count(photos),
    };
    Ok(evidence::judge(&evidence, policy))
}

/// The boundary of each of the project's sites that held when the check-in was captured.
async fn candidates(connection: &impl ConnectionTrait, check_in: &check_in::Model) -> Result<Vec<Candidate>, Broken> {
    let sites = store::site::of_projects(connection, [check_in.project_id]).await?;
    let ids =
        sites.iter().filter(|site| site.retired_at.is_none_or(|at| at > check_in.corrected_at)).map(|site| site.id);
    let versions = store::site::versions(connection, ids.clone()).await?;
    ids.filter_map(|id| {
        let of_site = || versions.iter().filter(move |version| version.site_id == id);
        // Newest first; a capture before the first version is compared with the first.
        let held = of_site().find(|version| version.effective_from <= check_in.corrected_at);
        held.or_else(|| of_site().next_back())
    })
    .map(candidate)
    .collect()
}

fn candidate(version: &site_version::Model) -> Result<Candidate, Broken> {
    let boundary = SiteBoundary::from_stored(&version.boundary)
        .map_err(|error| Broken::Record(format!("site version {}: {error}", version.id)))?;
    Ok(Candidate { version: version.id, boundary, tolerance_m: version.tolerance_m })
}

fn fix_of(check_in: &check_in::Model) -> Result<Option<Fix>, Broken> {
    let (Some(latitude), Some(longitude), Some(datum), Some(accuracy_m), Some(fixed_at)) =
        (check_in.latitude, check_in.longitude, check_in.datum, check_in.accuracy_m, check_in.fixed_at)
    else {
        return Ok(None);
    };
    let reported = Position::parse(latitude, longitude)
        .map_err(|error| Broken::Record(format!("check-in {}: {error}", check_in.id)))?;
    let age = check_in.captured_at - fixed_at;
    Ok(Some(Fix { reported, datum, accuracy_m, age, mocked: check_in.mocked }))
}

fn count(photos: &[photo::Model]) -> Photos {
    let in_state = |states: &[PhotoState]| photos.iter().filter(|photo| states.contains(&photo.state)).count();
    Photos {
        waiting: in_state(&[PhotoState::Requested, PhotoState::Attached]),
        intact: in_state(&[PhotoState::Intact]),
        damaged: in_state(&[PhotoState::Damaged]),
    }
}
