// The network between one browser and the server, as real networks are: it can be cut, go deaf, be thin, or not know WebSocket.
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server as Listener, type Socket } from "node:net";

/** How often a thin line lets something through. */
const DRIP_MS = 50;

export class Line {
  private readonly pairs = new Set<[Socket, Socket]>();
  private isCut = false;
  private isDeaf = false;
  private knowsWebSocket = true;
  private bytesPerSecond = Infinity;

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

  /** The proxy is gone. */
  rememberWebSocket(): void {
    this.knowsWebSocket = true;
  }

  /** What the server says comes drop by drop, in every connection. */
  thin(bytesPerSecond: number): void {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** What the server says waits, in every connection, until the line is widened. */
  hold(): void {
    this.thin(0);
  }

  /** It takes what is given to it: what waits comes at once. */
  widen(): void {
    this.bytesPerSecond = Infinity;
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
    let waiting = Buffer.alloc(0);
    const drip = () => {
      const share = Math.min(waiting.length, (this.bytesPerSecond * DRIP_MS) / 1000);
      if (share > 0) browser.write(waiting.subarray(0, share));
      waiting = waiting.subarray(share);
    };
    const dripping = setInterval(drip, DRIP_MS);
    server.on("data", (bytes) => {
      if (this.isDeaf) return;
      waiting = Buffer.concat([waiting, bytes]);
      if (this.bytesPerSecond === Infinity) drip();
    });
    for (const [one, other] of [pair, [server, browser]] as const) {
      one.on("error", () => one.destroy());
      one.on("close", () => {
        clearInterval(dripping);
        other.destroy();
        this.pairs.delete(pair);
      });
    }
  }
}
