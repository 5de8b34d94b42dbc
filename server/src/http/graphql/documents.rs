//! Documents that requests name instead of sending them: on record from a folder, or kept as clients sent them.
//!
//! Both ways of naming one are understood: `documentId: "sha256:…"` (GraphQL over HTTP, appendix “Persisted Documents”)
//! and Apollo's `extensions.persistedQuery`.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_graphql::Error;
use domain::digest::Sha256Digest;
use messages::{Message, message};
use quick_cache::{Weighter, sync::Cache};
use sha2::{Digest, Sha256};

use super::parameters::Parameters;
use crate::graphql::support::error::{ErrorCode, coded};

/// How many documents that clients sent are kept, and how many bytes in all.
const KEPT: usize = 2_000;
const KEPT_BYTES: u64 = 8 * 1024 * 1024;
/// How many files a folder may hold, and how long each may be.
const MOST_FILES: usize = 10_000;
const LONGEST_FILE: u64 = 256 * 1024;

/// The documents that can be named.
#[derive(Clone)]
pub(in crate::http) struct Documents {
    /// From the folder, by SHA-256.
    listed: Arc<HashMap<String, Arc<str>>>,
    /// Whether nothing else is executed.
    listed_only: bool,
    /// As clients sent them, by SHA-256. Each server keeps its own; a client that names another is told to send it.
    kept: Arc<Cache<String, Arc<str>, Bytes>>,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<String, Arc<str>> for Bytes {
    fn weight(&self, key: &String, document: &Arc<str>) -> u64 {
        (key.len() + document.len()) as u64
    }
}

/// Why a folder of documents can't be used.
#[derive(Debug, thiserror::Error)]
pub enum DocumentsError {
    /// It can't be read.
    #[error("documents in {0}: {1}")]
    ParameterError(PathBuf, #[source] io::Error),
    /// There is too much in it.
    #[error("documents in {0}: at most {MOST_FILES} files of {LONGEST_FILE} bytes")]
    TooMuch(PathBuf),
}

/// A document, and how to keep it once it turns out to be valid.
#[derive(Debug)]
pub(in crate::http) struct Named {
    /// The text.
    pub(in crate::http) document: String,
    /// Its SHA-256, if the client asked to keep it.
    keep_as: Option<String>,
}

impl Documents {
    /// Reads the folder's `.graphql` files, if there is one. With `listed_only`, nothing else is executed.
    pub(in crate::http) fn open(folder: Option<&Path>, listed_only: bool) -> Result<Self, DocumentsError> {
        let listed = folder.map(read).transpose()?.unwrap_or_default();
        let kept = Arc::new(Cache::with_weighter(KEPT, KEPT_BYTES, Bytes));
        Ok(Self { listed: Arc::new(listed), listed_only, kept })
    }

    /// The document that a request sends or names.
    pub(in crate::http) fn resolve(&self, parameters: &mut Parameters) -> Result<Named, Error> {
        let persisted = parameters.persisted();
        if persisted.is_some_and(|persisted| persisted.version != 1) {
            return Err(coded(ErrorCode::PersistedQueryNotSupported, &message!(PersistedQueryNotSupported)));
        }
        let persisted = persisted.map(|persisted| persisted.sha256_hash.as_str());
        let id = parameters
            .document_id
            .as_deref()
            .map(|id| id.strip_prefix("sha256:").ok_or_else(|| not_found(&message!(DocumentIdMalformed))));
        let hash = match (persisted, id.transpose()?) {
            (Some(persisted), Some(id)) if persisted != id => return Err(two_documents()),
            (persisted, id) => persisted.or(id).map(str::to_owned),
        };
        let sent = parameters.query.take();
        match (sent, hash) {
            (Some(document), hash) => self.sent(document, hash),
            (None, Some(hash)) => self.named(&hash).map(|document| Named { document, keep_as: None }),
            (None, None) => Err(not_found(&message!(DocumentMissing))),
        }
    }

    fn sent(&self, document: String, hash: Option<String>) -> Result<Named, Error> {
        if hash.is_none() && !self.listed_only {
            return Ok(Named { document, keep_as: None });
        }
        let own = sha256(&document);
        if hash.as_ref().is_some_and(|hash| *hash != own) {
            return Err(coded(ErrorCode::BadRequest, &message!(DocumentOfAnotherHash)));
        }
        if self.listed_only && !self.listed.contains_key(&own) {
            return Err(coded(ErrorCode::DocumentNotAllowed, &message!(DocumentNotListed)));
        }
        Ok(Named { document, keep_as: hash.filter(|_| !self.listed_only) })
    }

    fn named(&self, hash: &str) -> Result<String, Error> {
        let listed = self.listed.get(hash).cloned();
        let kept = || if self.listed_only { None } else { self.kept.get(hash) };
        // Clients look for this very text, and send the document then.
        listed.or_else(kept).map(|text| text.to_string()).ok_or_else(|| not_found(&message!(PersistedQueryNotFound)))
    }

    /// Keeps a document that was valid, as its client asked.
    pub(in crate::http) fn keep(&self, hash: String, document: &str) {
        self.kept.insert(hash, Arc::from(document));
    }
}

impl Named {
    /// The SHA-256 to keep it under, if any.
    pub(in crate::http) fn keep_as(&mut self) -> Option<String> {
        self.keep_as.take()
    }
}

fn not_found(message: &Message) -> Error {
    coded(ErrorCode::PersistedQueryNotFound, message)
}

fn two_documents() -> Error {
    coded(ErrorCode::BadRequest, &message!(DocumentsDiffer))
}

fn sha256(document: &str) -> String {
    Sha256Digest::from_bytes(Sha256::digest(document).into()).to_string()
}

fn read(folder: &Path) -> Result<HashMap<String, Arc<str>>, DocumentsError> {
    let unreadable = |error| DocumentsError::ParameterError(folder.to_owned(), error);
    let mut found = HashMap::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_none_or(|extension| extension != "graphql") {
            continue;
        }
        if found.len() == MOST_FILES || fs::metadata(&path).map_err(unreadable)?.len() > LONGEST_FILE {
            return Err(DocumentsError::TooMuch(folder.to_owned()));
        }
        let text = fs::read_to_string(&path).map_err(unreadable)?;
        // Editors end a file with a line break that programs don't send.
        found.insert(sha256(text.trim_end()), Arc::from(text.trim_end()));
        found.insert(sha256(&text), Arc::from(text));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "{ viewer { role } }";

    fn parameters(json: &serde_json::Value) -> Parameters {
        Parameters::from_json(json.to_string().as_bytes()).unwrap()
    }

    fn persisted(query: Option<&str>, hash: &str) -> Parameters {
        let extensions = serde_json::json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
        parameters(&serde_json::json!({ "query": query, "extensions": extensions }))
    }

    #[test]
    fn a_document_is_asked_for_kept_and_found() {
        let (documents, hash) = (Documents::open(None, false).unwrap(), sha256(DOCUMENT));
        let unknown = documents.resolve(&mut persisted(None, &hash)).unwrap_err();
        assert_eq!(unknown.message, "PersistedQueryNotFound");
        let mut sent = documents.resolve(&mut persisted(Some(DOCUMENT), &hash)).unwrap();
        documents.keep(sent.keep_as().unwrap(), &sent.document);
        assert_eq!(documents.resolve(&mut persisted(None, &hash)).unwrap().document, DOCUMENT);
        let id = serde_json::json!({ "documentId": format!("sha256:{hash}") });
        assert_eq!(documents.resolve(&mut parameters(&id)).unwrap().document, DOCUMENT);
        assert!(documents.resolve(&mut persisted(Some("{ other }"), &hash)).is_err());
    }

    #[test]
    fn two_names_for_one_document_must_agree() {
        let documents = Documents::open(None, false).unwrap();
        let (hash, other) = (sha256(DOCUMENT), sha256("{ other }"));
        let both = |id: &str, query: Option<&str>| {
            let extensions = serde_json::json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
            parameters(&serde_json::json!({ "query": query, "documentId": id, "extensions": extensions }))
        };
        let agreeing = format!("sha256:{hash}");
        assert_eq!(documents.resolve(&mut both(&agreeing, Some(DOCUMENT))).unwrap().document, DOCUMENT);
        for id in [format!("sha256:{other}"), "sha256:".to_owned()] {
            for query in [None, Some(DOCUMENT)] {
                let refused = documents.resolve(&mut both(&id, query)).unwrap_err();
                assert_eq!(refused.extensions.unwrap().get("code"), Some(&"BAD_REQUEST".into()), "{id}");
            }
        }
        let foreign = documents.resolve(&mut both("urn:1", None)).unwrap_err();
        assert_eq!(foreign.extensions.unwrap().get("code"), Some(&"PERSISTED_QUERY_NOT_FOUND".into()));
    }

    #[test]
    fn only_what_is_listed_is_executed_where_that_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("viewer.graphql"), format!("{DOCUMENT}\n")).unwrap();
        fs::write(folder.path().join("notes.txt"), "{ other }").unwrap();
        let documents = Documents::open(Some(folder.path()), true).unwrap();
        let query = |text: &str| parameters(&serde_json::json!({ "query": text }));
        assert_eq!(documents.resolve(&mut query(DOCUMENT)).unwrap().document, DOCUMENT);
        assert_eq!(documents.resolve(&mut persisted(None, &sha256(DOCUMENT))).unwrap().document, DOCUMENT);
        let refused = documents.resolve(&mut query("{ other }")).unwrap_err();
        assert_eq!(refused.extensions.unwrap().get("code"), Some(&"DOCUMENT_NOT_ALLOWED".into()));
    }
}
