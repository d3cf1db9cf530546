use std::{fs, sync::Arc};

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use tower::ServiceExt as _;

use super::{Assets, bundle::Bundle, disk::Disk};

const SCRIPT: &str = "/pkg/magpie-0123.js";

fn embedded() -> Assets {
    let files = [
        (
            "bundle.json",
            r#"{"script":"/pkg/magpie-0123.js","wasm":"/pkg/magpie-4567.wasm","style":"/pkg/magpie-89ab.css"}"#,
        ),
        ("pkg/magpie-0123.js", "plain script"),
        ("pkg/magpie-0123.js.br", "brotli script"),
        ("pkg/magpie-0123.js.gz", "gzip script"),
        ("pkg/magpie-4567.wasm", "plain wasm"),
        ("favicon.svg", "<svg/>"),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), Bytes::from_static(text.as_bytes())));
    Assets::Embedded(Arc::new(Bundle::from_files(files).expect("it has a bundle.json")))
}

async fn get(assets: &Assets, path: &str, headers: &[(header::HeaderName, &str)]) -> Response {
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| {
        request.header(name, *value)
    });
    assets
        .router()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

async fn text(response: Response) -> String {
    String::from_utf8(to_bytes(response.into_body(), 100_000).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn the_smallest_form_that_a_browser_takes_is_sent() {
    for (accepted, encoding, body) in [
        ("gzip, deflate, br, zstd", Some("br"), "brotli script"),
        ("gzip, br;q=0", Some("gzip"), "gzip script"),
        ("gzip;q=0.5", Some("gzip"), "gzip script"),
        ("identity", None, "plain script"),
    ] {
        let response = get(&embedded(), SCRIPT, &[(header::ACCEPT_ENCODING, accepted)]).await;
        assert_eq!(header(&response, "content-encoding"), encoding, "{accepted}");
        assert_eq!(header(&response, "vary"), Some("accept-encoding"));
        assert_eq!(text(response).await, body, "{accepted}");
    }
}

#[tokio::test]
async fn a_file_without_compressed_forms_is_sent_as_it_is() {
    let response = get(
        &embedded(),
        "/pkg/magpie-4567.wasm",
        &[(header::ACCEPT_ENCODING, "br, gzip")],
    )
    .await;
    assert_eq!(header(&response, "content-encoding"), None);
    assert_eq!(header(&response, "content-type"), Some("application/wasm"));
}

#[tokio::test]
async fn what_is_named_by_content_is_kept_for_ever_and_the_rest_for_a_while() {
    let script = get(&embedded(), SCRIPT, &[]).await;
    assert_eq!(
        header(&script, "cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    assert_eq!(header(&script, "content-type"), Some("text/javascript; charset=utf-8"));
    let icon = get(&embedded(), "/favicon.svg", &[]).await;
    assert_eq!(header(&icon, "cache-control"), Some("public, max-age=3600"));
    assert_eq!(header(&icon, "content-type"), Some("image/svg+xml"));
    for response in [script, icon] {
        assert_eq!(header(&response, "x-content-type-options"), Some("nosniff"));
    }
}

#[tokio::test]
async fn a_browser_that_has_the_file_is_told_so() {
    let first = get(&embedded(), SCRIPT, &[(header::ACCEPT_ENCODING, "br")]).await;
    let tag = header(&first, "etag").unwrap().to_owned();
    let again = get(
        &embedded(),
        SCRIPT,
        &[(header::ACCEPT_ENCODING, "br"), (header::IF_NONE_MATCH, &tag)],
    )
    .await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(text(again).await, "");
    let other_encoding = get(&embedded(), SCRIPT, &[(header::IF_NONE_MATCH, &tag)]).await;
    assert_eq!(other_encoding.status(), StatusCode::OK);
}

#[tokio::test]
async fn nothing_else_has_an_address() {
    let missing = [
        "/pkg/magpie-0123.js.br",
        "/pkg/other.js",
        "/bundle.json",
        "/pkg/../bundle.json",
        "/pkg/..%2fbundle.json",
        "/pkg/%2e%2e/x",
    ];
    for path in missing {
        assert_eq!(
            get(&embedded(), path, &[]).await.status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[test]
fn a_bundle_says_under_which_names_pages_ask_for_it() {
    let assets = embedded();
    assert_eq!(
        [assets.script(), assets.wasm(), assets.style()],
        [SCRIPT, "/pkg/magpie-4567.wasm", "/pkg/magpie-89ab.css"]
    );
    assert!(Bundle::from_files([]).is_none());
}

fn checkout() -> (tempfile::TempDir, Assets) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("site/pkg/magpie.js", "script"),
        ("site/pkg/snippets/one/inline.js", "snippet"),
        ("site/secret", "secret"),
        (
            "style/main.css",
            "@layer tokens, base;\n@import \"tokens.css\" layer(tokens);\n@import url('./base.css');\n",
        ),
        ("style/tokens.css", ":root { --space: 4px }\n"),
        ("style/base.css", "body { margin: 0 }\n"),
        ("public/favicon.svg", "<svg/>"),
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let at = |name: &str| folder.path().join(name);
    let disk = Disk::new(at("site"), at("style/main.css"), at("public"));
    (folder, Assets::Disk(Arc::new(disk)))
}

#[tokio::test]
async fn while_developing_files_come_from_disk_and_are_never_kept() {
    let (_folder, assets) = checkout();
    for (path, body) in [
        (assets.script(), "script"),
        ("/pkg/snippets/one/inline.js", "snippet"),
        ("/favicon.svg", "<svg/>"),
    ] {
        let response = get(&assets, path, &[]).await;
        assert_eq!(header(&response, "cache-control"), Some("no-store"), "{path}");
        assert_eq!(header(&response, "x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(text(response).await, body, "{path}");
    }
}

#[tokio::test]
async fn a_changed_style_shows_at_once_inside_its_layer() {
    let (folder, assets) = checkout();
    let joined = "@layer tokens, base;\n@layer tokens {\n:root { --space: 4px }\n}\nbody { margin: 0 }\n";
    assert_eq!(text(get(&assets, assets.style(), &[]).await).await, joined);
    fs::write(folder.path().join("style/base.css"), "body { margin: 1px }\n").unwrap();
    assert!(
        text(get(&assets, assets.style(), &[]).await)
            .await
            .contains("margin: 1px")
    );
}

#[tokio::test]
async fn no_path_leads_out_of_the_folder() {
    let (_folder, assets) = checkout();
    for path in [
        "/pkg/../secret",
        "/pkg/..%2fsecret",
        "/pkg/%2e%2e/secret",
        "/pkg//etc/passwd",
        "/pkg/%2fetc%2fpasswd",
    ] {
        assert_eq!(get(&assets, path, &[]).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}
