//! GraphQL over WebSocket: graphql-transport-ws, authenticated when it is opened.

use std::{sync::Arc, time::Duration};

use async_graphql::{
    Data,
    http::{WebSocket as Protocol, WebSocketProtocols, WsMessage},
};
use axum::{
    extract::{
        WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket, close_code},
    },
    response::{IntoResponse, Response},
};
use futures_util::{SinkExt, StreamExt, future};

use super::{
    Surface,
    authentication::{Unaccepted, access},
};
use crate::app::App;

const PROTOCOL: &str = "graphql-transport-ws";
/// A client that says nothing for this long, not even `ping`, is gone. Subscribers ping.
const SILENCE: Duration = Duration::from_secs(120);

/// Opens a socket.
pub(super) fn open(surface: Surface, upgrade: WebSocketUpgrade) -> Response {
    let limit = surface.gate.limits().body_bytes;
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(limit).max_frame_size(limit);
    if upgrade.selected_protocol().is_none() {
        return (axum::http::StatusCode::BAD_REQUEST, format!("Speak {PROTOCOL}.")).into_response();
    }
    upgrade.on_upgrade(move |socket| serve(surface, socket)).into_response()
}

async fn serve(surface: Surface, socket: WebSocket) {
    let (mut sink, stream) = socket.split();
    let messages = stream
        .take_while(|message| future::ready(message.is_ok()))
        .filter_map(|message| future::ready(message.ok()))
        .take_while(|message| future::ready(!matches!(message, Message::Close(_))))
        .filter(|message| future::ready(matches!(message, Message::Text(_) | Message::Binary(_))))
        .map(Message::into_data);
    let app = Arc::clone(&surface.app);
    let mut answers = Protocol::new(surface.gate, messages, WebSocketProtocols::GraphQLWS)
        .on_connection_init(move |payload| signed_in(app, payload))
        .keepalive_timeout(SILENCE)
        .map(|answer| match answer {
            WsMessage::Text(text) => Message::Text(text.into()),
            WsMessage::Close(code, reason) => Message::Close(Some(CloseFrame { code, reason: reason.into() })),
        });
    let mut stopping = surface.stopping;
    loop {
        let answer = tokio::select! {
            answer = answers.next() => answer,
            // An error means that the server is gone: the same to a client.
            _ = stopping.wait_for(|stopping| *stopping) => Some(going_away()),
        };
        let Some(answer) = answer else { break };
        let last = matches!(answer, Message::Close(_));
        if sink.send(answer).await.is_err() || last {
            break;
        }
    }
}

/// The server stops; a client may find another one.
fn going_away() -> Message {
    Message::Close(Some(CloseFrame { code: close_code::AWAY, reason: "the server is stopping".into() }))
}

/// `connection_init` carries `{"authorization": "Bearer …"}`. Nobody gets a socket without it.
async fn signed_in(app: Arc<App>, payload: serde_json::Value) -> async_graphql::Result<Data> {
    let authorization = payload.get("authorization").or_else(|| payload.get("Authorization"));
    let Some(authorization) = authorization.and_then(serde_json::Value::as_str) else {
        return Err(Unaccepted::Token.error());
    };
    let access = access(&app, authorization).await.map_err(|unaccepted| unaccepted.error())?;
    let mut data = Data::default();
    data.insert(access);
    Ok(data)
}
