//! A line as the hub and the connection's task use it.

mod pair;

use std::{
    io::{self, IoSlice},
    net::Shutdown,
    time::Duration,
};

use socket2::SockRef;
use tokio::time::timeout;

pub(crate) use pair::{Kind, Peer, accepted, pair};

use super::{Line, RECORD_BYTES};

/// Nothing takes this long.
const PATIENCE: Duration = Duration::from_secs(30);
/// What TLS adds to a record, and what it may say by itself.
const OVERHEAD: usize = 256;

const KINDS: [Kind; 2] = [Kind::Plain, Kind::Encrypted];

/// Bytes that tell if one of them is missing or in the wrong place.
fn counting(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index % 251) as u8).collect()
}

fn is_full(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}

/// Writes until there is no room, and gives how much was taken.
fn fill(line: &Line, bytes: &[u8]) -> usize {
    let mut taken = 0;
    loop {
        match line.try_write(&bytes[taken..]) {
            Ok(written) => taken += written,
            Err(error) if is_full(&error) => return taken,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Writes all that there is, waiting for room.
async fn write_all(line: &Line, mut bytes: &[u8]) {
    while !bytes.is_empty() || line.held() > 0 {
        line.writable().await.unwrap();
        let written = if bytes.is_empty() {
            line.try_flush().map(|()| 0)
        } else {
            line.try_write(bytes)
        };
        match written {
            Ok(written) => bytes = &bytes[written..],
            Err(error) => assert!(is_full(&error), "{error}"),
        }
    }
}

/// Waits for something to read.
async fn read(line: &Line, chunk: &mut [u8]) -> io::Result<usize> {
    let reading = async {
        loop {
            line.readable().await?;
            match line.try_read(chunk) {
                Err(error) if is_full(&error) => {}
                read => return read,
            }
        }
    };
    timeout(PATIENCE, reading).await.expect("something comes")
}

/// Reads until the end, in chunks of this size.
async fn read_to_end(line: &Line, size: usize) -> io::Result<Vec<u8>> {
    let (mut all, mut chunk) = (Vec::new(), vec![0; size]);
    loop {
        match read(line, &mut chunk).await? {
            0 => return Ok(all),
            length => all.extend(&chunk[..length]),
        }
    }
}

#[tokio::test]
async fn what_is_written_arrives_and_then_the_end() {
    for kind in KINDS {
        let (line, mut peer) = pair(kind).await;
        let bytes = counting(300_000);
        let writing = async {
            write_all(&line, &bytes).await;
            line.shut_down().await.unwrap();
        };
        let both = async { tokio::join!(writing, peer.read_to_end()).1 };
        let received = timeout(PATIENCE, both).await.expect("it comes to an end");
        assert!(received == bytes, "{kind:?}");
    }
}

#[tokio::test]
async fn a_full_line_takes_nothing_more_and_holds_one_record_at_most() {
    for kind in KINDS {
        let (line, mut peer) = pair(kind).await;
        let bytes = counting(4 * 1024 * 1024);
        let taken = fill(&line, &bytes);
        assert!(taken < bytes.len(), "{kind:?}: nobody reads");
        let held = line.held();
        match kind {
            Kind::Plain => assert_eq!(held, 0),
            Kind::Encrypted => assert!(held > 0 && held <= RECORD_BYTES + OVERHEAD, "{held}"),
        }
        for _ in 0..3 {
            let slices = [IoSlice::new(b"more"), IoSlice::new(b"and more")];
            assert!(is_full(&line.try_write(b"more").unwrap_err()));
            assert!(is_full(&line.try_write_vectored(&slices).unwrap_err()));
            assert_eq!(line.held(), held);
        }
        let writing = async {
            write_all(&line, &bytes[taken..taken + 50_000]).await;
            line.shut_down().await.unwrap();
        };
        let both = async { tokio::join!(writing, peer.read_to_end()).1 };
        let received = timeout(PATIENCE, both).await.expect("it comes to an end");
        assert!(received == bytes[..taken + 50_000], "{kind:?}");
        assert_eq!(line.held(), 0);
    }
}

#[tokio::test]
async fn several_pieces_leave_in_order() {
    for kind in KINDS {
        let (line, mut peer) = pair(kind).await;
        let slices = [b"one, ".as_slice(), b"two, ", b"three"].map(IoSlice::new);
        assert_eq!(line.try_write_vectored(&slices).unwrap(), 15);
        line.shut_down().await.unwrap();
        assert_eq!(peer.read_to_end().await, b"one, two, three", "{kind:?}");
    }
}

/// What TLS has read already makes the socket no longer readable.
#[tokio::test]
async fn what_came_at_once_is_read_whole_however_little_is_read_at_a_time() {
    for kind in KINDS {
        for size in [100, 5_000, 16 * 1024] {
            let (line, mut peer) = pair(kind).await;
            let bytes = counting(40_000);
            peer.write(&bytes[..20_000]).await;
            peer.write(&bytes[20_000..]).await;
            if let Some(session) = &mut peer.session {
                session.send_close_notify();
                peer.write(b"").await;
            } else {
                drop(peer);
            }
            assert!(read_to_end(&line, size).await.unwrap() == bytes, "{kind:?}, {size}");
        }
    }
}

#[tokio::test]
async fn an_end_without_a_goodbye_is_no_end_under_tls() {
    let (line, peer) = pair(Kind::Encrypted).await;
    SockRef::from(&peer.stream).shutdown(Shutdown::Write).unwrap();
    let end = read_to_end(&line, 100).await.unwrap_err();
    assert_eq!(end.kind(), io::ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn what_is_no_tls_breaks_the_line_for_good() {
    let (line, mut peer) = pair(Kind::Encrypted).await;
    // In one packet: what came before is read first.
    let mut bytes = peer.sealed(b"fine, ");
    bytes.extend(b"GET / HTTP/1.1\r\n\r\n");
    peer.write_as_it_is(&bytes).await;
    let mut chunk = [0; 100];
    assert_eq!(read(&line, &mut chunk).await.unwrap(), 6);
    for _ in 0..2 {
        let error = read(&line, &mut chunk).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
    assert!(line.try_write(b"still there?").is_err());
}

#[tokio::test]
async fn keys_are_changed_on_the_peers_wish_also_on_a_full_line() {
    let (line, mut peer) = pair(Kind::Encrypted).await;
    let bytes = counting(4 * 1024 * 1024);
    let mut taken = fill(&line, &bytes);
    for round in 0..5 {
        peer.session.as_mut().unwrap().refresh_traffic_keys().unwrap();
        peer.write(b"new keys").await;
        let mut chunk = [0; 100];
        assert_eq!(read(&line, &mut chunk).await.unwrap(), 8, "round {round}");
        assert!(line.held() <= RECORD_BYTES + OVERHEAD, "{}", line.held());
    }
    let more = &bytes[taken..taken + 100_000];
    taken += more.len();
    let writing = async {
        write_all(&line, more).await;
        line.shut_down().await.unwrap();
    };
    let both = async { tokio::join!(writing, peer.read_to_end()).1 };
    let received = timeout(PATIENCE, both).await.expect("it comes to an end");
    assert!(received == bytes[..taken]);
}
