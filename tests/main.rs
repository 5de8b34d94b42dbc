//! The stories of Onsite: what people do with it, told against a whole server on each of its databases.
//!
//! One file a story. `./tests/run` starts the PostgreSQL and the S3 server they need; without them the stories that
//! need them fail.

#[cfg(test)]
mod access_tokens;
#[cfg(test)]
mod accounts;
#[cfg(test)]
mod answers;
#[cfg(test)]
mod architecture;
#[cfg(test)]
mod backup;
#[cfg(test)]
mod bad_photo;
#[cfg(test)]
mod boundary_hints;
#[cfg(test)]
mod bounds;
#[cfg(test)]
mod breakdown;
#[cfg(test)]
mod check_in;
#[cfg(test)]
mod command;
#[cfg(test)]
mod contradictions;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod entitlement;
#[cfg(test)]
mod evidence;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod hostile_documents;
#[cfg(test)]
mod hostile_loops;
#[cfg(test)]
mod idempotency;
#[cfg(test)]
mod importing;
#[cfg(test)]
mod latency;
#[cfg(test)]
mod live;
#[cfg(test)]
mod lock_out;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod moments;
#[cfg(test)]
mod nearest_sites;
#[cfg(test)]
mod object_store;
#[cfg(test)]
mod obligations;
#[cfg(test)]
mod over_events;
#[cfg(test)]
mod over_http;
#[cfg(test)]
mod over_websocket;
#[cfg(test)]
mod own_account;
#[cfg(test)]
mod permissions;
#[cfg(test)]
mod photo_upload;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod real_clients;
#[cfg(test)]
mod reassessment;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod rejudgement;
#[cfg(test)]
mod review;
#[cfg(test)]
mod s3_servers;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod second_factor;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod single_sign_on;
#[cfg(test)]
mod single_sign_on_forged;
#[cfg(test)]
mod slow_takers;
#[cfg(test)]
mod statement_count;
#[cfg(test)]
mod store_away;
#[cfg(test)]
mod support;
#[cfg(test)]
mod transport;
#[cfg(test)]
mod uptime;
#[cfg(test)]
mod waiting_photos;
#[cfg(test)]
mod wrong_clock;
