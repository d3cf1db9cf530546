//! Posts messages.

use app::protocol::{ClientMessageId, Number, Rejection, Reply, RoomId};

use crate::{
    access::Actor,
    service::{ChatError, Draft, Pace, Service},
};

pub(super) async fn post_message(
    service: &Service,
    actor: &Actor,
    room: RoomId,
    client_message_id: ClientMessageId,
    body: String,
    read: Option<Number>,
) -> Result<Reply, ChatError> {
    let draft = Draft::new(client_message_id, body, read)?;
    let replies = post(service, actor, room, vec![draft]).await?;
    replies.into_iter().next().unwrap_or(Err(ChatError::Interrupted))
}

/// What a connection wishes to post, if the actor's pace and the text itself allow it.
pub fn draft(
    service: &Service,
    actor: &Actor,
    client_message_id: ClientMessageId,
    body: String,
    read: Option<Number>,
) -> Result<Draft, Rejection> {
    service.limits().check(actor.id(), Pace::Write)?;
    Ok(Draft::new(client_message_id, body, read)?)
}

/// Posts to one room what a connection sent in one go. One answer for each draft, in order.
pub async fn post_together(
    service: &Service,
    actor: &Actor,
    room: RoomId,
    drafts: Vec<Draft>,
) -> Vec<Result<Reply, Rejection>> {
    let count = drafts.len();
    match post(service, actor, room, drafts).await {
        Ok(replies) => replies.into_iter().map(|reply| Ok(reply?)).collect(),
        Err(error) => vec![Err(error.into()); count],
    }
}

async fn post(
    service: &Service,
    actor: &Actor,
    room: RoomId,
    drafts: Vec<Draft>,
) -> Result<Vec<Result<Reply, ChatError>>, ChatError> {
    let permit = service.access().can_post(actor, room).await?;
    let posted = service.post(permit, drafts).await?;
    let replies = posted.into_iter().map(|result| {
        result.map(|posted| Reply::Posted {
            number: posted.number,
            seq: posted.seq,
        })
    });
    Ok(replies.collect())
}
