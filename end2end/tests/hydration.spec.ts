import { expect, test, type Person } from "../people.ts";

// Every story fails when a page complains in its console (see people.ts); these look at pages that no other story opens.
// The program that ships says nothing of a text or an attribute that does not fit, and keeps the server's: so what the server drew is
// compared with what is there afterwards, and with what the browser draws by itself.

/** What a page shows, element by element and text by text, without what only the reader's browser knows. Of the page itself, or of what the server sent. */
async function outline({ page }: Person, html?: string): Promise<string[]> {
  return await page.evaluate((html) => {
    const body = html ? new DOMParser().parseFromString(html, "text/html").body : (document.body.cloneNode(true) as HTMLElement);
    const each = (selector: string, change: (element: Element) => void) => body.querySelectorAll(selector).forEach(change);
    each("script", (script) => script.remove());
    each("time", (time) => time.replaceChildren());
    // Who is here is told by the line.
    each(".people", (people) => people.replaceChildren(...people.querySelectorAll("li")));
    each(".people .visually-hidden", (presence) => presence.remove());
    for (const [selector, name] of [
      ["time", "title"],
      ["time", "data-local"],
      [".people .avatar", "data-presence"],
      [".shell", "data-connection"],
      [".send", "aria-disabled"],
      ["[name=client_message_id]", "value"],
    ] as const) each(selector, (element) => element.removeAttribute(name));

    const lines: string[] = [];
    const walk = (node: Node, indent: string) => {
      if (node instanceof Text && node.data.trim()) lines.push(indent + node.data.trim());
      if (!(node instanceof Element)) return;
      lines.push([indent + node.localName, ...[...node.attributes].map(({ name, value }) => `${name}="${value}"`).sort()].join(" "));
      // Where a text ends is marked by a comment.
      [...node.childNodes].filter((child) => child instanceof Comment).forEach((comment) => comment.remove());
      node.normalize();
      node.childNodes.forEach((child) => walk(child, `${indent}  `));
    };
    walk(body, "");
    return lines;
  }, html);
}

for (const locale of ["en-GB", "zh-CN"]) {
  test(`a room stays as the server drew it, and is drawn alike by the browser, ${locale}`, async ({ come }) => {
    const [ann, bob] = [await come("Ann", { locale }), await come("Bob")];
    await bob.say("one line\nand another");
    await ann.expectToRead("one line\nand another");
    // Who has written last has read everything.
    for (const text of ["first", "see https://example.org", "🎉"]) await ann.say(text);
    await expect(ann.rows).toHaveCount(4);
    await expect(ann.pending).toHaveCount(0);

    const answer = await ann.page.goto(`${ann.home}/rooms/general`);
    const drawn = await outline(ann, await answer!.text());
    expect(drawn.length).toBeGreaterThan(100);
    await ann.waitLive();
    await expect.poll(() => outline(ann)).toEqual(drawn);

    await ann.page.goto(`${ann.home}/rooms`);
    await ann.waitLive();
    await ann.page.getByRole("link", { name: /^General/ }).click();
    await expect(ann.rows).toHaveCount(4);
    await expect.poll(() => outline(ann)).toEqual(drawn);
  });
}

test("the page is readable before the WASM arrives, and hydrates without a word", async ({ come, server }) => {
  const ann = await come("Ann");
  await ann.say("first");
  await ann.expectToRead("first");

  const bob = await come("Bob", { signedOut: true });
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await bob.context.route(/\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  await bob.signIn();
  await bob.expectToRead("first");
  await bob.box.fill("typed before hydration");
  release();
  await bob.waitLive();
  await expect(bob.box).toHaveValue("typed before hydration");
  await bob.box.press("Enter");
  await ann.expectToRead("typed before hydration");
  expect(server.port).toBeGreaterThan(0);
});

for (const path of ["/sign-in", "/sign-in?error=text_too_long", "/rooms", "/rooms/no-such-room", "/nowhere/at/all"]) {
  test(`${path} hydrates without a word, and stays as it was drawn`, async ({ come, server }) => {
    const ann = await come("Ann", { signedOut: path.startsWith("/sign-in") });
    const loaded = ann.page.waitForResponse(/\.wasm$/);
    const answer = await ann.page.goto(`${server.url}${path}`);
    const drawn = await outline(ann, await answer!.text());
    await (await loaded).finished();
    await ann.page.waitForLoadState("networkidle");
    await expect(ann.page.locator("main").first()).toBeVisible();
    await expect.poll(() => outline(ann)).toEqual(drawn);
  });
}

test("a room that one may join hydrates without a word, and is joined", async ({ come }) => {
  const [ann, bob] = [await come("Ann"), await come("Bob")];
  await bob.makeRoom("Garden");
  const answer = await ann.page.goto(`${ann.home}/rooms/garden`);
  const drawn = await outline(ann, await answer!.text());
  await ann.waitLive();
  await expect.poll(() => outline(ann)).toEqual(drawn);
  await ann.page.getByRole("button", { name: "Join room" }).click();
  await ann.say("what grows here?");
  await bob.expectToRead("what grows here?");
});
