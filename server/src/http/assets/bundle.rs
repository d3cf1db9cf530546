//! The bundle that `scripts/bundle` makes: files named by content, compressed beforehand, kept in memory.
//!
//! Format: `bundle.json` names script, wasm and style; any file may have a `.br` and a `.gz` beside it. What lies under `pkg/` has a
//! name that changes with its content, so a browser may keep it for ever.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use bytes::Bytes;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{
    accept::{self, Encoding},
    content_type::content_type,
};

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const FOR_AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// All files of a bundle.
#[derive(Debug)]
pub struct Bundle {
    index: Index,
    assets: BTreeMap<String, Arc<Asset>>,
}

/// `bundle.json`.
#[derive(Debug, Deserialize)]
struct Index {
    script: String,
    wasm: String,
    style: String,
}

#[derive(Debug)]
struct Asset {
    content_type: &'static str,
    cache: HeaderValue,
    tag: String,
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
}

impl Bundle {
    /// The bundle that this binary was compiled with.
    #[cfg(feature = "embed")]
    pub fn embedded() -> Self {
        #[derive(rust_embed::RustEmbed)]
        #[folder = "../target/bundle"]
        struct Files;

        let files = Files::iter().filter_map(|path| Some((path.to_string(), bytes(Files::get(&path)?.data))));
        Self::from_files(files).expect("scripts/bundle writes bundle.json")
    }

    /// A bundle of these files, by their paths without a leading slash. `None` when `bundle.json` is missing or unreadable.
    pub fn from_files(files: impl IntoIterator<Item = (String, Bytes)>) -> Option<Self> {
        let mut files: BTreeMap<String, Bytes> = files.into_iter().collect();
        let index = serde_json::from_slice(&files.remove("bundle.json")?).ok()?;
        let assets = files
            .iter()
            .filter(|(path, _)| !is_variant(path, &files))
            .map(|(path, plain)| (format!("/{path}"), Arc::new(Asset::new(path, plain, &files))))
            .collect();
        Some(Self { index, assets })
    }

    /// Address of the JavaScript module.
    pub fn script(&self) -> &str {
        &self.index.script
    }

    /// Address of the WASM.
    pub fn wasm(&self) -> &str {
        &self.index.wasm
    }

    /// Address of the style sheet.
    pub fn style(&self) -> &str {
        &self.index.style
    }

    /// One route per file: what is not in the bundle has no address, so there is no path to escape by.
    pub fn router(self: Arc<Self>) -> Router {
        let router = Router::new().route("/pkg/{*missing}", any(StatusCode::NOT_FOUND));
        self.assets.iter().fold(router, |router, (path, asset)| {
            let asset = asset.clone();
            router.route(
                path,
                get(move |headers: HeaderMap| async move { asset.answer(&headers) }),
            )
        })
    }
}

impl Asset {
    fn new(path: &str, plain: &Bytes, files: &BTreeMap<String, Bytes>) -> Self {
        let digest = Sha256::digest(plain);
        Self {
            content_type: content_type(path),
            cache: if path.starts_with("pkg/") {
                FOR_EVER
            } else {
                FOR_AN_HOUR
            },
            tag: digest[..8].iter().map(|byte| format!("{byte:02x}")).collect(),
            plain: plain.clone(),
            brotli: files.get(&format!("{path}.br")).cloned(),
            gzip: files.get(&format!("{path}.gz")).cloned(),
        }
    }

    fn answer(&self, request: &HeaderMap) -> Response {
        let (body, encoding) = match (accept::best(request), &self.brotli, &self.gzip) {
            (Encoding::Brotli, Some(brotli), _) => (brotli, Some("br")),
            (Encoding::Brotli | Encoding::Gzip, _, Some(gzip)) if accept::takes_gzip(request) => (gzip, Some("gzip")),
            _ => (&self.plain, None),
        };
        // The same file in another encoding is another representation, with a tag of its own (RFC 9110, 8.8.3).
        let tag = format!("\"{}-{}\"", self.tag, encoding.unwrap_or("plain"));
        let known = request
            .get(header::IF_NONE_MATCH)
            .is_some_and(|value| value.as_bytes() == tag.as_bytes());

        let mut answer = if known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            Response::new(axum::body::Body::from(body.clone()))
        };
        let headers = answer.headers_mut();
        headers.insert(header::CACHE_CONTROL, self.cache.clone());
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(
            header::ETAG,
            HeaderValue::from_str(&tag).expect("hexadecimal digits and letters"),
        );
        if !known {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
            if let Some(encoding) = encoding {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
        }
        answer
    }
}

/// Whether this is another file's compressed form, which has no address of its own.
fn is_variant(path: &str, files: &BTreeMap<String, Bytes>) -> bool {
    [".br", ".gz"]
        .iter()
        .any(|suffix| path.strip_suffix(suffix).is_some_and(|plain| files.contains_key(plain)))
}

/// Embedded files are borrowed from the binary itself: no copy.
#[cfg_attr(
    not(feature = "embed"),
    expect(dead_code, reason = "only the embedded bundle comes as Cow")
)]
fn bytes(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    }
}
