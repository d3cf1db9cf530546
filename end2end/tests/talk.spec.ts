import { expect, test } from "../people.ts";

test("two people talk both ways, in under a second", async ({ come }) => {
  const [ann, bob] = [await come("Ann"), await come("Bob")];
  // The quickest of a few counts: a busy machine slows down any one of them.
  const durations: number[] = [];
  for (let turn = 1; turn <= 5; turn++) {
    const start = performance.now();
    await ann.say(`hello ${turn}`);
    await bob.expectToRead(`hello ${turn}`);
    await bob.say(`welcome ${turn}`);
    await ann.expectToRead(`welcome ${turn}`);
    durations.push(performance.now() - start);
  }
  console.log(`    there and back: ${durations.map((duration) => duration.toFixed(0)).join(", ")} ms`);
  expect(Math.min(...durations)).toBeLessThan(1000);
  expect(await ann.read()).toEqual(await bob.read());
  await expect(ann.pending).toHaveCount(0);
});

test("what is said to one is there when the next one comes", async ({ come }) => {
  const ann = await come("Ann");
  await ann.say("is anybody here?");
  await ann.expectToRead("is anybody here?");
  const bob = await come("Bob");
  await bob.expectToRead("is anybody here?");
});

test("one sees who is writing, and who is here", async ({ come }) => {
  const [ann, bob] = [await come("Ann"), await come("Bob", { viewport: { width: 1440, height: 900 } })];
  await ann.box.pressSequentially("I was thinking");
  await expect(bob.page.getByText("Ann is writing…")).toBeVisible();
  await ann.box.press("Enter");
  await expect(bob.page.getByText("Ann is writing…")).toBeHidden();
});

test("a message elsewhere shows as unread, until one looks", async ({ come }) => {
  const [ann, bob] = [await come("Ann"), await come("Bob")];
  await ann.page.getByRole("button", { name: "New room" }).click();
  await ann.page.getByRole("textbox", { name: "Name" }).fill("Travel plans");
  await ann.page.getByRole("button", { name: "Create room" }).click();
  await expect(ann.page.getByRole("heading", { name: "Travel plans" }).first()).toBeVisible();
  await bob.say("Ann, are you there?");
  const general = ann.page.getByRole("link", { name: /General/i });
  await expect(general).toContainText("1");
  await general.click();
  await ann.expectToRead("Ann, are you there?");
  await expect(general).not.toContainText("1");
});

test("Shift+Enter breaks the line, Enter sends", async ({ come }) => {
  const ann = await come("Ann");
  await ann.box.pressSequentially("roses are red");
  await ann.box.press("Shift+Enter");
  await ann.box.pressSequentially("violets are blue");
  await ann.box.press("Enter");
  await expect(ann.rows.locator(".text")).toHaveText(["roses are red\nviolets are blue"], { useInnerText: true });
});
