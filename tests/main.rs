//! The stories of Onsite: what people do with it, told against a whole server on each of its databases.
//!
//! One file a story, in the rooms that the code has too. `./tests/run` starts the PostgreSQL and the S3 server they need; without them the stories that
//! need them fail.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod check_ins;
#[cfg(test)]
mod house;
#[cfg(test)]
mod objects;
#[cfg(test)]
mod projects;
#[cfg(test)]
mod protocols;
#[cfg(test)]
mod support;
#[cfg(test)]
mod upkeep;
#[cfg(test)]
mod visits;
