//! Hello, by socket and by polling: positions, epochs and rooms from strangers.
#![no_main]

use app::protocol::{Hello, http::Poll};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(hello) = serde_json::from_slice::<Hello>(bytes) {
        let again = serde_json::to_vec(&hello).expect("a hello is JSON");
        assert_eq!(serde_json::from_slice::<Hello>(&again).expect("it was understood before"), hello);
    }
    if let Ok(poll) = serde_json::from_slice::<Poll>(bytes) {
        let again = serde_json::to_vec(&poll).expect("a poll is JSON");
        assert_eq!(serde_json::from_slice::<Poll>(&again).expect("it was understood before"), poll);
    }
});
