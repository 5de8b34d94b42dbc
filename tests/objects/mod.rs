//! The object store: a directory and S3 servers of several kinds, there and away.

mod object_store;
mod s3_servers;
mod store_away;
