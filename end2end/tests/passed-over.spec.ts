import { expect, test, type Person } from "../people.ts";

const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`);

/** The way back up to what was not seen. */
const wayBack = (person: Person, count: number) => person.page.getByRole("button", { name: new RegExp(`^${count} new messages since \\d\\d:\\d\\d`) });
const badge = (person: Person, count: number) => person.page.getByRole("link", { name: new RegExp(`^General.*${count} new message`) });

async function scrollDown(person: Person): Promise<void> {
  await person.timeline.evaluate((scroller) => (scroller.scrollTop = 0));
}

/** Follows the way back, and reads on from there to the end. */
async function readFromTheFirst(person: Person, count: number): Promise<void> {
  await wayBack(person, count).click();
  await expect.poll(async () => (await person.inSight()).slice(0, 6)).toContain("line 1");
  await expect(person.timeline.getByRole("separator", { name: "New" })).toBeVisible();
  await expect(wayBack(person, count)).toHaveCount(0);
  await scrollDown(person);
  await expect(badge(person, count)).toHaveCount(0);
  await expect(wayBack(person, count)).toHaveCount(0);
}

/** What the browser does when one goes to another tab and comes back. */
async function setVisible(person: Person, isVisible: boolean): Promise<void> {
  await person.page.evaluate((state) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, isVisible ? "visible" : "hidden");
}

test("what came while the line was cut, and was scrolled past, is not taken for read", async ({ come, lay }) => {
  const line = await lay();
  const [ann, bob] = [await come("Ann", { line }), await come("Bob")];
  await bob.say("read by Ann");
  await ann.expectToRead("read by Ann");
  await ann.waitLive();
  line.cut();
  await ann.waitConnection("waiting");
  await bob.sayAll(lines(60));
  line.mend();
  await ann.waitLive();
  await expect.poll(() => ann.inSight()).toContain("line 60");
  await expect(wayBack(ann, 60)).toBeVisible();
  await expect(badge(ann, 60)).toBeVisible();

  // The way down leads down.
  await ann.timeline.hover();
  await ann.page.mouse.wheel(0, -200);
  await ann.page.getByRole("button", { name: "60 new messages", exact: true }).click();
  await expect.poll(() => ann.inSight()).toContain("line 60");
  await expect(badge(ann, 60)).toBeVisible();
  await readFromTheFirst(ann, 60);
});

test("a few messages that came while the line was cut are read when they are in sight", async ({ come, lay }) => {
  const line = await lay();
  const [ann, bob] = [await come("Ann", { line }), await come("Bob")];
  await ann.waitLive();
  line.cut();
  await ann.waitConnection("waiting");
  await bob.sayAll(lines(3));
  line.mend();
  await ann.expectToRead("line 3");
  await expect(badge(ann, 3)).toHaveCount(0);
  await expect(wayBack(ann, 3)).toHaveCount(0);
});

for (const before of [[], ["read by Ann"]]) {
  test(`what came while another page was in front is not taken for read when one comes back: ${before.length} before`, async ({ come }) => {
    const [ann, bob] = [await come("Ann"), await come("Bob")];
    await bob.sayAll(before);
    for (const text of before) await ann.expectToRead(text);
    await expect(badge(ann, 1)).toHaveCount(0);
    await setVisible(ann, false);
    // One by one: the first of them is in view for a while, and nobody looks.
    for (const text of lines(40)) {
      await bob.say(text);
      await ann.expectToRead(text);
    }
    await setVisible(ann, true);
    await expect(wayBack(ann, 40)).toBeVisible();
    await readFromTheFirst(ann, 40);
  });
}

test("who looks on while much is said has read it", async ({ come }) => {
  const [ann, bob] = [await come("Ann"), await come("Bob")];
  await bob.say("read by Ann");
  await ann.expectToRead("read by Ann");
  await bob.sayAll(lines(60));
  await ann.expectToRead("line 60");
  await expect(ann.page.getByRole("link", { name: /^General.*new message/ })).toHaveCount(0);
  await expect(ann.page.getByRole("button", { name: /new message/ })).toHaveCount(0);
});

test("who reads further up is led to the first of what is new, and then to the newest", async ({ come }) => {
  const [ann, bob] = [await come("Ann"), await come("Bob")];
  await bob.sayAll(Array.from({ length: 60 }, (_, index) => `before ${index + 1}`));
  await ann.expectToRead("before 60");
  await expect(ann.page.getByRole("link", { name: /^General.*new message/ })).toHaveCount(0);
  await ann.timeline.hover();
  await ann.page.mouse.wheel(0, -900);
  await expect(ann.page.getByRole("button", { name: "Latest messages" })).toBeVisible();
  await bob.sayAll(lines(60));
  const down = ann.page.getByRole("button", { name: "60 new messages" });
  await down.focus();
  await ann.page.keyboard.press("Enter");
  await expect.poll(async () => (await ann.inSight()).slice(0, 6)).toContain("line 1");
  await expect(ann.timeline.getByRole("separator", { name: "New" })).toBeVisible();
  await expect(wayBack(ann, 60)).toHaveCount(0);
  await expect(ann.box).toBeFocused();

  await down.click();
  await expect.poll(() => ann.inSight()).toContain("line 60");
  await expect(badge(ann, 60)).toHaveCount(0);
  await expect(wayBack(ann, 60)).toHaveCount(0);
});

test("who answers from further up has not read what came meanwhile", async ({ come }) => {
  const [ann, bob] = [await come("Ann"), await come("Bob")];
  await bob.sayAll(Array.from({ length: 60 }, (_, index) => `before ${index + 1}`));
  await ann.expectToRead("before 60");
  await ann.timeline.hover();
  await ann.page.mouse.wheel(0, -900);
  await expect(ann.page.getByRole("button", { name: "Latest messages" })).toBeVisible();
  await bob.sayAll(lines(60));
  await expect(ann.page.getByRole("button", { name: "60 new messages" })).toBeVisible();
  await ann.say("my answer");
  await expect.poll(() => ann.inSight()).toContain("my answer");
  await expect(ann.pending).toHaveCount(0);
  // One's own stands behind them, and counts with them.
  await expect(wayBack(ann, 61)).toBeVisible();
  await readFromTheFirst(ann, 61);
});
