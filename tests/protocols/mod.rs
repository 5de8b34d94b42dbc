//! How clients talk with the server: HTTP, WebSocket, events; answers, limits, faults.

mod answers;
mod bounds;
mod breakdown;
mod hostile;
pub(crate) mod hostile_documents;
pub(crate) mod hostile_loops;
mod levels;
mod live;
mod logging;
mod moments;
mod over_events;
mod over_http;
mod over_websocket;
mod reading;
mod real_clients;
mod refusals;
mod slow_takers;
mod statement_count;
mod transport;
mod typed_client;
