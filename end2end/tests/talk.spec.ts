import { expect, talkInTurn, test } from "../people.ts";

test("two people talk both ways, in under a second", async ({ come }) => {
  const [ann, bob] = [await come("Ann"), await come("Bob")];
  for (const duration of await talkInTurn(ann, bob)) expect(duration).toBeLessThan(1000);
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

  await expect(bob.person("Ann")).toContainText("here now");
  await expect(bob.person("Bob")).toContainText("here now");
  await ann.page.close();
  // Not at once: who only reloads never went.
  await expect(bob.person("Ann")).toContainText("not here", { timeout: 40_000 });
  await expect(bob.person("Bob")).toContainText("here now");
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

test("what one began to write stays in its room", async ({ come }) => {
  const ann = await come("Ann");
  const go = async (room: string) => {
    await ann.page.getByRole("link", { name: room }).click();
    await expect(ann.page.getByRole("textbox", { name: `Message to ${room}` })).toBeVisible();
  };
  await ann.page.getByRole("button", { name: "New room" }).click();
  await ann.page.getByRole("textbox", { name: "Name" }).fill("Travel plans");
  await ann.page.getByRole("button", { name: "Create room" }).click();
  await expect(ann.page.getByRole("textbox", { name: "Message to Travel plans" })).toBeVisible();

  await ann.box.pressSequentially("not for everybody");
  await go("General");
  await expect(ann.box).toHaveValue("");
  await ann.box.pressSequentially("for all");
  await go("Travel plans");
  await expect(ann.box).toHaveValue("not for everybody");
  await ann.page.goBack();
  await expect(ann.box).toHaveValue("for all");
  await ann.page.reload();
  await expect(ann.box).toHaveValue("for all");
  await ann.box.press("Enter");
  await ann.expectToRead("for all");
  await ann.page.reload();
  await ann.expectToRead("for all");
  await expect(ann.box).toHaveValue("");
});

test("up, out of an empty box, edits what one said last", async ({ come }) => {
  const [ann, bob] = [await come("Ann"), await come("Bob")];
  await ann.say("I wil be late");
  await bob.say("how late?");
  await ann.expectToRead("how late?");
  await ann.box.press("ArrowUp");
  const edit = ann.page.getByRole("textbox", { name: "Message text" });
  await expect(edit).toBeFocused();
  await edit.fill("I will be late");
  await edit.press("Enter");
  await expect(bob.rows.filter({ hasText: "I will be late" })).toContainText("edited");
});

test("on a phone, back leads from the people to the talk, and from there to the rooms, over a reload", async ({ come }) => {
  const ann = await come("Ann", { viewport: { width: 390, height: 844 } });
  const people = ann.page.getByRole("complementary", { name: "People" });
  await ann.page.getByRole("button", { name: /in this room/ }).click();
  await expect(people).toBeVisible();
  await ann.page.goBack();
  await expect(people).toBeHidden();
  await ann.page.getByRole("button", { name: /in this room/ }).click();
  await people.getByRole("button", { name: "Close" }).click();
  await expect(people).toBeHidden();
  await expect(ann.box).toBeVisible();
  await ann.page.getByRole("link", { name: "Back to the rooms" }).click();
  await expect(ann.page.getByRole("link", { name: /General/ })).toBeVisible();
  await ann.page.reload();
  await expect(ann.page.getByRole("link", { name: /General/ })).toBeVisible();
  await expect(ann.box).toBeHidden();
});

test("a refused name stays in its box", async ({ come, page }) => {
  const { home } = await come("Ann");
  await page.goto(`${home}/sign-in`);
  const name = "A name that is much longer than any badge that it could ever stand on";
  const box = page.getByRole("textbox", { name: /^Your name/ });
  await box.fill(name);
  await page.getByRole("button", { name: "Come in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(box).toHaveValue(name);
});

test("who jumps to the newest message goes on writing", async ({ come }) => {
  const [ann, bob] = [await come("Ann"), await come("Bob")];
  for (let turn = 1; turn <= 30; turn++) await bob.say(`line ${turn}`);
  await ann.expectToRead("line 30");
  await ann.timeline.focus();
  await ann.page.keyboard.press("Home");
  const jump = ann.page.getByRole("button", { name: "Latest messages" });
  await jump.focus();
  await ann.page.keyboard.press("Enter");
  await expect(jump).toHaveCount(0);
  await expect(ann.box).toBeFocused();
});

test("Shift+Enter breaks the line, Enter sends", async ({ come }) => {
  const ann = await come("Ann");
  await ann.box.pressSequentially("roses are red");
  await ann.box.press("Shift+Enter");
  await ann.box.pressSequentially("violets are blue");
  await ann.box.press("Enter");
  await expect(ann.rows.locator(".text")).toHaveText(["roses are red\nviolets are blue"], { useInnerText: true });
});
