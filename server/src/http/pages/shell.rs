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

/// The whole document. What hydration begins from is JSON, or empty where there is nothing.
pub fn shell(
    assets: &Assets,
    client: Client,
    seed: FormSeed,
    snapshot: &str,
    elsewhere: &str,
) -> impl IntoView + use<> {
    let nonce = use_nonce().map(|nonce| nonce.to_string());
    let (script, wasm) = (assets.script().to_owned(), assets.wasm().to_owned());
    let (snapshot, elsewhere) = (in_script(snapshot), in_script(elsewhere));
    let start = format!("import start,{{hydrate}} from '{script}';start({{module_or_path:'{wasm}'}}).then(hydrate);");
    // Draws nothing unless `cargo leptos watch` runs the server.
    let reloading = LeptosOptions::builder()
        .output_name("magpie")
        .reload_port(RELOAD_PORT)
        .build();
    let scripts = view! {
        <link rel="modulepreload" href=script.clone() nonce=nonce.clone()/>
        <link rel="preload" href=wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin=""/>
        <script id="snapshot" type="application/json" nonce=nonce.clone()>{snapshot}</script>
        <script id="elsewhere" type="application/json" nonce=nonce.clone()>{elsewhere}</script>
        <script type="module" nonce=nonce>{start}</script>
        <AutoReload options=reloading />
    };
    document(assets, scripts.into_any(), view! { <Page client seed/> }.into_any())
}

/// JSON for a script element: `<` is escaped, so that no text in it can end the element.
fn in_script(json: &str) -> String {
    json.replace('<', "\\u003c")
}

/// A document with the page's style, these scripts and this body.
pub fn document(assets: &Assets, scripts: AnyView, body: AnyView) -> impl IntoView + use<> {
    let style = assets.style().to_owned();
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
                {scripts}
                <MetaTags/>
            </head>
            <body>{body}</body>
        </html>
    }
}
