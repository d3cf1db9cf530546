import { expect, test, type Person } from "../people.ts";

const lines = (count: number, from = 1) => Array.from({ length: count }, (_, index) => `line ${index + from}`);

async function scrollUp(person: Person, pixels: number): Promise<void> {
  await person.timeline.hover();
  await person.page.mouse.wheel(0, -pixels);
  await expect(person.page.getByRole("button", { name: "Latest messages" })).toBeVisible();
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
  // And it is not a passing glimpse.
  await ann.page.waitForTimeout(500);
  expect((await ann.inSight())[0]).toBe(place);
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
  await expect.poll(async () => (await ann.inSight()).indexOf("line 1")).toBeGreaterThanOrEqual(0);
  await ann.page.waitForTimeout(500);
  expect((await ann.inSight()).indexOf("line 1")).toBeLessThan(6);
  await expect(ann.timeline.getByRole("separator", { name: "New" })).toBeVisible();
  await expect(back).toHaveCount(0);
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
