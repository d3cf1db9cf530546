import { expect, test } from "../people.ts";

// Every story fails when a page complains in its console (see people.ts); these look at pages that no other story opens.

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

for (const path of ["/sign-in", "/rooms/no-such-room", "/nowhere/at/all"]) {
  test(`${path} hydrates without a word`, async ({ come, server }) => {
    const ann = await come("Ann", { signedOut: path === "/sign-in" });
    const loaded = ann.page.waitForResponse(/\.wasm$/);
    await ann.page.goto(`${server.url}${path}`);
    await (await loaded).finished();
    await ann.page.waitForLoadState("networkidle");
    await expect(ann.page.locator("main").first()).toBeVisible();
  });
}
