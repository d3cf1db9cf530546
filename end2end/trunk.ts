// What `trunk serve` does, for a page that `trunk build` has made: files from disk, everything else from the server.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, request, type IncomingMessage, type Server as Listener } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { extname, join } from "node:path";

const TARGET = join(import.meta.dirname, "..", "target");
const DIST = join(TARGET, "trunk");
const TYPES: Record<string, string> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};
/** As in Trunk.toml. */
const PROXIED = ["/ws", "/api", "/session", "/pkg"];

/** While one develops the server gives the style under this name, from `style/`; the program that ships knows it by its content only. */
async function shippedStyle(): Promise<Buffer> {
  const index = JSON.parse(await readFile(join(TARGET, "bundle", "bundle.json"), "utf8")) as { style: string };
  return readFile(join(TARGET, "bundle", index.style));
}

export class TrunkPage {
  private constructor(
    private readonly listener: Listener,
    private readonly serverPort: number,
  ) {}

  static async beside(serverPort: number): Promise<TrunkPage> {
    const listener = createServer();
    const page = new TrunkPage(listener, serverPort);
    listener.on("request", async (incoming, outgoing) => {
      const path = new URL(incoming.url ?? "/", "http://localhost").pathname;
      if (path === "/pkg/magpie.css") {
        outgoing.writeHead(200, { "content-type": TYPES[".css"] });
        outgoing.end(await shippedStyle());
        return;
      }
      if (PROXIED.some((prefix) => path.startsWith(prefix))) {
        const asked = request({ ...page.target(incoming), method: incoming.method }, (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        });
        asked.on("error", () => outgoing.destroy());
        incoming.pipe(asked);
        return;
      }
      const name = extname(path) ? path : "/index.html";
      const file = await readFile(join(DIST, name)).catch(() => undefined);
      outgoing.writeHead(file ? 200 : 404, { "content-type": TYPES[extname(name)] ?? "application/octet-stream" });
      outgoing.end(file);
    });
    listener.on("upgrade", (incoming, browser: Socket, head) => {
      const server = connect(serverPort, "127.0.0.1", () => {
        const headers = Object.entries(incoming.headers).map(([name, value]) => `${name}: ${value}\r\n`);
        server.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${headers.join("")}\r\n`);
        server.write(head);
        server.pipe(browser).pipe(server);
      });
      for (const end of [server, browser]) end.on("error", () => (server.destroy(), browser.destroy()));
    });
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    return page;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  close(): void {
    this.listener.closeAllConnections();
    this.listener.close();
  }

  private target({ url, headers }: IncomingMessage) {
    return { host: "127.0.0.1", port: this.serverPort, path: url, headers };
  }
}
