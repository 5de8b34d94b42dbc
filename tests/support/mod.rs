//! What the stories stand on: a whole server on a database of its own, a city that uses it, and its phones.

mod accounts;
mod bucket;
mod city;
mod client;
mod clock;
mod database;
mod phone;
mod server;
mod socket;

pub(crate) use city::{BEARING_PARK, COLD_STORE, HARBOUR, PASSWORD, Role, login_of};
pub(crate) use client::{Answer, Client, http};
pub(crate) use clock::{TestClock, time};
pub(crate) use database::{Backend, TestDatabase, contents, rows};
pub(crate) use phone::{Draft, photo, put, sha256};
pub(crate) use server::{Photos, TestServer, balanced};
pub(crate) use socket::{Message, Socket};
