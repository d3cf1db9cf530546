import { type Locator } from "@playwright/test";
import { expect, test, type Person } from "../people.ts";

const lines = (count: number, from = 1) => Array.from({ length: count }, (_, index) => `line ${index + from}`);

async function scrollUp(person: Person, pixels: number): Promise<void> {
  await person.timeline.hover();
  await person.page.mouse.wheel(0, -pixels);
  await expect(person.page.getByRole("button", { name: "Latest messages" })).toBeVisible();
}

/** Goes so many pixels below the oldest row, at once: a wheel may still turn when one looks. */
async function goBelowOldest(person: Person, pixels: number): Promise<void> {
  await person.timeline.evaluate((scroller, pixels) => (scroller.scrollTop = scroller.clientHeight - scroller.scrollHeight + pixels), pixels);
}

/** How far below the upper edge of the window one reads this text. */
async function topOf(text: Locator): Promise<number> {
  return (await text.boundingBox())!.y;
}

async function expectToStandAt(text: Locator, top: number): Promise<void> {
  await expect.poll(async () => Math.abs((await topOf(text)) - top)).toBeLessThanOrEqual(2);
}

test("each room remembers where its reader was", async ({ come }) => {
  const ann = await come("Ann");
  await ann.sayAll(lines(60));
  await ann.expectToRead("line 60");
  await ann.makeRoom("Travel plans");
  await ann.sayAll(lines(60, 101));
  await ann.expectToRead("line 160");

  await ann.goTo("General");
  await expect.poll(() => ann.inSight()).toContain("line 60");
  await scrollUp(ann, 900);
  const [place] = await ann.inSight();
  expect(place).not.toBe("line 60");

  await ann.goTo("Travel plans");
  await expect.poll(() => ann.inSight()).toContain("line 160");
  await expect(ann.page.getByRole("button", { name: "Latest messages" })).toHaveCount(0);

  await ann.goTo("General");
  await expect.poll(async () => (await ann.inSight())[0]).toBe(place);
  // And it is not a passing glimpse: whatever opening the room set off is over when what is said afterwards has come.
  await ann.sayAll(["line 61"]);
  await ann.expectToRead("line 61");
  await expect.poll(async () => (await ann.inSight())[0]).toBe(place);
});

test("a place far up is found again, though it has to be loaded", async ({ come }) => {
  const ann = await come("Ann");
  await ann.sayAll(lines(320));
  await ann.makeRoom("Travel plans");
  await ann.goTo("General");
  await ann.expectToRead("line 320");
  const wanted = ann.row("line 20");
  await expect(async () => {
    await ann.timeline.hover();
    await ann.page.mouse.wheel(0, -4000);
    await expect(wanted).toHaveCount(1, { timeout: 200 });
  }).toPass();
  await wanted.scrollIntoViewIfNeeded();
  await expect.poll(() => ann.inSight()).toContain("line 20");

  await ann.goTo("Travel plans");
  await ann.goTo("General");
  await expect.poll(() => ann.inSight()).toContain("line 20");
});

test("who missed more than a page is led back to where they stopped, and nothing counts as read before", async ({ come }) => {
  const [ann, bob] = [await come("Ann"), await come("Bob")];
  await bob.sayAll(["read by Ann"]);
  await ann.expectToRead("read by Ann");
  await ann.makeRoom("Travel plans");
  await bob.sayAll(lines(130));
  const general = ann.page.getByRole("link", { name: /^General/ });
  await expect(general).toContainText("99+");

  await ann.page.reload();
  await ann.waitLive();
  await ann.goTo("General");
  await expect.poll(() => ann.inSight()).toContain("line 130");
  const back = ann.page.getByRole("button", { name: /^130 new messages since \d\d:\d\d/ });
  await expect(back).toBeVisible();
  await expect(general).toContainText("99+");

  await back.click();
  // With a little of what was read before above it, and the new below.
  await expect.poll(async () => (await ann.inSight()).slice(0, 6)).toContain("line 1");
  await expect(ann.timeline.getByRole("separator", { name: "New" })).toBeVisible();
  // It goes when the line was seen at the place that was looked for: nothing moves after that.
  await expect(back).toHaveCount(0);
  expect((await ann.inSight()).slice(0, 6)).toContain("line 1");
  await expect(general).toContainText("99+");

  await ann.page.getByRole("button", { name: /new messages$/ }).click();
  await expect.poll(() => ann.inSight()).toContain("line 130");
  await expect(general).not.toContainText("99+");
});

test("what was missed can be marked as read", async ({ come }) => {
  const [ann, bob] = [await come("Ann"), await come("Bob")];
  await ann.makeRoom("Travel plans");
  await bob.sayAll(lines(70));
  await ann.page.reload();
  await ann.waitLive();
  await ann.goTo("General");
  await expect(ann.page.getByRole("button", { name: /^70 new messages/ })).toBeVisible();
  await ann.page.getByRole("button", { name: "Mark as read" }).click();
  await expect(ann.page.getByRole("button", { name: /^70 new messages/ })).toHaveCount(0);
  await expect(ann.page.getByRole("link", { name: /^General/ })).not.toContainText("70");
  await expect.poll(() => ann.inSight()).toContain("line 70");
});

test("what is said meanwhile does not move what one reads, and the way to it is shown", async ({ come }) => {
  const [ann, bob] = [await come("Ann"), await come("Bob")];
  // More than is drawn at the newest message: what comes below must not push out what is above.
  await bob.sayAll(lines(130));
  await ann.expectToRead("line 130");
  await goBelowOldest(ann, 1500);
  await expect(ann.page.getByRole("button", { name: "Latest messages" })).toBeVisible();
  const [place] = await ann.inSight();
  const read = ann.timeline.getByText(place!, { exact: true });
  const top = await topOf(read);

  // Together: they may come within one frame.
  await bob.sayAll(["meanwhile 1", "meanwhile 2\nand more of it", "meanwhile 3"]);
  await ann.expectToRead("meanwhile 3");
  const jump = ann.page.getByRole("button", { name: "3 new messages" });
  await expect(jump).toBeVisible();
  await expectToStandAt(read, top);
  expect((await ann.inSight())[0]).toBe(place);

  await jump.click();
  await expect.poll(() => ann.inSight()).toContain("meanwhile 3");
  await expect(jump).toHaveCount(0);
});

for (const [where, pixels] of Object.entries({ "at the very top": 0, "near the top": 300 })) {
  test(`older messages are put above what one reads, and do not move it: ${where}`, async ({ come, lay }) => {
    const bob = await come("Bob");
    await bob.sayAll(lines(200));
    const line = await lay();
    const ann = await come("Ann", { line });
    await ann.waitLive();

    // They are asked for, and stay on their way until it is noted what she reads.
    line.hold();
    await goBelowOldest(ann, pixels);
    await expect(ann.timeline.getByText("Loading older messages")).toBeAttached();
    const [oldest] = await ann.read();
    const [place] = await ann.inSight();
    expect(place === oldest).toBe(pixels === 0);
    const read = ann.timeline.getByText(place!, { exact: true });
    const top = await topOf(read);

    line.widen();
    await ann.expectToRead(`line ${Number(oldest!.replace("line ", "")) - 1}`);
    await expectToStandAt(read, top);
  });
}
