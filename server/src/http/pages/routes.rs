//! Which page an address shows.

use axum::{
    Router,
    extract::{Path, Request, State},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use http::StatusCode;

use app::protocol::{Command, ErrorCode, ListedRoom, Reply, RoomElsewhere, Slug, Snapshot};

use super::render::{Content, render};
use crate::{
    command::{self, Actor},
    context::Context,
    http::{
        api::Refused,
        headers::in_path,
        identity::{self, PageActor},
    },
};

/// The pages.
pub fn routes() -> Router<Context> {
    // `leptos_axum` does this only for routes that it lists itself. An error says that it was done before.
    let _ = any_spawner::Executor::init_tokio();
    let routes = Router::new()
        .route("/", get(home))
        .route("/rooms", get(rooms))
        .route("/rooms/{slug}", get(room))
        .route("/sign-in", get(sign_in));
    #[cfg(debug_assertions)]
    let routes = routes.route("/kit", get(kit)).route("/kit/demo", get(kit));
    routes
}

/// Goes to the room in which something happened last; shows the empty list when there is none.
async fn home(State(context): State<Context>, PageActor(actor): PageActor, request: Request) -> Response {
    match command::snapshot(&context.service, &actor, None).await {
        Ok(snapshot) => match latest(&snapshot) {
            Some(listed) => Redirect::to(&format!("/rooms/{}", in_path(&listed.room.slug.0))).into_response(),
            None => render(&context, StatusCode::OK, of(snapshot), request).await,
        },
        Err(rejection) => Refused(rejection).into_response(),
    }
}

/// The list, with no room beside it: where a phone goes back to.
async fn rooms(State(context): State<Context>, PageActor(actor): PageActor, request: Request) -> Response {
    without_room(&context, &actor, StatusCode::OK, None, request).await
}

async fn room(
    State(context): State<Context>,
    PageActor(actor): PageActor,
    Path(slug): Path<Slug>,
    request: Request,
) -> Response {
    match command::snapshot(&context.service, &actor, Some(&slug)).await {
        Ok(snapshot) => render(&context, StatusCode::OK, of(snapshot), request).await,
        Err(rejection) => match rejection.code {
            ErrorCode::NotAMember | ErrorCode::RoomNotFound => elsewhere(&context, &actor, slug, request).await,
            _ => Refused(rejection).into_response(),
        },
    }
}

/// The page of an address at which there is no room, or none that the reader is a member of: that one offers to join, and is well.
async fn elsewhere(context: &Context, actor: &Actor, slug: Slug, request: Request) -> Response {
    let find = Command::FindRoom { slug: slug.clone() };
    let room = match command::execute(&context.service, actor, find).await {
        Ok(Reply::Room { room, .. }) => Some(room),
        Ok(_) => None,
        Err(rejection) if rejection.code == ErrorCode::RoomNotFound => None,
        Err(rejection) => return Refused(rejection).into_response(),
    };
    let status = if room.is_some() {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    };
    without_room(context, actor, status, Some(RoomElsewhere { slug, room }), request).await
}

async fn without_room(
    context: &Context,
    actor: &Actor,
    status: StatusCode,
    elsewhere: Option<RoomElsewhere>,
    request: Request,
) -> Response {
    match command::snapshot(&context.service, actor, None).await {
        Ok(snapshot) => {
            let snapshot = Some(snapshot);
            render(context, status, Content { snapshot, elsewhere }, request).await
        }
        Err(rejection) => Refused(rejection).into_response(),
    }
}

async fn sign_in(State(context): State<Context>, request: Request) -> Response {
    match identity::actor(&context, request.headers()).await {
        Ok(Some(_)) => Redirect::to("/").into_response(),
        _ => render(&context, StatusCode::OK, Content::default(), request).await,
    }
}

/// Every part of the screens in every state, where one develops.
#[cfg(debug_assertions)]
async fn kit(State(context): State<Context>, request: Request) -> Response {
    render(&context, StatusCode::OK, Content::default(), request).await
}

/// Everything else.
pub async fn not_found(State(context): State<Context>, request: Request) -> Response {
    render(&context, StatusCode::NOT_FOUND, Content::default(), request).await
}

fn of(snapshot: Snapshot) -> Content {
    Content {
        snapshot: Some(snapshot),
        ..Content::default()
    }
}

fn latest(snapshot: &Snapshot) -> Option<&ListedRoom> {
    snapshot
        .user
        .rooms
        .iter()
        .max_by_key(|listed| (listed.last_posted_at, std::cmp::Reverse(listed.room.id)))
}
