//! The stream of a connection that was let in, with its place.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;

use super::Place;
use crate::line::Line;

/// A peer that takes not a byte of its answer for this long is given up.
const STALL: Duration = Duration::from_secs(60);

/// What the HTTP stack reads and writes.
pub struct Admitted {
    /// Under TLS boxed: with the state of its cipher it is many times as large.
    stream: Either<TcpStream, Box<TlsStream<TcpStream>>>,
    place: Place,
    /// While the peer takes nothing: until when.
    stall: Option<Pin<Box<Sleep>>>,
}

impl Admitted {
    /// A stream that was just accepted.
    pub fn new(stream: TcpStream, place: Place) -> Self {
        Self::over(Either::Left(stream), place)
    }

    /// A stream whose TLS handshake was just done.
    pub fn encrypted(stream: TlsStream<TcpStream>, place: Place) -> Self {
        Self::over(Either::Right(Box::new(stream)), place)
    }

    fn over(stream: Either<TcpStream, Box<TlsStream<TcpStream>>>, place: Place) -> Self {
        Self {
            stream,
            place,
            stall: None,
        }
    }

    /// The line, for those who read and write it without the HTTP stack; and the place, to be kept as long.
    pub fn into_parts(self) -> (Line, Place) {
        let line = match self.stream {
            Either::Left(stream) => stream.into(),
            Either::Right(stream) => (*stream).into(),
        };
        (line, self.place)
    }

    fn patiently<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stall = None;
            return written;
        }
        let stall = self.stall.get_or_insert_with(|| Box::pin(sleep(STALL)));
        stall
            .as_mut()
            .poll(context)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Admitted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Admitted {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.patiently(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.patiently(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // TLS takes some more than the system does, and waits here.
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.patiently(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut_down = Pin::new(&mut self.stream).poll_shutdown(context);
        self.patiently(context, shut_down)
    }
}

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncWriteExt as _, time::Instant};

    use super::*;
    use crate::{
        door::{Door, DoorLimits},
        line::tests::{Kind, accepted},
    };

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_takes_nothing_is_given_up_whatever_the_line_speaks() {
        let door = Door::new(DoorLimits::new(None, true));
        for kind in [Kind::Plain, Kind::Encrypted] {
            let (stream, _peer) = accepted(kind).await;
            let place = door.admit([127, 0, 0, 1].into()).unwrap();
            let mut admitted = match stream {
                Either::Left(stream) => Admitted::new(stream, place),
                Either::Right(stream) => Admitted::encrypted(stream, place),
            };
            let answer = vec![b'x'; 40_000];
            let began = Instant::now();
            let error = loop {
                if let Err(error) = admitted.write_all(&answer).await {
                    break error;
                }
                if let Err(error) = admitted.flush().await {
                    break error;
                }
            };
            assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{kind:?}");
            assert_eq!(began.elapsed(), STALL, "{kind:?}");
        }
    }
}
