//! How many bytes a row takes on the wire: what `PAGE_BYTES` counts.

use std::io::{self, Write};

use serde::Serialize;

/// The length of the value's JSON, without making it.
pub(in crate::store) fn wire_size(value: &impl Serialize) -> usize {
    let mut count = Count(0);
    serde_json::to_writer(&mut count, value).expect("rows have string keys only, and counting does not fail");
    count.0
}

struct Count(usize);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
