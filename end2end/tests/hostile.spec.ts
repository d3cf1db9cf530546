import { expect, test, type Person } from "../people.ts";

const ATTACKS = [
  `<img src=x onerror="window.harmed = true">`,
  `<script>window.harmed = true</script>`,
  `</script><script>window.harmed = true</script>`,
  `</textarea></ol></main><svg onload="window.harmed = true">`,
  `javascript:window.harmed=true`,
  `[click](javascript:window.harmed=true)`,
  `data:text/html,<script>window.harmed=true</script>`,
  `https://example.org/"onmouseover="window.harmed=true`,
  `{{ window.harmed = true }} \${window.harmed = true}`,
];

async function expectNoHarm(person: Person): Promise<void> {
  const { page, timeline } = person;
  expect(await page.evaluate(() => "harmed" in window)).toBe(false);
  await expect(timeline.locator("img, script, svg[onload], iframe, object, embed")).toHaveCount(0);
  for (const link of await timeline.getByRole("link").all()) {
    expect(await link.getAttribute("href")).toMatch(/^https?:\/\//);
    expect(await link.getAttribute("rel")).toContain("noopener");
    expect(await link.getAttribute("rel")).toContain("nofollow");
  }
  // Whatever is written, the page does not become wider than the screen.
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
}

test("text is only text, live and after a reload", async ({ come }) => {
  const [ann, mallory] = [await come("Ann"), await come("<b onclick=harmed=1>Mallory</b>")];
  for (const attack of ATTACKS) {
    await mallory.say(attack);
    await expect(ann.rows.locator(".text").last()).toHaveText(attack);
  }
  await expectNoHarm(ann);
  await expectNoHarm(mallory);
  await ann.page.reload();
  await ann.waitLive();
  await expect(ann.rows.locator(".text").last()).toHaveText(ATTACKS.at(-1)!);
  await expectNoHarm(ann);
});

test("ten thousand emoji neither break the page nor the next message", async ({ come }) => {
  const [ann, mallory] = [await come("Ann"), await come("Mallory")];
  await mallory.say("🐦".repeat(10_000));
  await mallory.say("did it arrive?");
  await ann.expectToRead("did it arrive?");
  expect((await ann.read())[0]).toHaveLength("🐦".length * 10_000);
  await expectNoHarm(ann);
});

test("a text that turns the direction of writing turns only itself", async ({ come }) => {
  const [ann, mallory] = [await come("Ann"), await come("\u200Fמלורי")];
  // A name may be written from the right; one that turns what stands around it is refused, see below.
  await mallory.say("\u202Edesrever \u2066\u2067 and never closed");
  await mallory.say("as before");
  await ann.expectToRead("as before");
  await ann.say("and so am I");
  await ann.expectToRead("and so am I");
  // Where a text begins tells its direction: those after the hostile one still begin at the left.
  const left = async (text: string) =>
    await ann.page.getByText(text, { exact: true }).evaluate((element) => {
      const range = document.createRange();
      range.setStart(element.firstChild!, 0);
      range.setEnd(element.firstChild!, 1);
      return range.getBoundingClientRect().left - element.getBoundingClientRect().left;
    });
  expect(Math.abs(await left("as before"))).toBeLessThan(2);
  expect(Math.abs(await left("and so am I"))).toBeLessThan(2);
  await expectNoHarm(ann);
});

test("a name that turns the direction of writing is refused in plain words", async ({ come, server }) => {
  const mallory = await come("Mallory\u202E", { signedOut: true });
  await mallory.page.goto(`${server.url}/sign-in`);
  await mallory.page.getByRole("textbox", { name: "Your name" }).fill(mallory.name);
  await mallory.page.getByRole("button", { name: "Come in" }).click();
  await expect(mallory.page.getByRole("alert")).toHaveText("A name is one line, without invisible control characters.");
});
