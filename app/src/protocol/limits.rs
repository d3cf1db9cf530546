//! Limits that both sides keep: the composer refuses what the server would.
//! Lengths of text are counted in Unicode scalar values ("characters"), others as their names say.

/// A message's text: 1 to this many characters, not only white space.
pub const BODY_CHARS: usize = 10_000;
/// A room's name: 1 to this many characters.
pub const ROOM_NAME_CHARS: usize = 80;
/// A room's topic: 0 to this many characters.
pub const TOPIC_CHARS: usize = 250;
/// A person's display name: 1 to this many characters.
pub const USER_NAME_CHARS: usize = 40;
/// A `client_message_id`: 1 to this many ASCII characters.
pub const CLIENT_MESSAGE_ID_CHARS: usize = 64;
/// One frame of a client, in bytes. A longer one closes the connection with 1009.
pub const FRAME_BYTES: usize = 64 * 1024;
/// Rooms that one connection watches at a time.
pub const WATCHED_ROOMS: usize = 50;
/// Frames in a row that are refused because they cannot be read, are of no known type or come too fast; the last one closes the
/// connection with 1008.
pub const REFUSALS_IN_A_ROW: u32 = 1_000;
/// People whose presence one connection watches at a time.
pub const WATCHED_PEOPLE: usize = 200;
/// WebSocket connections that one person has at a time; the next is closed with 4003.
pub const CONNECTIONS_PER_PERSON: usize = 100;
/// Rows in one page or one `changes` frame.
pub const PAGE_ROWS: usize = 500;
/// Bytes of rows in one page or one `changes` frame; a page holds at least one row.
pub const PAGE_BYTES: usize = 128 * 1024;
/// Messages in the newest page of a room that a snapshot carries.
pub const SNAPSHOT_MESSAGES: usize = 50;
/// A reader that is more changes behind than this gets a `gap` instead of changes.
pub const CATCH_UP_CHANGES: u64 = 5_000;
/// Rooms that once have more members than this are large from then on: they carry a count instead of member rows.
pub const MEMBER_ROWS: u64 = 1_000;
/// Messages in one page when nobody says how many.
pub const USUAL_PAGE: usize = 50;
/// Rooms in one answer to `list_rooms`.
pub const ROOMS_LISTED: usize = 100;
/// Members in one answer to `get_members`.
pub const MEMBERS_LISTED: usize = 200;
/// People in one `get_users`.
pub const PROFILES: usize = 200;
/// Rooms that one person may be in: their list is told at a time.
pub const ROOMS_PER_PERSON: usize = 1_000;
/// Seconds that a long poll may wait.
pub const POLL_WAIT_SECONDS: u64 = 25;
/// Seconds between two heartbeats of the server.
pub const HEARTBEAT_SECONDS: u64 = 10;
/// Seconds of silence after which a client takes its connection for dead.
pub const SILENCE_SECONDS: u64 = 25;
/// Seconds for which one `set_typing` is shown.
pub const TYPING_SECONDS: u64 = 6;
