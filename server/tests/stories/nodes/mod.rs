//! Several nodes are one chat, whatever becomes of the bus between them. `MAGPIE_TEST_NATS` says where a NATS is
//! (`nats://IP:PORT`); without it most of these stories say so and are over.

mod stage;

mod limits;
mod losses;
mod presence;
mod removal;
mod sign_out;
mod talking;
mod trouble;
