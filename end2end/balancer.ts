// One address for several nodes, as a balancer gives it. It knows nothing of what is said: whoever connects is led to the first node
// that takes them, in the order given.
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server as Listener, type Socket } from "node:net";

export class Balancer {
  private readonly sockets = new Set<Socket>();
  private busy: Promise<void> = Promise.resolve();

  private constructor(
    private readonly listener: Listener,
    private readonly nodes: readonly { port: number }[],
  ) {}

  static async over(...nodes: { port: number }[]): Promise<Balancer> {
    // Nothing is read until there is a node to hear it.
    const listener = createServer({ pauseOnConnect: true });
    const balancer = new Balancer(listener, nodes);
    listener.on("connection", (browser) => void balancer.carry(browser));
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  /** Whoever connects while this happens has to wait for its end, as with a balancer that has not noticed yet who is gone. */
  async hesitateWhile(happening: () => Promise<void>): Promise<void> {
    this.busy = happening();
    await this.busy;
  }

  close(): void {
    this.listener.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private async carry(browser: Socket): Promise<void> {
    this.hold(browser);
    await this.busy.catch(() => {});
    const node = await this.firstThatTakes();
    if (!node) {
      browser.destroy();
      return;
    }
    for (const [one, other] of [[browser, node], [node, browser]] as const) {
      one.on("close", () => other.destroySoon());
      one.pipe(other);
    }
    // It may have gone while a node was looked for.
    if (browser.destroyed) node.destroy();
  }

  private async firstThatTakes(): Promise<Socket | undefined> {
    for (const { port } of this.nodes) {
      const node = connect(port, "127.0.0.1");
      this.hold(node);
      const isTaken = await once(node, "connect").then(() => true, () => false);
      if (isTaken) return node;
    }
    return undefined;
  }

  private hold(socket: Socket): void {
    this.sockets.add(socket);
    // A close follows.
    socket.on("error", () => {});
    socket.on("close", () => this.sockets.delete(socket));
  }
}
