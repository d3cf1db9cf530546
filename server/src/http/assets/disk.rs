//! Assets while developing: read again at every request, never cached, so that a saved file shows at once.

use std::{
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use axum::{
    Router,
    extract::Path as Address,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use super::{content_type::content_type, stylesheet};

/// The folders of a checkout.
#[derive(Debug)]
pub struct Disk {
    /// Where cargo-leptos leaves script and WASM.
    site: PathBuf,
    /// The style sheet that imports the others.
    style: PathBuf,
    /// Icons and the like, served at the top.
    public: PathBuf,
}

impl Disk {
    /// The folders of the checkout that the program was started in.
    pub fn from_environment() -> Self {
        let site = std::env::var_os("LEPTOS_SITE_ROOT").map_or_else(|| PathBuf::from("target/site"), PathBuf::from);
        Self::new(site, "style/main.css", "public")
    }

    /// These folders.
    pub fn new(site: impl Into<PathBuf>, style: impl Into<PathBuf>, public: impl Into<PathBuf>) -> Self {
        Self {
            site: site.into(),
            style: style.into(),
            public: public.into(),
        }
    }

    /// `/pkg/…`, and one route per file that lies in `public` at the start.
    pub fn router(self: Arc<Self>) -> Router {
        let disk = self.clone();
        let router = Router::new().route(
            "/pkg/{*path}",
            get(move |Address(path): Address<String>| disk.answer(path)),
        );
        self.public_files().into_iter().fold(router, |router, name| {
            let path = self.public.join(&name);
            router.route(&format!("/{name}"), get(move || file(path)))
        })
    }

    async fn answer(self: Arc<Self>, path: String) -> Response {
        if path == "magpie.css" {
            return fresh(&path, stylesheet::read(&self.style).into());
        }
        if !Path::new(&path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
        {
            return StatusCode::NOT_FOUND.into_response();
        }
        file(self.site.join("pkg").join(path)).await
    }

    fn public_files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.public).into_iter().flatten().flatten();
        entries
            .filter(|entry| entry.path().is_file())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect()
    }
}

async fn file(path: PathBuf) -> Response {
    let name = path.to_string_lossy().into_owned();
    match tokio::task::spawn_blocking(move || std::fs::read(path)).await {
        Ok(Ok(bytes)) => fresh(&name, bytes),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn fresh(name: &str, bytes: Vec<u8>) -> Response {
    (
        [
            (header::CONTENT_TYPE, content_type(name)),
            (header::CACHE_CONTROL, "no-store"),
        ],
        bytes,
    )
        .into_response()
}
