//! Measuring a server from outside.

use crate::harness::{TestServer, outcome};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_measured_from_outside() {
    let server = TestServer::start().await;
    let url = format!("http://{}", server.address);
    let output = outcome(&["bench", &url, "--receivers", "20", "--rate", "50", "--seconds", "1"]).await;
    let (told, said) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(told.contains("50 messages, 50 in a second: 1000 deliveries"), "{told}");
    assert!(
        told.contains("delivered after") && told.contains("acknowledged after"),
        "{told}"
    );
}

#[tokio::test]
async fn what_cannot_be_measured_ends_in_a_sentence() {
    for (url, code) in [("https://chat.example.org", 2), ("http://127.0.0.1:1", 1)] {
        let output = outcome(&["bench", url]).await;
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{url}: {said}");
        assert!(
            said.starts_with("magpie: ") && output.stdout.is_empty(),
            "{url}: {said}"
        );
    }
}
