//! Objects read level by level: a field once for all objects of a list, and not once an object.
//!
//! A noun of the schema says in a [`Noun`] which fields it has, and what each is made of: columns of its row, a row it
//! belongs to, rows that belong to it. From that come the schema's own description ([`schema`]), the statements
//! ([`planning`], [`fetching`]) and the answer, written straight from the rows ([`writing`]): nothing is made for a plain
//! field but its text.
//!
//! - **Rows that a row belongs to** are joined to it: their number is none of the number of statements.
//! - **Rows that belong to rows** are fetched in one statement for all of them.
//! - What goes wrong in a field is null, or else what it belongs to is, as the specification says.
//!
//! async-graphql executes what is above: it comes upon a [`Page`], [`Rows`], [`Found`] or [`There`] and gets its answer
//! whole. The document has been normalised before ([`super::plan`]): each key once, no fragments but those that tell types
//! of a node apart.

mod answer;
mod declaration;
mod fetching;
mod fields;
mod leaf;
mod planning;
mod schema;
mod viewing;
mod writing;

pub(in crate::graphql) use answer::{Found, Page, Rows, There};
pub(in crate::graphql) use declaration::{At, Key, Noun, Paged, Place, Source, Stored, Via, argument, column, keyed};
pub(in crate::graphql) use fields::Fields;
pub(in crate::graphql) use leaf::Leaf;
pub(in crate::graphql) use schema::{plain, register};
pub(in crate::graphql) use viewing::Asking;
