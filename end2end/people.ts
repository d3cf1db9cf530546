// People who talk, and what they can do and see. Finds things as a person would: by role, label and text.
import { expect, test as base, type BrowserContext, type BrowserContextOptions, type Locator, type Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { Line } from "./line.ts";
import { Server } from "./server.ts";

export { expect };

interface Moments {
  pressed: number;
  shown: Record<string, number>;
}

declare global {
  interface Window {
    moments: Moments;
  }
}

export class Person {
  /** Warnings and errors of the browser's console, but for those about a line that was cut on purpose. */
  readonly complaints: string[] = [];

  constructor(
    readonly name: string,
    readonly page: Page,
    /** Where this person reaches the server: directly, or by a line of their own. */
    readonly home: string,
  ) {
    page.on("console", (message) => {
      const isNetwork = /Failed to load resource|WebSocket connection to|net::ERR_/.test(message.text());
      // Said where JavaScript is off, and where a busy machine takes seconds to compile.
      const isUnhurried = message.text().includes("was preloaded using link preload but not used within a few seconds");
      if (["warning", "error"].includes(message.type()) && !isNetwork && !isUnhurried) this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
  }

  get context(): BrowserContext {
    return this.page.context();
  }

  /** `landing`: where one is then. The server leads on to a room; where no server draws the page, one is in front of the list. */
  async signIn(landing = /\/rooms\//): Promise<void> {
    await this.page.goto(`${this.home}/sign-in`);
    await this.page.getByRole("textbox", { name: /^(Your name|你的名字)/ }).fill(this.name);
    await this.page.getByRole("button", { name: /^(Come in|进入)$/ }).click();
    await this.page.waitForURL(landing);
  }

  async openRoom(slug: string): Promise<void> {
    await this.page.goto(`${this.home}/rooms/${slug}`);
    await this.waitLive();
  }

  /** Until the page has taken over from the server and hears what is new. */
  async waitLive(): Promise<void> {
    await this.waitConnection("live");
  }

  async waitConnection(state: string): Promise<void> {
    await expect(this.page.locator("[data-connection]")).toHaveAttribute("data-connection", state, { timeout: 40_000 });
  }

  /** The quiet sentence about the line, wherever this screen shows it. */
  lineSays(sentence: string): Locator {
    return this.page.getByText(sentence).filter({ visible: true });
  }

  /** What the countdown to the next try says; NaN when there is none. */
  async secondsToWait(): Promise<number> {
    const [sentence] = await this.page.getByText(/^Next try in \d+ seconds?\.$/).filter({ visible: true }).allInnerTexts();
    return Number(sentence?.replace(/\D/g, "") ?? NaN);
  }

  get box(): Locator {
    return this.page.getByRole("textbox", { name: /^(Message to|发送到)/ });
  }

  get timeline(): Locator {
    return this.page.getByRole("region", { name: /^Messages in|的消息$/ });
  }

  get rows(): Locator {
    return this.timeline.getByRole("listitem");
  }

  /** Somebody in the list of people, which wide screens show. */
  person(name: string): Locator {
    return this.page.getByRole("complementary", { name: "People" }).getByRole("listitem").filter({ hasText: name });
  }

  /** Rows that the server has not acknowledged yet. */
  get pending(): Locator {
    return this.timeline.locator('[data-delivery="pending"]');
  }

  /** Rows that the server refused. */
  get failed(): Locator {
    return this.timeline.locator('[data-delivery="failed"]');
  }

  row(text: string): Locator {
    return this.rows.filter({ has: this.page.getByText(text, { exact: true }) });
  }

  async say(text: string): Promise<void> {
    await this.box.fill(text);
    // Where a finger points, Enter breaks the line.
    const isTouched = await this.page.evaluate(() => matchMedia("(pointer: coarse)").matches);
    await this.box.press(isTouched ? "Control+Enter" : "Enter");
  }

  /** Says a lot, as fast as the server takes it, in the room on screen. */
  async sayAll(texts: string[]): Promise<void> {
    const action = await this.page.locator("form:has(textarea[name=body])").getAttribute("action");
    for (const body of texts) {
      const form = { client_message_id: randomUUID(), body };
      const answer = await this.context.request.post(`${this.home}${action}`, { form, headers: { origin: this.home }, maxRedirects: 0 });
      expect(answer.status()).toBe(303);
    }
  }

  async makeRoom(name: string, topic = ""): Promise<void> {
    await this.page.getByRole("button", { name: "New room" }).click();
    const dialog = this.page.getByRole("dialog", { name: "New room" });
    await dialog.getByRole("textbox", { name: "Name" }).fill(name);
    await dialog.getByRole("textbox", { name: "What is it about?" }).fill(topic);
    await dialog.getByRole("button", { name: "Create room" }).click();
    await expect(this.page.getByRole("textbox", { name: `Message to ${name}` })).toBeVisible();
  }

  /** Removes somebody from the room on screen, which must be this person's own, and wide. */
  async remove(name: string): Promise<void> {
    await this.person(name).hover();
    await this.person(name).getByRole("button", { name: `Remove ${name} from the room` }).click();
    await this.page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await expect(this.person(name)).toHaveCount(0);
  }

  /** Goes to a room by the list. */
  async goTo(room: string): Promise<void> {
    await this.page.getByRole("link", { name: room }).click();
    await expect(this.page.getByRole("textbox", { name: `Message to ${room}` })).toBeVisible();
  }

  /** The texts that are in sight in the timeline. */
  async inSight(): Promise<string[]> {
    return await this.timeline.evaluate((scroller) => {
      const { top, bottom } = scroller.getBoundingClientRect();
      const isInSight = (text: Element) => text.getBoundingClientRect().top >= top && text.getBoundingClientRect().bottom <= bottom;
      return [...scroller.querySelectorAll(".text")].filter(isInSight).map((text) => text.textContent!.trim());
    });
  }

  async expectToRead(text: string, timeout?: number): Promise<void> {
    await expect(this.row(text)).toHaveCount(1, timeout === undefined ? {} : { timeout });
  }

  /** Notes, in the page itself, when Enter is pressed and when each text appears: a test that looks on from outside adds its own slowness. */
  async noteMoments(): Promise<void> {
    await this.page.evaluate(() => {
      const moments: Moments = { pressed: 0, shown: {} };
      window.moments = moments;
      addEventListener("keydown", (event) => event.key === "Enter" && (moments.pressed = Date.now()), { capture: true });
      const look = () => {
        for (const { textContent } of document.querySelectorAll(".timeline .text")) moments.shown[textContent] ??= Date.now();
      };
      new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
    });
  }

  /** When Enter was pressed last. */
  async pressedAt(): Promise<number> {
    return await this.page.evaluate(() => window.moments.pressed);
  }

  /** When this text appeared on this screen. */
  async shownAt(text: string): Promise<number> {
    return await this.page.evaluate((text) => window.moments.shown[text] ?? NaN, text);
  }

  /** What the timeline shows, from old to new. */
  async read(): Promise<string[]> {
    return await this.rows.locator(".text").allInnerTexts();
  }

  /** What is acknowledged on this screen. */
  async readAcknowledged(): Promise<string[]> {
    return await this.timeline.locator('[data-delivery="sent"] .text').allInnerTexts();
  }
}

/** Both talk in turn, and each turn's milliseconds from the key to the other one's screen, there and back, in order of length. */
export async function talkInTurn(one: Person, other: Person): Promise<number[]> {
  await Promise.all([one.noteMoments(), other.noteMoments()]);
  const durations: number[] = [];
  for (let turn = 0; turn <= 5; turn++) {
    let duration = 0;
    for (const [speaker, listener] of [[one, other], [other, one]] as const) {
      const text = `${speaker.name} ${turn}`;
      await speaker.say(text);
      await listener.expectToRead(text);
      duration += (await listener.shownAt(text)) - (await speaker.pressedAt());
    }
    // The first turn warms both pages up.
    if (turn > 0) durations.push(duration);
  }
  console.log(`    there and back: ${durations.join(", ")} ms`);
  return durations.toSorted((one, other) => one - other);
}

interface Fixtures {
  /** A server of this test's own. */
  server: Server;
  /** Somebody comes: a browser context of their own, signed in, in #general, live. By a line, they come as far as the line lets them. */
  come: (name: string, how?: { line?: { url: string }; signedOut?: boolean } & BrowserContextOptions) => Promise<Person>;
  /** A line to the server that can be cut. */
  lay: () => Promise<Line>;
}

export const test = base.extend<Fixtures>({
  server: async ({}, use) => {
    const server = await Server.start();
    await use(server);
    await server.stop();
  },

  come: async ({ browser, server, contextOptions, locale, timezoneId }, use) => {
    const people: Person[] = [];
    await use(async (name, { line, signedOut, ...options } = {}) => {
      const context = await browser.newContext({ locale, timezoneId, ...contextOptions, ...options });
      const person = new Person(name, await context.newPage(), line?.url ?? server.url);
      people.push(person);
      if (!signedOut) await person.signIn();
      if (!signedOut && options.javaScriptEnabled !== false && !line) await person.waitLive();
      return person;
    });
    for (const person of people) {
      expect.soft(person.complaints, `the console of ${person.name}`).toEqual([]);
      await person.context.close();
    }
  },

  lay: async ({ server }, use) => {
    const lines: Line[] = [];
    await use(async () => {
      const line = await Line.to(server.port);
      lines.push(line);
      return line;
    });
    for (const line of lines) await line.close();
  },
});
