import AxeBuilder from "@axe-core/playwright";
import { Person, expect, test } from "../people.ts";
import { Server } from "../server.ts";

async function expectNoBarriers(person: Person): Promise<void> {
  // Colours that are still fading in are not what people read.
  await person.page.emulateMedia({ reducedMotion: "reduce" });
  const { violations } = await new AxeBuilder({ page: person.page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
  expect(found).toEqual([]);
}

test("where the system chooses the colours, lines say what belongs together", async ({ come }) => {
  const ann = await come("Ann");
  await ann.page.emulateMedia({ forcedColors: "active" });
  await expect(ann.page.getByRole("link", { name: /^General/ })).toHaveCSS("outline-style", "solid");
  await ann.page.getByRole("button", { name: "New room" }).click();
  const dialog = ann.page.getByRole("dialog");
  for (const part of [dialog, dialog.getByRole("button", { name: "Create room" })]) await expect(part).toHaveCSS("border-top-style", "solid");
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`every page is open to everybody, ${colorScheme}`, async ({ come, server }) => {
    const stranger = await come("Nobody", { signedOut: true, colorScheme });
    await stranger.page.goto(`${server.url}/sign-in`);
    await expectNoBarriers(stranger);

    const [ann, bob] = [await come("Ann", { colorScheme }), await come("Bob")];
    await expectNoBarriers(ann);
    await ann.say("see https://example.org");
    await bob.say("thank you");
    await ann.expectToRead("thank you");
    await expectNoBarriers(ann);

    await ann.page.getByRole("button", { name: "New room" }).click();
    await expect(ann.page.getByRole("dialog")).toBeVisible();
    await expectNoBarriers(ann);

    await ann.page.keyboard.press("Escape");
    await ann.page.getByRole("button", { name: "Find a room" }).click();
    await expect(ann.page.getByRole("dialog")).toBeVisible();
    await expectNoBarriers(ann);
    await ann.page.keyboard.press("Escape");

    await ann.page.goto(`${server.url}/rooms/no-such-room`);
    await expectNoBarriers(ann);
    await ann.page.goto(`${server.url}/nowhere/at/all`);
    await expectNoBarriers(ann);
  });

  test(`what waits, what is refused and how one is connected is open to everybody, ${colorScheme}`, async ({ come, lay }) => {
    test.slow();
    const [line, slow] = [await lay(), await lay()];
    slow.forgetWebSocket();
    const [ann, bob, cleo] = [await come("Ann"), await come("Bob", { colorScheme, line }), await come("Cleo", { colorScheme, line: slow })];
    await cleo.waitConnection("polling");
    await expectNoBarriers(cleo);

    await bob.waitLive();
    line.cut();
    await bob.waitConnection("waiting");
    await bob.say("too late");
    await expect(bob.pending).toHaveCount(1);
    await expectNoBarriers(bob);
    await ann.remove("Bob");
    line.mend();
    await bob.page.getByRole("button", { name: "Join room" }).click();
    await expect(bob.failed).toHaveCount(1);
    await expectNoBarriers(bob);
  });

  test(`every part of the kit is open to everybody, ${colorScheme}`, async ({ browser }) => {
    const server = await Server.startDeveloping();
    const context = await browser.newContext({ colorScheme });
    const developer = new Person("Developer", await context.newPage(), server.url);
    for (const path of ["kit", "kit/demo"]) {
      await developer.page.goto(`${server.url}/${path}`);
      await expect(developer.page.getByRole("button").first()).toBeVisible();
      await expectNoBarriers(developer);
    }
    await context.close();
    await server.stop();
  });
}
