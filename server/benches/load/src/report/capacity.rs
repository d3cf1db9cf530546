//! What the figures would mean for a community of some size: the model of docs/performance.md, with the coefficients that were
//! measured in the same run.

use std::fmt::Write as _;

use anyhow::Result;

use super::Figures;
use crate::{
    post,
    scenarios::{
        nodes::SETTINGS,
        posts::{Database, Deed, MARKS, POSTS_TOGETHER},
    },
    server::Kind,
};

/// Communities of so many connections.
const COMMUNITIES: [f64; 4] = [1e3, 1e4, 1e5, 1e6];
/// S: seconds between two posts of one person.
const SECONDS_BETWEEN_POSTS: f64 = 300.0;
/// R: connections that watch the same room.
const ROOM: f64 = 50.0;
/// A: the share of those who look at the room, so that each message moves their read marker.
const ATTENTION: f64 = 0.1;
/// A node's cores, of which half is used.
const CORES: f64 = 8.0;
const USED: f64 = 0.5;
/// MiB of a node, of which half is used.
const MEMORY: f64 = 16.0 * 1024.0;
/// Connections of one node: open files, and people who come to the others when it ends.
const CONNECTIONS: f64 = 100_000.0;
/// Bytes that travel on the bus with a frame: its subject, and the header of what a node says.
const ENVELOPE: f64 = 100.0;

/// What was measured. CPU is in microseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coefficients {
    /// m₀: MiB of a program that has done nothing yet.
    program: f64,
    /// m: KiB of an idle connection.
    connection: f64,
    /// h: an idle connection, in a second.
    heartbeat: f64,
    /// d: one delivery.
    delivery: f64,
    /// p, q: one post, at the node and in the database.
    post: [f64; 2],
    /// r, s: one read marker, at the node and in the database.
    mark: [f64; 2],
    /// b: one message at one node, in the bus.
    bus: f64,
}

/// A community by these.
#[derive(Clone, Copy, Debug)]
struct Community {
    connections: f64,
    posts: f64,
    deliveries: f64,
    marks: f64,
    nodes: f64,
    /// What more nodes are needed for; nothing with one.
    bound: &'static str,
}

impl Coefficients {
    /// `None` when not all of it was measured.
    pub(super) fn of(figures: &Figures) -> Option<Self> {
        let idle = figures.idle.iter().find(|row| row.kind == Kind::Magpie)?;
        let start = figures.start.as_ref()?;
        let most = *SETTINGS.last()?;
        let of = |deed: Deed| {
            [
                figures.of_deed(Database::Postgres, deed, |row| row.cpu),
                figures.of_deed(Database::Postgres, deed, |row| row.database_cpu),
            ]
        };
        let coefficients = Self {
            program: start.idle_mib,
            connection: idle.kib,
            heartbeat: idle.load * 1e6 / idle.connections as f64,
            delivery: figures.of_nodes(most, 1, |row| row.cpu),
            post: of(POSTS_TOGETHER),
            mark: of(MARKS),
            bus: figures.of_nodes(most, 1, |row| row.nats_cpu),
        };
        // The median of nothing is no number.
        let measured = coefficients.delivery + coefficients.post[0] + coefficients.mark[0];
        measured.is_finite().then_some(coefficients)
    }

    pub(super) fn write(&self, text: &mut String) -> Result<()> {
        let Self {
            program,
            connection,
            heartbeat,
            delivery,
            post: [post, kept],
            mark: [mark, marked],
            bus,
        } = self;
        writeln!(
            text,
            "\n### Capacity, computed\n\nNothing of this table was measured: it is the model of the section Capacity with m₀ = {program:.1} MiB, \
             m = {connection:.1} KiB, h = {heartbeat:.1} µs,\nd = {delivery:.2} µs, p = {post:.0} µs, q = {kept:.0} µs, r = {mark:.0} µs, \
             s = {marked:.0} µs, b = {bus:.0} µs from the rows above, S = {SECONDS_BETWEEN_POSTS} s, R = {ROOM}, A = {ATTENTION}.\n"
        )?;
        let all = COMMUNITIES.map(|connections| self.community(connections));
        writeln!(
            text,
            "| connections |{}",
            cells(&all, |one| format!("{}", one.connections))
        )?;
        writeln!(text, "|---|{}", "--:|".repeat(all.len()))?;
        let mut row =
            |name: &str, cell: &dyn Fn(&Community) -> String| writeln!(text, "| {name} |{}", cells(&all, cell));
        row("posts/s", &|one| format!("{:.0}", one.posts))?;
        row("deliveries/s", &|one| format!("{:.0}", one.deliveries))?;
        row("read markers/s", &|one| format!("{:.0}", one.marks))?;
        row("nodes", &|one| format!("{}", one.nodes))?;
        row("because of", &|one| one.bound.to_owned())?;
        row("MiB of each node", &|one| format!("{:.0}", self.memory(one)))?;
        row("cores busy at each node", &|one| format!("{:.2}", self.cores(one)))?;
        row("nodes that a message reaches", &|one| format!("{:.1}", one.reached()))?;
        row("messages/s out of the bus", &|one| format!("{:.0}", one.told()))?;
        row("MB/s out of the bus", &|one| {
            format!("{:.1}", one.told() * frame_bytes() / 1e6)
        })?;
        row("cores busy in the bus", &|one| format!("{:.2}", self.bus_cores(one)))?;
        row("cores busy in the database", &|one| {
            format!("{:.2}", self.database_cores(one))
        })?;
        Ok(())
    }

    /// With as few nodes as carry it, and one more where there are several: any one may end.
    fn community(&self, connections: f64) -> Community {
        let posts = connections / SECONDS_BETWEEN_POSTS;
        let mut community = Community {
            connections,
            posts,
            deliveries: posts * ROOM,
            marks: posts * ROOM * ATTENTION,
            nodes: 1.0,
            bound: "",
        };
        while let Some(bound) = self.bound(&community) {
            community.bound = bound;
            community.nodes += 1.0;
        }
        if community.nodes > 1.0 {
            community.nodes += 1.0;
        }
        community
    }

    /// What so many nodes have too little of.
    fn bound(&self, community: &Community) -> Option<&'static str> {
        let limits = [
            ("CPU", self.cores(community), CORES * USED),
            ("memory", self.memory(community), MEMORY * USED),
            ("connections", community.connections / community.nodes, CONNECTIONS),
        ];
        let exceeded = limits.into_iter().find(|(_, needed, present)| needed > present);
        exceeded.map(|(name, ..)| name)
    }

    /// MiB of each node.
    fn memory(&self, community: &Community) -> f64 {
        self.program + community.connections / community.nodes * self.connection / 1024.0
    }

    /// Cores that each node uses. To be told of a message is taken to cost a node as much as to be given it.
    fn cores(&self, community: &Community) -> f64 {
        let all = community.connections * self.heartbeat
            + community.deliveries * self.delivery
            + community.posts * community.reached() * self.post[0]
            + community.marks * self.mark[0];
        all / community.nodes / 1e6
    }

    fn bus_cores(&self, community: &Community) -> f64 {
        if community.nodes == 1.0 {
            return 0.0;
        }
        (community.posts * community.reached() + community.marks) * self.bus / 1e6
    }

    fn database_cores(&self, community: &Community) -> f64 {
        (community.posts * self.post[1] + community.marks * self.mark[1]) / 1e6
    }
}

impl Community {
    /// Nodes at which somebody watches a room, when chance leads people to nodes: f = N · (1 − (1 − 1 ÷ N)^R).
    fn reached(&self) -> f64 {
        self.nodes * (1.0 - (1.0 - 1.0 / self.nodes).powf(ROOM))
    }

    /// Messages that leave the bus in a second: the node that was given one does not need to hear of it.
    fn told(&self) -> f64 {
        self.posts * (self.reached() - 1.0)
    }
}

fn frame_bytes() -> f64 {
    post::as_magpie_sends_it().len() as f64 + ENVELOPE
}

fn cells(all: &[Community], cell: impl Fn(&Community) -> String) -> String {
    all.iter().map(|one| format!(" {} |", cell(one))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COEFFICIENTS: Coefficients = Coefficients {
        program: 30.0,
        connection: 8.0,
        heartbeat: 5.0,
        delivery: 10.0,
        post: [100.0, 200.0],
        mark: [50.0, 100.0],
        bus: 10.0,
    };

    #[test]
    fn a_small_community_needs_one_node() {
        let community = COEFFICIENTS.community(1_000.0);
        assert_eq!((community.nodes, community.bound), (1.0, ""));
        assert_eq!((community.reached(), community.told()), (1.0, 0.0));
        assert_eq!(COEFFICIENTS.memory(&community), 30.0 + 1_000.0 * 8.0 / 1024.0);
    }

    #[test]
    fn a_large_one_is_carried_even_when_a_node_has_ended() {
        let mut community = COEFFICIENTS.community(1e6);
        assert!(!community.bound.is_empty());
        community.nodes -= 1.0;
        assert_eq!(COEFFICIENTS.bound(&community), None);
        community.nodes -= 1.0;
        assert!(COEFFICIENTS.bound(&community).is_some());
    }

    #[test]
    fn each_row_has_a_cell_for_each_community() {
        let mut text = String::new();
        COEFFICIENTS.write(&mut text).unwrap();
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert!(rows.len() > 2);
        assert!(rows.iter().all(|row| row.matches('|').count() == COMMUNITIES.len() + 2));
    }

    #[test]
    fn a_message_reaches_no_more_nodes_than_there_are_and_no_more_than_listen() {
        let mut community = COEFFICIENTS.community(1e6);
        community.nodes = 2.0;
        assert!(community.reached() <= 2.0 && community.reached() > 1.99);
        community.nodes = 10_000.0;
        assert!(community.reached() <= ROOM && community.reached() > 49.0);
    }
}
