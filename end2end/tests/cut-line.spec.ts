import { expect, test } from "../people.ts";

test("what is written while the line is cut arrives once and in order", async ({ come, lay }) => {
  const line = await lay();
  const [ann, bob] = [await come("Ann", { line }), await come("Bob")];
  await ann.waitLive();
  await ann.say("before");
  await bob.expectToRead("before");

  line.cut();
  await expect(ann.lineSays("No connection.")).toBeVisible();
  for (const text of ["cut 1", "cut 2", "cut 3"]) await ann.say(text);
  await expect(ann.pending).toHaveCount(3);
  for (const text of ["meanwhile 1", "meanwhile 2"]) {
    await bob.say(text);
    await bob.expectToRead(text);
  }

  line.mend();
  await ann.waitLive();
  await expect(ann.pending).toHaveCount(0);
  const all = ["before", "meanwhile 1", "meanwhile 2", "cut 1", "cut 2", "cut 3"];
  await expect.poll(() => ann.read()).toEqual(all);
  await expect.poll(() => bob.read()).toEqual(all);
});

test("who waits for the line sees how long, and need not", async ({ come, lay }) => {
  const line = await lay();
  const ann = await come("Ann", { line });
  await ann.waitLive();
  // Pauses have a random length, up to a bound that doubles: these have the greatest.
  await ann.page.evaluate(() => (Math.random = () => 0.99));
  line.cut();
  let seen = NaN;
  await expect.poll(async () => (seen = await ann.secondsToWait()), { timeout: 40_000, intervals: [100] }).toBeGreaterThanOrEqual(7);
  await expect.poll(() => ann.secondsToWait(), { intervals: [100] }).toBe(seen - 1);

  line.mend();
  const pressed = Date.now();
  await ann.page.getByRole("button", { name: "Try now" }).filter({ visible: true }).click();
  await ann.waitLive();
  expect(Date.now() - pressed).toBeLessThan((1000 * seen) / 2);
  await expect(ann.lineSays("No connection.")).toHaveCount(0);
});

test("what waits for the line is said to wait, and is sent when it is back", async ({ come, lay }) => {
  const line = await lay();
  const [ann, bob] = [await come("Ann", { line }), await come("Bob")];
  await ann.waitLive();
  line.cut();
  await ann.waitConnection("waiting");
  await ann.say("can you hear me?");
  const row = ann.row("can you hear me?");
  await expect(row).toHaveAttribute("data-delivery", "pending");
  await expect(row).toContainText("Will be sent when you are back online");
  await expect(row.getByRole("button")).toHaveCount(0);

  line.mend();
  await expect(row).toHaveAttribute("data-delivery", "sent", { timeout: 40_000 });
  await expect(row).not.toContainText("Will be sent");
  await bob.expectToRead("can you hear me?");
});

test("who missed much is told that it is on its way", async ({ come, lay }) => {
  const line = await lay();
  const [ann, bob] = [await come("Ann", { line }), await come("Bob")];
  await ann.waitLive();
  line.cut();
  await ann.waitConnection("waiting");
  const missed = Array.from({ length: 30 }, (_, index) => `${index + 1} ${"and so on ".repeat(90).trim()}`);
  await bob.sayAll(missed);

  line.thin(2_000);
  line.mend();
  await ann.waitConnection("catching-up");
  await expect(ann.lineSays("Catching up…")).toBeVisible();
  line.widen();
  await ann.waitLive();
  await expect(ann.lineSays("Catching up…")).toHaveCount(0);
  await expect.poll(() => ann.read()).toEqual(missed);
});

test("a message whose acknowledgement got lost is not said twice", async ({ come, lay }) => {
  const line = await lay();
  const [ann, bob] = [await come("Ann", { line }), await come("Bob")];
  await ann.waitLive();

  line.deafen();
  await ann.say("only once");
  await bob.expectToRead("only once");
  await expect(ann.pending).toHaveCount(1);

  line.cut();
  line.mend();
  await ann.waitLive();
  await expect(ann.pending).toHaveCount(0);
  await expect.poll(() => ann.read()).toEqual(["only once"]);
  expect(await bob.read()).toEqual(["only once"]);
});

test("the line heals by itself", async ({ come, lay }) => {
  const line = await lay();
  const [ann, bob] = [await come("Ann", { line }), await come("Bob")];
  await ann.waitLive();
  line.cut();
  await ann.waitConnection("waiting");
  await bob.say("you will see this");
  line.mend();
  await ann.expectToRead("you will see this", 40_000);
  await ann.waitLive();
});

test("who loses the network is told at once, and is back as soon as it is", async ({ come, lay }) => {
  const line = await lay();
  const ann = await come("Ann", { line });
  await ann.waitLive();
  line.deafen();
  await ann.context.setOffline(true);
  await expect(ann.lineSays("No connection.")).toBeVisible({ timeout: 5_000 });
  line.mend();
  await ann.context.setOffline(false);
  await ann.waitLive();
});

test("what takes long to send is said to be on its way", async ({ come, lay }) => {
  const line = await lay();
  const ann = await come("Ann", { line });
  await ann.waitLive();
  await ann.say("quick");
  await expect(ann.pending).toHaveCount(0);
  await expect(ann.timeline.getByText("Sending")).toHaveCount(0);
  line.deafen();
  await ann.say("slow");
  await expect(ann.timeline.getByText("Sending")).toBeVisible();
});
