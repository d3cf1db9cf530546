// The network between one browser and the server, as real networks are: it can be cut, go deaf, or not know WebSocket.
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server as Listener, type Socket } from "node:net";

export class Line {
  private readonly pairs = new Set<[Socket, Socket]>();
  private isCut = false;
  private isDeaf = false;
  private knowsWebSocket = true;

  private constructor(
    private readonly listener: Listener,
    private readonly serverPort: number,
  ) {}

  static async to(serverPort: number): Promise<Line> {
    const listener = createServer();
    const line = new Line(listener, serverPort);
    listener.on("connection", (browser) => line.carry(browser));
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  /** Every connection breaks, and none is made. */
  cut(): void {
    this.isCut = true;
    for (const [browser, server] of this.pairs) {
      browser.destroy();
      server.destroy();
    }
    this.pairs.clear();
  }

  /** What the browser says still arrives; of what the server says, nothing does. */
  deafen(): void {
    this.isDeaf = true;
  }

  /** Like a proxy that has never heard of WebSocket: the upgrade fails, the rest works. */
  forgetWebSocket(): void {
    this.knowsWebSocket = false;
  }

  /** All is well again, for connections made from now on. */
  mend(): void {
    this.isCut = false;
    this.isDeaf = false;
  }

  async close(): Promise<void> {
    this.cut();
    this.listener.close();
  }

  private carry(browser: Socket): void {
    if (this.isCut) {
      browser.destroy();
      return;
    }
    const server = connect(this.serverPort, "127.0.0.1");
    const pair: [Socket, Socket] = [browser, server];
    this.pairs.add(pair);
    browser.on("data", (bytes) => {
      // A browser opens a connection for each upgrade and sends the request in one piece.
      if (!this.knowsWebSocket && /\r\nupgrade: websocket\r\n/i.test(bytes.toString("latin1"))) {
        browser.destroy();
        return;
      }
      server.write(bytes);
    });
    server.on("data", (bytes) => {
      if (!this.isDeaf) browser.write(bytes);
    });
    for (const [one, other] of [pair, [server, browser]] as const) {
      one.on("error", () => one.destroy());
      one.on("close", () => {
        other.destroy();
        this.pairs.delete(pair);
      });
    }
  }
}
