//! The wire as a JSON Schema, made from the types. `docs/protocol.schema.json` is this, and a test holds them together.

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::{
    ClientFrame, ServerFrame, Snapshot,
    http::{Poll, Polled, SignIn, SignedIn},
};

/// One schema whose `$defs` describe everything that travels.
pub fn schema() -> Schema {
    let mut generator = SchemaGenerator::default();
    define::<ClientFrame>(&mut generator);
    define::<ServerFrame>(&mut generator);
    define::<SignIn>(&mut generator);
    define::<SignedIn>(&mut generator);
    define::<Poll>(&mut generator);
    define::<Polled>(&mut generator);
    define::<Snapshot>(&mut generator);
    let definitions = generator.take_definitions(true);
    schemars::json_schema!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Magpie's protocol, version 1",
        "description": "A client sends ClientFrame and receives ServerFrame, one JSON object per text frame. \
            SignIn, SignedIn, Poll, Polled and Snapshot are the bodies of the HTTP API that are no frames.",
        "oneOf": [{ "$ref": "#/$defs/ClientFrame" }, { "$ref": "#/$defs/ServerFrame" }],
        "$defs": definitions,
    })
}

fn define<T: JsonSchema>(generator: &mut SchemaGenerator) {
    generator.subschema_for::<T>();
}
