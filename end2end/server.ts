// A server of one's own: a free port, an empty data folder, and the power to kill it.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const CHECKOUT = join(import.meta.dirname, "..");
/** The program that ships. It carries all that it serves: started in its data folder it finds nothing of the checkout. */
const SHIPPING = inCheckout(process.env.MAGPIE_PROGRAM);
/** One to develop with, as the native tests leave it: it alone shows the kit. It reads its style from the checkout, and is started there. */
const DEVELOPING = inCheckout(process.env.MAGPIE_DEVELOPMENT_PROGRAM);

/** A path as it was meant, wherever the program is started. */
function inCheckout(path: string | undefined): string | undefined {
  return path && resolve(CHECKOUT, path);
}

export class Server {
  private process: ChildProcess | undefined;
  /** 0 until the first start: the system picks one, and restarts keep it. */
  port = 0;

  private constructor(
    private readonly program: string | undefined,
    private readonly data: string,
    private readonly options: readonly string[],
  ) {}

  static async start(): Promise<Server> {
    return await Server.run(SHIPPING);
  }

  /** The same with the kit's pages, and without a script: what the server draws is all there is. */
  static async startDeveloping(): Promise<Server> {
    return await Server.run(DEVELOPING);
  }

  /** One node of several: all that have this database and this bus are one chat. */
  static async startNode(database: string, bus: string): Promise<Server> {
    return await Server.run(SHIPPING, ["--database", database, "--bus", bus]);
  }

  private static async run(program: string | undefined, options: readonly string[] = []): Promise<Server> {
    const server = new Server(program, await mkdtemp(join(tmpdir(), "magpie-")), options);
    await server.launch();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Ends it without warning, as a power cut would. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Starts it again, on the same port and the same data. */
  async restart(): Promise<void> {
    await this.launch();
  }

  /** Ends it properly and removes its data. */
  async stop(): Promise<void> {
    await this.end("SIGTERM");
    await rm(this.data, { recursive: true, force: true });
  }

  private async launch(): Promise<void> {
    if (!this.program) throw new Error("there is no program to start; use scripts/browser-tests");
    const where = ["--listen", `127.0.0.1:${this.port}`, "--data", this.data];
    const process = spawn(this.program, ["serve", ...where, "--no-rate-limits", ...this.options], {
      cwd: this.program === DEVELOPING ? CHECKOUT : this.data,
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.process = process;
    // The line that tells people where to look is the sign that it is ready.
    for await (const line of createInterface({ input: process.stdout! })) {
      const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (port) {
        this.port = Number(port);
        process.stdout!.resume();
        return;
      }
    }
    throw new Error(`the server ended before it was ready, with ${process.exitCode}`);
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const process = this.process;
    this.process = undefined;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const ended = once(process, "exit");
    process.kill(signal);
    await ended;
  }
}
