//! A line under TLS, after its handshake.
//!
//! Invariant: plaintext is taken only while no ciphertext waits, and a record's worth at a time. So what is held here is at most
//! one record (and the few bytes that TLS says by itself), and whatever else has to wait does so in the send queue.

use std::{
    io::{self, BufRead as _, IoSlice, Read as _, Write as _},
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
};

use rustls::ServerConnection;
use tokio::net::TcpStream;

use super::socket;
use crate::lock::lock;

/// Plaintext that one record takes (RFC 8446, section 5.1).
pub const RECORD_BYTES: usize = 16 * 1024;
/// How often the socket is asked in one go. A peer that sends records with nothing in them has its turns like everybody.
const ASKS: usize = 16;

/// A socket, and the state of its TLS.
#[derive(Debug)]
pub struct Encrypted {
    stream: TcpStream,
    session: Mutex<Session>,
    /// Bytes of ciphertext that wait. Written under the session's lock, and read without it.
    held: AtomicUsize,
}

#[derive(Debug)]
struct Session {
    connection: ServerConnection,
    /// There may be something to read whatever the socket has: it was read already, or the end was.
    ready: bool,
}

impl Encrypted {
    /// A line whose handshake is done. What was read or is to be written already is not lost.
    pub fn new(stream: TcpStream, mut connection: ServerConnection) -> Self {
        connection.set_buffer_limit(Some(RECORD_BYTES));
        let line = Self {
            stream,
            session: Mutex::new(Session {
                connection,
                ready: true,
            }),
            held: AtomicUsize::new(0),
        };
        // What does not fit waits, as at any other time; a broken line tells whoever writes next.
        let _ = line.try_flush();
        line
    }

    pub(super) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    fn lock(&self) -> MutexGuard<'_, Session> {
        lock(&self.session)
    }

    pub(super) fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    pub(super) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut session = self.lock();
        let mut written = 0;
        while written < bytes.len() {
            match self.encrypt(&mut session, &[IoSlice::new(&bytes[written..])]) {
                Ok(taken) => written += taken,
                Err(error) if is_not_now(&error) && written > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(written)
    }

    pub(super) fn try_write_vectored(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.encrypt(&mut self.lock(), slices)
    }

    pub(super) fn try_flush(&self) -> io::Result<()> {
        self.push_out(&mut self.lock())
    }

    /// Makes one record of what is given, when nothing waits before it.
    fn encrypt(&self, session: &mut Session, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.push_out(session)?;
        let taken = session.connection.writer().write_vectored(slices)?;
        match self.push_out(session) {
            // Taken is taken: it waits as ciphertext.
            Err(error) if !is_not_now(&error) => Err(error),
            _ => Ok(taken),
        }
    }

    /// Writes the ciphertext that waits, as far as the socket takes it; `WouldBlock` when some is left.
    fn push_out(&self, session: &mut Session) -> io::Result<()> {
        while session.connection.wants_write() {
            let mut outlet = Outlet {
                stream: &self.stream,
                left: 0,
            };
            let written = session.connection.write_tls(&mut outlet);
            self.held.store(outlet.left, Ordering::Relaxed);
            if written? == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
        }
        Ok(())
    }

    pub(super) fn try_read(&self, chunk: &mut [u8]) -> io::Result<usize> {
        let mut session = self.lock();
        let read = session.read(&self.stream, chunk);
        // TLS answers some of what it reads: new keys, and what is wrong. A socket that is full or broken tells the writer.
        let _ = self.push_out(&mut session);
        read
    }

    pub(super) async fn readable(&self) -> io::Result<()> {
        let ready = self.lock().ready;
        if ready {
            return Ok(());
        }
        self.stream.readable().await
    }

    /// Says that nothing more comes (`close_notify`), and waits until that is out.
    pub(super) async fn say_goodbye(&self) -> io::Result<()> {
        self.lock().connection.send_close_notify();
        loop {
            match self.try_flush() {
                Err(error) if is_not_now(&error) => self.stream.writable().await?,
                done => return done,
            }
        }
    }
}

impl Session {
    /// Fills the chunk with what there is.
    fn read(&mut self, stream: &TcpStream, chunk: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        // Until the socket says that it is empty.
        self.ready = true;
        for _ in 0..ASKS {
            let end = match self.connection.reader().read(&mut chunk[filled..]) {
                Ok(length) if length > 0 => {
                    filled += length;
                    if filled == chunk.len() {
                        return Ok(filled);
                    }
                    None
                }
                Err(error) if is_not_now(&error) => None,
                end => Some(end),
            };
            let end = end.or_else(|| self.take_in(stream).err().map(Err));
            if let Some(end) = end {
                self.ready = !end.as_ref().is_err_and(is_not_now);
                // An end behind something to read is told next time.
                return if filled > 0 { Ok(filled) } else { end };
            }
        }
        if filled > 0 {
            Ok(filled)
        } else {
            Err(io::ErrorKind::WouldBlock.into())
        }
    }

    /// Reads some of what the socket has, and decrypts it. What is no TLS is told once all that came before it was read, and then
    /// again and again.
    fn take_in(&mut self, stream: &TcpStream) -> io::Result<()> {
        let read = self.connection.read_tls(&mut Inlet(stream));
        let state = self.connection.process_new_packets();
        match state {
            Err(_) if self.has_plaintext() => Ok(()),
            Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
            Ok(_) => read.map(drop),
        }
    }

    fn has_plaintext(&mut self) -> bool {
        self.connection.reader().fill_buf().is_ok_and(|chunk| !chunk.is_empty())
    }
}

fn is_not_now(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}

/// Where ciphertext comes from.
struct Inlet<'a>(&'a TcpStream);

impl io::Read for Inlet<'_> {
    fn read(&mut self, chunk: &mut [u8]) -> io::Result<usize> {
        socket::read(self.0, chunk)
    }
}

/// Where ciphertext goes. Sees all of it, and so knows what is left.
struct Outlet<'a> {
    stream: &'a TcpStream,
    left: usize,
}

impl io::Write for Outlet<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let offered: usize = slices.iter().map(|slice| slice.len()).sum();
        let written = match slices {
            [one] => socket::write(self.stream, one),
            several => self.stream.try_write_vectored(several),
        };
        self.left = offered - written.as_ref().unwrap_or(&0);
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
