import { expect, test, type Person } from "../people.ts";

/** Opens the settings of the room on screen. */
async function openSettings({ page }: Person) {
  await page.getByRole("button", { name: "Room settings" }).click();
  const dialog = page.getByRole("dialog", { name: "Room settings" });
  const [name, topic] = [dialog.getByRole("textbox", { name: "Name" }), dialog.getByRole("textbox", { name: "What is it about?" })];
  return { dialog, name, topic, save: dialog.getByRole("button", { name: "Save" }) };
}

test("a box says what is wrong with it until it is mended, and nothing is half done", async ({ come }) => {
  const [ann, bob] = [await come("Ann"), await come("Bob")];
  const { dialog, name, topic, save } = await openSettings(ann);
  // One goes on where the name ends.
  await expect(name).toBeFocused();
  await ann.page.keyboard.type(" talk");
  await expect(name).toHaveValue("General talk");

  await name.fill("\u202elive");
  await topic.fill("a".repeat(251));
  await save.click();
  await expect(dialog.getByRole("alert")).toHaveText(["Use one line, without invisible control characters.", "250 characters at most."]);
  await expect(name).toBeFocused();
  await name.fill("Travel");
  await expect(dialog.getByRole("alert")).toHaveText(["250 characters at most."]);
  await save.click();
  await expect(topic).toBeFocused();
  await name.fill("\u200b");
  await topic.fill("Where to go");
  await save.click();
  await expect(dialog.getByRole("alert")).toHaveText(["A room needs a name."]);
  await expect(bob.page.getByRole("heading", { name: "General" }).first()).toBeVisible();
  await expect(bob.page.getByTitle("Where to go")).toHaveCount(0);

  await name.fill("Travel");
  await name.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(bob.page.getByRole("heading", { name: "Travel" }).first()).toBeVisible();
  await expect(bob.page.getByTitle("Where to go")).toBeVisible();
});

test("one's own name is held to the same", async ({ come }) => {
  const ann = await come("Ann");
  await ann.page.getByRole("button", { name: "Ann", exact: true }).click();
  const dialog = ann.page.getByRole("dialog", { name: "Change your name" });
  const name = dialog.getByRole("textbox", { name: "Your name" });
  for (const [wrong, complaint] of [
    ["\u2066Ann", "A name is one line, without invisible control characters."],
    ["\u200b", "Please write a name."],
    ["a".repeat(41), "That name is too long: 40 characters at most."],
  ] as const) {
    await name.fill(wrong);
    await name.press("Enter");
    await expect(dialog.getByRole("alert")).toHaveText(complaint);
    await name.fill("Ann");
    await expect(dialog.getByRole("alert")).toHaveCount(0);
  }
});

test("leaving a room is asked by itself, and the keyboard is where it was if one stays", async ({ come }) => {
  const ann = await come("Ann");
  await ann.makeRoom("Travel plans");
  const { dialog } = await openSettings(ann);
  const leave = dialog.getByRole("button", { name: "Leave this room" });
  await leave.focus();
  await leave.press("Enter");
  const question = ann.page.getByRole("dialog", { name: "Leave this room?" });
  await expect(dialog).toBeHidden();
  await expect(question.getByRole("button", { name: "Cancel" })).toHaveCount(1);
  await ann.page.keyboard.press("Escape");
  await expect(question).toBeHidden();
  await expect(ann.page.getByRole("button", { name: "Room settings" })).toBeFocused();

  await openSettings(ann);
  await leave.click();
  await question.getByRole("button", { name: "Leave", exact: true }).click();
  await expect(question).toBeHidden();
  await expect(ann.page.getByRole("link", { name: /^Travel plans/ })).toHaveCount(0);
});

test("who made or joined a room can write in it at once", async ({ come }) => {
  const [ann, bob] = [await come("Ann"), await come("Bob")];
  await ann.page.getByRole("button", { name: "New room" }).click();
  await expect(ann.page.getByRole("dialog").getByRole("textbox", { name: "Name" })).toBeFocused();
  await ann.page.keyboard.type("Travel plans");
  // Impatience does not open the dialog again.
  for (let press = 0; press < 3; press++) await ann.page.keyboard.press("Enter");
  await expect(ann.page.getByRole("textbox", { name: "Message to Travel plans" })).toBeFocused();
  await expect(ann.page.getByRole("dialog")).toHaveCount(0);
  await expect(ann.page.getByRole("link", { name: /^Travel plans/ })).toHaveCount(1);

  await bob.page.getByRole("button", { name: "Find a room" }).click();
  await expect(bob.page.getByRole("button", { name: "Join: Travel plans" })).toBeFocused();
  await bob.page.keyboard.press("Enter");
  await expect(bob.page.getByRole("textbox", { name: "Message to Travel plans" })).toBeFocused();
  await bob.page.keyboard.type("hello");
  await bob.page.keyboard.press("Enter");
  await ann.expectToRead("hello");
});

test("among many rooms one is found by a part of its name or topic", async ({ come }) => {
  const [ann, bob] = [await come("Ann"), await come("Bob")];
  const names = ["Zürich", "Basel", "Bern", "Genf", "Luzern", "Chur", "Thun", "Travel plans"];
  for (const name of names) await ann.makeRoom(name, name === "Chur" ? "The ZURICH of the mountains" : "");

  await bob.page.getByRole("button", { name: "Find a room" }).click();
  const sought = bob.page.getByRole("textbox", { name: "Name or topic" });
  const found = bob.page.getByRole("dialog").getByRole("button", { name: /^Join: / });
  await expect(sought).toBeFocused();
  await expect(found).toHaveCount(names.length);
  await bob.page.keyboard.type("zÜr");
  await expect(found).toHaveText(["Join"]);
  await expect(found).toHaveAccessibleName("Join: Zürich");
  await sought.fill("zurich");
  await expect(found).toHaveAccessibleName("Join: Chur");
  await sought.fill("nowhere");
  await expect(found).toHaveCount(0);
  await expect(bob.page.getByText("None of these rooms has that in its name or topic.")).toBeVisible();

  await sought.fill("travel");
  await expect(found).toHaveCount(1);
  await bob.page.keyboard.press("Tab");
  await bob.page.keyboard.press("Enter");
  await expect(bob.page.getByRole("textbox", { name: "Message to Travel plans" })).toBeFocused();
});

test("everyone can read what a room is about in full", async ({ come }) => {
  const [ann, bob] = [await come("Ann"), await come("Bob")];
  const topic = "What we talk about here, ".repeat(10).trim().slice(0, 239);
  await ann.makeRoom("Travel plans", topic);
  await bob.page.getByRole("button", { name: "Find a room" }).click();
  await bob.page.getByRole("button", { name: "Join: Travel plans" }).click();
  await bob.page.getByRole("button", { name: "Room settings" }).click();
  await expect(bob.page.getByRole("dialog").getByText(topic)).toBeVisible();
});

test("a room whose messages are on their way shows their shape, and says what it waits for", async ({ come, lay }) => {
  const line = await lay();
  const ann = await come("Ann", { line });
  await ann.waitLive();
  await ann.makeRoom("Travel plans");
  await ann.say("the train leaves at nine");
  await expect(ann.pending).toHaveCount(0);
  // A page that was not in the room yet holds nothing of it.
  await ann.openRoom("general");

  line.hold();
  await ann.goTo("Travel plans");
  const shape = ann.timeline.getByRole("status", { name: "Opening the room" });
  await expect(shape).toBeVisible();
  await expect(ann.rows).toHaveCount(0);
  line.widen();
  await ann.expectToRead("the train leaves at nine");
  await expect(shape).toHaveCount(0);
});
