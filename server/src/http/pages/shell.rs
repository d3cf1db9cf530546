//! The document around the app: what browsers need before anything is drawn.

use leptos::{hydration::AutoReload, nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use app::{
    client::Client,
    ui::{FormSeed, Page},
};

use crate::http::assets::Assets;

/// Where `cargo leptos watch` tells pages to reload; Cargo.toml says the same.
pub(super) const RELOAD_PORT: u32 = 3001;

/// The whole document. `snapshot` is JSON, or empty where there is nothing to hydrate from.
pub fn shell(assets: &Assets, client: Client, seed: FormSeed, snapshot: &str) -> impl IntoView + use<> {
    let nonce = use_nonce().map(|nonce| nonce.to_string());
    let (script, wasm, style) = (
        assets.script().to_owned(),
        assets.wasm().to_owned(),
        assets.style().to_owned(),
    );
    // `<` is escaped, so that no text in the snapshot can end the script element.
    let snapshot = snapshot.replace('<', "\\u003c");
    let start = format!("import start,{{hydrate}} from '{script}';start({{module_or_path:'{wasm}'}}).then(hydrate);");
    // Draws nothing unless `cargo leptos watch` runs the server.
    let reloading = LeptosOptions::builder()
        .output_name("magpie")
        .reload_port(RELOAD_PORT)
        .build();
    view! {
        <!DOCTYPE html>
        <html>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <link rel="stylesheet" href=style/>
                <link rel="modulepreload" href=script.clone() nonce=nonce.clone()/>
                <link rel="preload" href=wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin=""/>
                <script id="snapshot" type="application/json" nonce=nonce.clone()>{snapshot}</script>
                <script type="module" nonce=nonce>{start}</script>
                <AutoReload options=reloading />
                <MetaTags/>
            </head>
            <body>
                <Page client seed/>
            </body>
        </html>
    }
}
