//! How an answer to the opening of a WebSocket is spelt.
//!
//! Names of headers may be written in any letters, and HTTP/1.1 is written here in small ones. Some clients look for those
//! of a WebSocket as RFC 6455 spells them all the same, and take one that they do not find for another protocol.

use std::{
    borrow::Cow,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How the answer begins.
const SWITCHING: &[u8] = b"HTTP/1.1 101 ";
/// Its headers, as RFC 6455 spells them.
const NAMES: [&[u8]; 2] = [b"\r\nSec-WebSocket-Accept:", b"\r\nSec-WebSocket-Protocol:"];

/// A connection whose answers to the opening of a WebSocket are spelt like that.
pub(super) struct WebSocketCase<S>(pub(super) S);

/// What is written, with these names spelt; it stays as long as it was.
fn spelt(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.starts_with(SWITCHING) {
        return Cow::Borrowed(bytes);
    }
    let mut bytes = bytes.to_vec();
    for name in NAMES {
        if let Some(at) = bytes.windows(name.len()).position(|part| part.eq_ignore_ascii_case(name)) {
            bytes[at..at + name.len()].copy_from_slice(name);
        }
    }
    Cow::Owned(bytes)
}

impl<S: AsyncRead + Unpin> AsyncRead for WebSocketCase<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WebSocketCase<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, &spelt(bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match pieces.first() {
            Some(first) if first.starts_with(SWITCHING) => self.poll_write(cx, first),
            _ => Pin::new(&mut self.0).poll_write_vectored(cx, pieces),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncWriteExt, BufWriter};

    use super::*;

    #[test]
    fn only_the_opening_of_a_socket_is_spelt() {
        let opening =
            b"HTTP/1.1 101 Switching Protocols\r\nsec-websocket-protocol: x\r\nsec-websocket-accept: y\r\n\r\n";
        let expected =
            b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Protocol: x\r\nSec-WebSocket-Accept: y\r\n\r\n";
        assert_eq!(&*spelt(opening), expected);
        let other = b"HTTP/1.1 200 OK\r\nsec-websocket-protocol: x\r\n\r\n";
        assert!(matches!(spelt(other), Cow::Borrowed(same) if same == other));
    }

    /// What is encrypted waits for that until all of it fits.
    #[tokio::test]
    async fn what_is_flushed_goes_on() {
        let mut line = WebSocketCase(BufWriter::new(Vec::new()));
        line.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        assert!(line.0.get_ref().is_empty());
        line.flush().await.unwrap();
        assert_eq!(line.0.get_ref().as_slice(), b"HTTP/1.1 200 OK\r\n\r\n");
    }
}
