//! What it would cost to compress live frames as permessage-deflate does (RFC 7692): each connection has a context of its own, so each
//! frame is compressed once for each connection, while without it all get the same bytes.

use anyhow::{Result, ensure};
use flate2::{Compress, Compression, FlushCompress};

use crate::{
    options::Options,
    post,
    process::{cpu_seconds, resident_kib},
};

/// Connections that are compressed for.
const CONNECTIONS: usize = 1_000;
/// What each flush ends with, and permessage-deflate leaves out.
const TAIL: usize = 4;
/// Frames that differ: more than the window holds, so that no context has seen the next one before.
const FRAMES: usize = 512;

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub struct Deflate {
    /// Bytes of a live frame of one message.
    pub plain: f64,
    /// Bytes of it once the context has seen many of its kind.
    pub deflated: f64,
    /// Bytes of it without a context, which could be the same for all.
    pub alone: f64,
    /// CPU for one frame and one connection, in microseconds.
    pub cpu: f64,
    /// KiB of one context.
    pub kib: f64,
}

/// Measures it once, in this process.
pub fn measure(options: &Options) -> Result<Deflate> {
    let frames: Vec<String> = (0..FRAMES as u64).map(post::changes).collect();
    let plain = frames.iter().map(String::len).sum::<usize>() as f64 / FRAMES as f64;
    let own = std::process::id();
    let mut output = Vec::with_capacity(64 * 1024);

    let before = resident_kib(own)?;
    let mut contexts: Vec<_> = (0..CONNECTIONS).map(|_| context()).collect();
    // What a context holds it takes when it is first used.
    let mut one_each = |frame: &str| -> Result<usize> {
        let mut bytes = 0;
        for context in &mut contexts {
            bytes += deflate(context, frame, &mut output)?;
        }
        Ok(bytes)
    };
    for frame in frames.iter().take(16) {
        one_each(frame)?;
    }
    let kib = (resident_kib(own)? - before) / CONNECTIONS as f64;

    let (mut bytes, mut compressed, cpu) = (0, 0, cpu_seconds(own)?);
    let mut next = frames.iter().cycle();
    while cpu_seconds(own)? - cpu < options.seconds {
        if let Some(frame) = next.next() {
            bytes += one_each(frame)?;
            compressed += CONNECTIONS;
        }
    }
    let cpu = (cpu_seconds(own)? - cpu) * 1e6 / compressed as f64;
    let alone = deflate(&mut context(), &frames[0], &mut output)? as f64;
    Ok(Deflate {
        plain,
        deflated: bytes as f64 / compressed as f64,
        alone,
        cpu,
        kib,
    })
}

/// The fastest level, and the window that browsers ask for.
fn context() -> Compress {
    Compress::new(Compression::fast(), false)
}

/// Compresses one frame; gives its length.
fn deflate(context: &mut Compress, frame: &str, output: &mut Vec<u8>) -> Result<usize> {
    output.clear();
    context.compress_vec(frame.as_bytes(), output, FlushCompress::Sync)?;
    ensure!(
        output.len() > TAIL && output.len() < output.capacity(),
        "a frame was not compressed whole"
    );
    Ok(output.len() - TAIL)
}
