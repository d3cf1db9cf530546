//! A request's body that has to come in time: a peer that drips it byte by byte would hold its place for hours.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// How long a body may take from the moment when it is first waited for.
const BODY_PATIENCE: Duration = Duration::from_secs(30);

/// A body with a deadline.
pub struct TimedBody<B> {
    body: B,
    due: Option<Pin<Box<Sleep>>>,
}

/// Why a body ended early.
#[derive(Debug, thiserror::Error)]
pub enum TimedBodyError<E> {
    /// It did not come in time.
    #[error("the body took too long")]
    TooLong,
    /// What the line said.
    #[error(transparent)]
    Line(#[from] E),
}

impl<B> TimedBody<B> {
    /// The same body.
    pub fn new(body: B) -> Self {
        Self { body, due: None }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for TimedBody<B> {
    type Data = Bytes;
    type Error = TimedBodyError<B::Error>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame.map(|frame| frame.map_err(TimedBodyError::Line)));
        }
        let due = self.due.get_or_insert_with(|| Box::pin(sleep(BODY_PATIENCE)));
        due.as_mut().poll(context).map(|()| Some(Err(TimedBodyError::TooLong)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt as _, Full, StreamBody};
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_drips_is_given_up() {
        let drops = futures::stream::unfold((), |()| async {
            sleep(Duration::from_secs(1)).await;
            Some((Ok::<_, std::io::Error>(Frame::data(Bytes::from_static(b"x"))), ()))
        });
        let began = Instant::now();
        let collected = TimedBody::new(StreamBody::new(Box::pin(drops))).collect().await;
        assert!(matches!(collected, Err(TimedBodyError::TooLong)));
        assert_eq!(began.elapsed(), BODY_PATIENCE);
    }

    #[tokio::test]
    async fn a_body_in_time_is_what_it_is() {
        let whole = TimedBody::new(Full::new(Bytes::from_static(b"whole")));
        assert_eq!(whole.size_hint().exact(), Some(5));
        assert_eq!(whole.collect().await.unwrap().to_bytes(), "whole");
    }
}
