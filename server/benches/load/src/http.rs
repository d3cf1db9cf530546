//! HTTP/1.1 for one request after the other on one connection, counting its bytes.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::target::{Stream, Target};

/// Longer than any long poll.
const PATIENCE: Duration = Duration::from_secs(40);

/// One connection.
pub struct Http {
    stream: BufReader<Stream<TcpStream>>,
    address: SocketAddr,
    token: Option<String>,
    /// Requests made.
    pub requests: u64,
    /// Bytes sent and received, headers included.
    pub bytes: u64,
}

impl Http {
    /// Connects.
    pub fn to(server: impl Into<Target>, token: Option<String>) -> Result<Self> {
        let server = server.into();
        let stream = TcpStream::connect(server.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream: BufReader::new(server.over(stream)?),
            address: server.address,
            token,
            requests: 0,
            bytes: 0,
        })
    }

    /// Asks for JSON.
    pub fn get(&mut self, path: &str) -> Result<Value> {
        Ok(serde_json::from_str(&self.request("GET", path, "")?)?)
    }

    /// Sends JSON, and is answered with JSON.
    pub fn post(&mut self, path: &str, body: &Value) -> Result<Value> {
        Ok(serde_json::from_str(&self.request("POST", path, &body.to_string())?)?)
    }

    /// One request; anything but 2xx is an error.
    pub fn request(&mut self, method: &str, path: &str, body: &str) -> Result<String> {
        let credential = self
            .token
            .as_ref()
            .map(|token| format!("Authorization: Bearer {token}\r\n"))
            .unwrap_or_default();
        let kind = if body.is_empty() {
            ""
        } else {
            "Content-Type: application/json\r\n"
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{credential}{kind}Content-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        self.requests += 1;
        self.bytes += request.len() as u64;
        let status = self.line()?;
        let mut length = Some(0);
        loop {
            let line = self.line()?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            } else if let Some(value) = line.strip_prefix("content-length:") {
                length = Some(value.trim().parse()?);
            } else if line.starts_with("transfer-encoding:") {
                length = None;
            }
        }
        let body = String::from_utf8(match length {
            Some(length) => self.exactly(length)?,
            None => self.chunks()?,
        })?;
        match status.split(' ').nth(1) {
            Some(code) if code.starts_with('2') => Ok(body),
            _ => bail!("{method} {path}: {status}: {body}"),
        }
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        let length = self.stream.read_line(&mut line).context("no answer")?;
        if length == 0 {
            bail!("the server hung up");
        }
        self.bytes += length as u64;
        Ok(line.trim_end().to_owned())
    }

    fn exactly(&mut self, length: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes)?;
        self.bytes += length as u64;
        Ok(bytes)
    }

    fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut all = Vec::new();
        loop {
            let length = usize::from_str_radix(&self.line()?, 16)?;
            all.extend(self.exactly(length)?);
            self.line()?;
            if length == 0 {
                return Ok(all);
            }
        }
    }
}
