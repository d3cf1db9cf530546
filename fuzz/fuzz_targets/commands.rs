//! Commands: what is understood can be said again and means the same; what is not is refused with words of our own.
#![no_main]

use fuzz::decode::decode;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match decode(text) {
        Ok(frame) => {
            let again = serde_json::to_string(&frame).expect("a frame is JSON");
            assert_eq!(decode(&again).as_ref(), Ok(&frame));
        }
        Err((_, rejection)) => assert!(!rejection.message.is_empty() && rejection.message.len() < 200),
    }
});
