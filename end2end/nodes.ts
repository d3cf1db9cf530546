// Two nodes of one chat: a PostgreSQL database of their own, and a NATS.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { Server } from "./server.ts";

/** As scripts/services says; its programs are looked for in PATH where it does not. */
const POSTGRES = process.env.MAGPIE_TEST_POSTGRES;
const NATS = process.env.MAGPIE_TEST_NATS;
const PROGRAMS = process.env.MAGPIE_TEST_POSTGRES_PROGRAMS ?? "";

const run = promisify(execFile);

export class Nodes {
  /** Whether there is what they need. */
  static readonly arePossible = Boolean(POSTGRES && NATS);

  private constructor(
    private readonly database: string,
    readonly first: Server,
    readonly second: Server,
  ) {}

  static async start(): Promise<Nodes> {
    if (!POSTGRES || !NATS) throw new Error("there is no PostgreSQL or no NATS; use scripts/services");
    const database = `magpie_${randomUUID()}`;
    await run(join(PROGRAMS, "createdb"), ["--maintenance-db", POSTGRES, database]);
    const url = new URL(POSTGRES);
    url.pathname = `/${database}`;
    // At once, as machines start that had a power cut.
    const [first, second] = await Promise.all([Server.startNode(url.href, NATS), Server.startNode(url.href, NATS)]);
    return new Nodes(database, first, second);
  }

  async stop(): Promise<void> {
    await Promise.all([this.first.stop(), this.second.stop()]);
    await run(join(PROGRAMS, "dropdb"), ["--force", "--maintenance-db", POSTGRES!, this.database]);
  }
}
