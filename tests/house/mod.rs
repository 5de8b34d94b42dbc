//! What holds of the whole house: its rooms, schema, permissions and README.

mod architecture;
mod permissions;
mod readme;
mod schema;
