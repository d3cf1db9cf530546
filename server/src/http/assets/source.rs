//! Where the assets come from, and under which names pages ask for them.

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderValue, header::X_CONTENT_TYPE_OPTIONS},
};
use tower_http::set_header::SetResponseHeaderLayer;

use super::{bundle::Bundle, disk::Disk};

/// The assets of this program.
#[derive(Clone, Debug)]
pub enum Assets {
    /// Carried in the binary.
    Embedded(Arc<Bundle>),
    /// Read from the checkout, for `cargo leptos watch` and `trunk serve`.
    Disk(Arc<Disk>),
}

impl Assets {
    /// The bundle in the binary when it was built with one (feature `embed`), otherwise the files on disk.
    pub fn load() -> Self {
        #[cfg(feature = "embed")]
        return Self::Embedded(Arc::new(Bundle::embedded()));
        #[cfg(not(feature = "embed"))]
        Self::Disk(Arc::new(Disk::from_environment()))
    }

    /// Address of the JavaScript module that loads the WASM.
    pub fn script(&self) -> &str {
        match self {
            Self::Embedded(bundle) => bundle.script(),
            Self::Disk(_) => "/pkg/magpie.js",
        }
    }

    /// Address of the WASM.
    pub fn wasm(&self) -> &str {
        match self {
            Self::Embedded(bundle) => bundle.wasm(),
            Self::Disk(_) => "/pkg/magpie.wasm",
        }
    }

    /// Address of the style sheet.
    pub fn style(&self) -> &str {
        match self {
            Self::Embedded(bundle) => bundle.style(),
            Self::Disk(_) => "/pkg/magpie.css",
        }
    }

    /// Answers for every asset, and for everything else under `/pkg`.
    pub fn router(&self) -> Router {
        let router = match self {
            Self::Embedded(bundle) => bundle.clone().router(),
            Self::Disk(disk) => disk.clone().router(),
        };
        // Without it a browser may take a file for something else than its content type says.
        router.layer(SetResponseHeaderLayer::overriding(
            X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
    }
}
