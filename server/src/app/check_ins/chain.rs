//! Writes what is recorded into the hash chain.

use domain::{
    canonical_json::canonical,
    check_ins::{
        evidence::Finding,
        hash_chain::{Entry, Head, Payload},
        signed_check_in::{SignedCheckIn, instant},
    },
    digest::Sha256Digest,
};
use entity::{appeal, assessment, chain_entry, check_in, decision, rejudgement};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use super::judging::SignedText;
use crate::{
    app::{App, Broken},
    clock::Clock,
    store,
};

const LINKS_AT_ONCE: u64 = 500;

/// Something to be written into the chain.
#[derive(Clone, Debug)]
pub(in crate::app) struct Record {
    kind: &'static str,
    subject: Uuid,
    payload: Value,
}

impl Record {
    /// A check-in as it was sent, with its device's signature if that holds, and over which text.
    pub(in crate::app) fn check_in(row: &check_in::Model, signed: &SignedCheckIn, held: Option<&SignedText>) -> Self {
        let mut payload = json!({
            "kind": "check-in",
            "id": row.id,
            "personId": row.person_id,
            "projectId": row.project_id,
            "sentAt": instant(row.sent_at),
            "receivedAt": instant(row.received_at),
            "photos": signed.photos,
            "submission": signed,
        });
        if let (Some(held), Some(fingerprint), Some(signature)) = (held, &row.device, &row.signature) {
            payload["device"] = json!({ "keyFingerprint": fingerprint, "signature": signature });
            if let SignedText::Text(text) = held {
                payload["device"]["text"] = json!(text);
            }
        }
        Self { kind: "check-in", subject: row.id.0, payload }
    }

    /// An assessment with its findings and what it was made of.
    pub(in crate::app) fn assessment(row: &assessment::Model, findings: &[Finding]) -> Result<Self, Broken> {
        let findings: Vec<Value> = findings
            .iter()
            .map(|finding| {
                json!({
                    "code": finding.code.as_str(),
                    "outcome": finding.outcome.as_str(),
                    "counts": finding.counts,
                    "measured": finding.measured,
                    "threshold": finding.threshold,
                    "unit": finding.unit.symbol(),
                })
            })
            .collect();
        let inputs: Value = serde_json::from_str(row.inputs.as_deref().unwrap_or("null"))
            .map_err(|error| Broken::failed(format!("assessment {}", row.id), error))?;
        let mut payload = json!({
            "kind": "assessment",
            "id": row.id,
            "checkInId": row.check_in_id,
            "sequence": row.sequence,
            "trigger": row.trigger.as_str(),
            "policyVersion": row.policy_version,
            "siteVersionId": row.site_version_id,
            "verdict": row.verdict.as_str(),
            "assessedAt": instant(row.assessed_at),
            "findings": findings,
            "inputs": inputs,
        });
        if let Some(id) = row.rejudgement_id {
            payload["rejudgementId"] = json!(id);
        }
        Ok(Self { kind: "assessment", subject: row.id.0, payload })
    }

    /// A person's decision.
    pub(in crate::app) fn decision(row: &decision::Model) -> Self {
        let payload = json!({
            "kind": "decision",
            "id": row.id,
            "checkInId": row.check_in_id,
            "sequence": row.sequence,
            "accountId": row.account_id,
            "appealId": row.appeal_id,
            "assessmentId": row.assessment_id,
            "verdict": row.verdict.as_str(),
            "reason": row.reason.as_str(),
            "note": row.note,
            "decidedAt": instant(row.decided_at),
        });
        Self { kind: "decision", subject: row.id.0, payload }
    }

    /// A re-judgement that begins: who wants which check-ins judged again, and why.
    pub(in crate::app) fn rejudgement(row: &rejudgement::Model) -> Self {
        let payload = json!({
            "kind": "rejudgement",
            "id": row.id,
            "accountId": row.account_id,
            "reason": row.reason,
            "projectId": row.project_id,
            "from": row.from_date,
            "to": row.to_date,
            "verdicts": row.verdicts,
            "policyVersion": row.policy_version,
            "begunAt": instant(row.begun_at),
        });
        Self { kind: "rejudgement", subject: row.id.0, payload }
    }

    /// An appeal.
    pub(in crate::app) fn appeal(row: &appeal::Model) -> Self {
        let payload = json!({
            "kind": "appeal",
            "id": row.id,
            "checkInId": row.check_in_id,
            "personId": row.person_id,
            "statement": row.statement,
            "photos": row.photos,
            "appealedAt": instant(row.appealed_at),
        });
        Self { kind: "appeal", subject: row.id.0, payload }
    }
}

/// Appends records. Whoever calls this holds the outbox's lock, so that links are made one at a time.
pub(in crate::app) async fn append(
    connection: &impl ConnectionTrait,
    clock: &Clock,
    records: &[Record],
) -> Result<(), Broken> {
    if records.is_empty() {
        return Ok(());
    }
    let mut head = head(connection, clock).await?;
    let recorded_at = clock.now();
    let mut links = Vec::with_capacity(records.len());
    for record in records {
        let payload = canonical(&record.payload)
            .map_err(|error| Broken::failed(format!("{} {}", record.kind, record.subject), error))?;
        let entry = head.append(record.kind, &payload);
        links.push(chain_entry::Model {
            sequence: entry.sequence,
            kind: record.kind.to_owned(),
            subject: record.subject,
            previous: entry.previous.to_string(),
            hash: entry.hash.to_string(),
            recorded_at,
            payload: String::from_utf8_lossy(&payload).into_owned(),
        });
        head = Head { sequence: entry.sequence, hash: entry.hash };
    }
    Ok(store::chain::append(connection, links).await?)
}

/// The chain's end; its genesis before the first link.
pub(in crate::app) async fn head(connection: &impl ConnectionTrait, clock: &Clock) -> Result<Head, Broken> {
    match store::chain::last(connection).await? {
        Some(link) => head_of(&link),
        None => Ok(Head::genesis(installation(connection, clock).await?)),
    }
}

/// The head that a link makes.
pub(in crate::app) fn head_of(link: &chain_entry::Model) -> Result<Head, Broken> {
    let hash = link.hash.parse().map_err(|error| unreadable(link, error))?;
    Ok(Head { sequence: link.sequence, hash })
}

/// A link that can't be read back.
pub(in crate::app) fn unreadable(
    link: &chain_entry::Model,
    error: impl std::error::Error + Send + Sync + 'static,
) -> Broken {
    Broken::failed(format!("chain link {}", link.sequence), error)
}

/// The id of this installation, made on first use.
pub(in crate::app) async fn installation(connection: &impl ConnectionTrait, clock: &Clock) -> Result<Uuid, Broken> {
    let fresh: Uuid = clock.id();
    let kept = store::secret::get_or_set(connection, "installation", fresh.to_string()).await?;
    kept.parse().map_err(|error| Broken::failed("installation id", error))
}

/// Links after a sequence number and up to another, some at once.
pub(in crate::app) async fn links(
    connection: &impl ConnectionTrait,
    after: i64,
    until: i64,
) -> Result<Vec<chain_entry::Model>, Broken> {
    let links = store::chain::after(connection, after, LINKS_AT_ONCE).await?;
    let links: Vec<_> = links.into_iter().filter(|link| link.sequence <= until).collect();
    if links.is_empty() {
        return Err(Broken::Record(format!("the chain has no link after {after}")));
    }
    Ok(links)
}

/// A link as the chain's rules know it.
pub(in crate::app) fn entry(link: &chain_entry::Model) -> Result<Entry<'_>, Broken> {
    let digest = |text: &str| -> Result<Sha256Digest, Broken> { text.parse().map_err(|error| unreadable(link, error)) };
    Ok(Entry {
        sequence: link.sequence,
        kind: &link.kind,
        payload: Payload::Shown(link.payload.as_bytes()),
        previous: digest(&link.previous)?,
        hash: digest(&link.hash)?,
    })
}

impl App {
    /// Follows the whole chain from its genesis and gives its end.
    ///
    /// # Errors
    /// The first link that does not hold.
    pub async fn verify_chain(&self) -> Result<Head, Broken> {
        let connection = self.database.reader();
        let end = store::chain::last(connection).await?.map_or(0, |link| link.sequence);
        let mut head = Head::genesis(installation(self.database.writer(), &self.clock).await?);
        while head.sequence < end {
            for link in links(connection, head.sequence, end).await? {
                head = head.follow(&entry(&link)?).map_err(|fault| Broken::failed("chain", fault))?;
            }
        }
        Ok(head)
    }
}
