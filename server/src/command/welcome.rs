//! The answer to `hello`, by whichever road it came.

use app::protocol::{
    Activity, ErrorCode, FeedId, Hello, Rejection, RequestId, Seq, VERSION, Welcome, limits::WATCHED_ROOMS,
};

use super::rejection::{rejection, too_many};
use crate::{
    access::Actor,
    service::{Service, StoreError},
};

/// The welcome, and from where each feed is to go on: one's own first, then the community's, then the rooms named.
/// Positions of another epoch are void.
pub async fn welcome(
    service: &Service,
    actor: &Actor,
    id: RequestId,
    hello: &Hello,
) -> Result<(Welcome, Vec<(FeedId, Option<Seq>)>), Rejection> {
    if hello.protocol != VERSION {
        return Err(rejection(
            ErrorCode::UnsupportedProtocol,
            "this server speaks protocol 1",
        ));
    }
    if hello.watch.len() > WATCHED_ROOMS {
        return Err(too_many(WATCHED_ROOMS));
    }
    let epoch = service.epoch();
    let same_history = hello.epoch.as_ref() == Some(&epoch);
    let held = |position: Option<Seq>| position.filter(|_| same_history);
    let mut positions = vec![
        (FeedId::User(actor.id()), held(hello.user)),
        (FeedId::Community, held(hello.community)),
    ];
    positions.extend(
        hello
            .watch
            .iter()
            .map(|(room, position)| (FeedId::Room(*room), held(*position))),
    );
    let rooms = activities(service, actor).await?;
    Ok((
        Welcome {
            id,
            protocol: VERSION,
            epoch,
            you: actor.user.clone(),
            rooms,
        },
        positions,
    ))
}

/// Where each of the actor's rooms stands.
pub async fn activities(service: &Service, actor: &Actor) -> Result<Vec<Activity>, Rejection> {
    Ok(service.activities(actor).await?)
}

/// Whether what happens on other nodes comes late just now. What `heartbeat` tells.
pub fn is_delayed(service: &Service) -> bool {
    !service.reaches_other_nodes()
}

/// Whether this node can do its work; a sentence for the operator either way. What `/readyz` tells.
pub async fn check_parts(service: &Service) -> Result<&'static str, &'static str> {
    match service.check_store().await {
        // It goes on with its work without the bus, only later by a few seconds.
        Ok(()) if is_delayed(service) => {
            Ok("ready\nthe bus is away: what happens on other nodes is told a few seconds late")
        }
        Ok(()) => Ok("ready"),
        Err(StoreError::Corrupt { .. }) => Err("the database is damaged; restore a backup"),
        Err(_) => Err("the database cannot be written or read just now"),
    }
}
