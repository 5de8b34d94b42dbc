//! What the stories stand on: a whole server on a database of its own, a city that uses it, and its phones.

mod accounts;
mod bucket;
mod child;
mod city;
mod client;
mod clock;
mod database;
mod fake_provider;
mod fake_s3;
mod log;
mod phone;
mod provider;
mod server;
mod single_sign_on;
mod socket;

pub(crate) use ::client::{Message, sha256};
pub(crate) use child::{Onsite, Premises};
pub(crate) use city::{BEARING_PARK, COLD_STORE, HARBOUR, PASSWORD, Role, login_of};
pub(crate) use client::{Answer, Client, http};
pub(crate) use clock::{TestClock, time};
pub(crate) use database::{Backend, TestDatabase, contents, rows};
pub(crate) use fake_provider::{CLIENT_ID, FakeProvider, IdToken, Key};
pub(crate) use fake_s3::{FakeS3, Mood, Quirk};
pub(crate) use log::Log;
pub(crate) use phone::{CHECK_IN_FIELDS, Draft, hold_photos, photo, photo_saved, put};
pub(crate) use provider::{Back, Provider, signed_in_at_provider};
pub(crate) use server::{AppAlone, Photos, TestServer, balanced};
pub(crate) use single_sign_on::{Away, refusal};
pub(crate) use socket::Socket;
