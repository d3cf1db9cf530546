//! Magpie from the outside: people, rooms, and what a client says first.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::{frame, http::Http, target::Target};

/// Somebody who signed up, and where their feeds stood then.
pub struct Person {
    /// The bearer token.
    pub token: String,
    /// Names the database.
    epoch: String,
    user: u64,
    community: u64,
    rooms: Vec<(u64, u64)>,
}

impl Person {
    /// Signs people up.
    pub fn sign_up(server: impl Into<Target>, count: usize) -> Result<Vec<Self>> {
        let server = server.into();
        let mut http = Http::to(server.clone(), None)?;
        let tokens: Vec<String> = (0..count)
            .map(|index| {
                let signed_in = http.post("/api/v1/session", &json!({ "name": format!("Person {index}") }))?;
                Ok(signed_in["token"].as_str().context("no token")?.to_owned())
            })
            .collect::<Result<_>>()?;
        // All have arrived before anybody's positions are read: nobody has anything to catch up with.
        tokens
            .into_iter()
            .map(|token| Self::look_up(server.clone(), token))
            .collect()
    }

    /// Where somebody's feeds stand now.
    pub fn look_up(server: impl Into<Target>, token: String) -> Result<Self> {
        let snapshot = Http::to(server, Some(token.clone()))?.get("/api/v1/snapshot")?;
        let rooms = snapshot["user"]["rooms"].as_array().context("no rooms")?;
        let rooms = rooms
            .iter()
            .map(|listed| Ok((number(&listed["room"]["id"])?, number(&listed["head"])?)));
        Ok(Self {
            epoch: snapshot["epoch"].as_str().context("no epoch")?.to_owned(),
            user: number(&snapshot["user"]["position"])?,
            community: number(&snapshot["community"])?,
            rooms: rooms.collect::<Result<_>>()?,
            token,
        })
    }

    /// The room that everybody is in from the start.
    pub fn first_room(&self) -> Result<u64> {
        Ok(self.rooms.first().context("nobody is in a room from the start")?.0)
    }

    /// The positions held, as `hello` and polls say them; `rooms` are watched.
    pub fn positions(&self, rooms: &[u64]) -> Value {
        let held = |room: &u64| self.rooms.iter().find(|(id, _)| id == room).map(|(_, head)| *head);
        let watch: serde_json::Map<_, _> = rooms.iter().map(|room| (room.to_string(), json!(held(room)))).collect();
        json!({ "protocol": 1, "epoch": self.epoch, "user": self.user, "community": self.community, "watch": watch })
    }

    /// Where a room stood.
    pub fn head(&self, room: u64) -> Result<u64> {
        let known = self.rooms.iter().find(|(id, _)| *id == room);
        Ok(known.context("not in this room")?.1)
    }

    /// The first frame of a connection that watches one room, and has all up to here.
    pub fn hello_after(&self, room: u64, position: u64) -> Vec<u8> {
        let mut hello = self.positions(&[]);
        hello["watch"][room.to_string()] = json!(position);
        hello["id"] = json!(0);
        hello["type"] = json!("hello");
        frame::text(&hello.to_string())
    }

    /// The first frame of a connection.
    pub fn hello(&self, rooms: &[u64]) -> Vec<u8> {
        let mut hello = self.positions(rooms);
        hello["id"] = json!(0);
        hello["type"] = json!("hello");
        frame::text(&hello.to_string())
    }

    /// Makes a room of one's own.
    pub fn create_room(&self, server: SocketAddr, name: &str) -> Result<u64> {
        let mut http = Http::to(server, Some(self.token.clone()))?;
        let made = http.post("/api/v1/rooms", &json!({ "name": name, "topic": "" }))?;
        number(&made["room"]["id"]).or_else(|_| number(&made["id"]))
    }

    /// Joins somebody else's room.
    pub fn join_room(&self, server: SocketAddr, room: u64) -> Result<()> {
        let mut http = Http::to(server, Some(self.token.clone()))?;
        http.post(&format!("/api/v1/rooms/{room}/join"), &json!({}))?;
        Ok(())
    }

    /// The header line that says who connects.
    pub fn credential(&self) -> String {
        format!("Authorization: Bearer {}\r\n", self.token)
    }
}

fn number(value: &Value) -> Result<u64> {
    value
        .as_u64()
        .with_context(|| format!("expected a number, not {value}"))
}
