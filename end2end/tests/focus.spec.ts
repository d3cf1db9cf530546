import { expect, test, type Person } from "../people.ts";

async function editNewest({ box, page }: Person): Promise<void> {
  await expect(box).toBeFocused();
  await box.press("ArrowUp");
  await expect(page.getByRole("textbox", { name: "Message text" })).toBeFocused();
}

test("who ends an edit, in whatever way, goes on writing", async ({ come }) => {
  const ann = await come("Ann");
  const edit = ann.page.getByRole("textbox", { name: "Message text" });
  await ann.say("I wil be late");
  await expect(ann.pending).toHaveCount(0);
  await editNewest(ann);
  await edit.fill("I will be late");
  await edit.press("Enter");
  await expect(ann.row("I will be late edited")).toBeVisible();
  await expect(ann.box).toBeFocused();
  await editNewest(ann);
  await edit.press("Escape");
  await expect(ann.box).toBeFocused();
  await editNewest(ann);
  await ann.timeline.getByRole("button", { name: "Cancel" }).click();
  await expect(ann.box).toBeFocused();
});

test("who deletes a message goes on writing; an edit without a text is a wish to delete", async ({ come }) => {
  const ann = await come("Ann");
  for (const text of ["one", "two"]) await ann.say(text);
  await expect(ann.pending).toHaveCount(0);
  const confirm = ann.page.getByRole("dialog").getByRole("button", { name: "Delete" });
  await ann.row("one").hover();
  await ann.row("one").getByRole("button", { name: "Delete this message" }).click();
  await confirm.click();
  await expect(ann.page.getByText("This message was deleted.")).toHaveCount(1);
  await editNewest(ann);
  await ann.page.keyboard.press("Control+A");
  await ann.page.keyboard.press("Backspace");
  await ann.page.keyboard.press("Enter");
  await confirm.click();
  await expect(ann.page.getByText("This message was deleted.")).toHaveCount(2);
  await expect(ann.page.getByRole("textbox", { name: "Message text" })).toHaveCount(0);
  await expect(ann.box).toBeFocused();
});

for (const [screen, viewport] of Object.entries({ "a phone": { width: 390, height: 844 }, "a tablet": { width: 1024, height: 768 }, "a desktop": { width: 1440, height: 900 } })) {
  test(`the people of a room are left by Escape, to where one came from, on ${screen}`, async ({ come }) => {
    const ann = await come("Ann", { viewport });
    const [button, people] = [ann.page.getByRole("button", { name: /in this room/ }), ann.page.getByRole("complementary", { name: "People" })];
    // Where there is room, they are in view unless they were sent away.
    if (screen === "a desktop") await button.click();
    await expect(people).toBeHidden();
    await button.click();
    await expect(people).toBeVisible();
    if (screen !== "a desktop") await expect(people.getByRole("button", { name: "Close" })).toBeFocused();
    await ann.page.keyboard.press("Escape");
    await expect(people).toBeHidden();
    await expect(button).toBeFocused();
  });
}

test("what is typed goes into the box, wherever the focus is, but for where one writes", async ({ come }) => {
  const ann = await come("Ann");
  await ann.page.getByRole("link", { name: /^General/ }).focus();
  await ann.page.keyboard.type("hello");
  await expect(ann.box).toHaveValue("hello");
  await ann.timeline.focus();
  await ann.page.keyboard.type("again");
  await expect(ann.box).toHaveValue("helloagain");

  await ann.page.getByRole("button", { name: "New room" }).click();
  const name = ann.page.getByRole("dialog").getByRole("textbox", { name: "Name" });
  await expect(name).toBeFocused();
  await ann.page.keyboard.type("Travel");
  await expect(name).toHaveValue("Travel");
  await ann.page.getByRole("dialog").getByRole("button", { name: "Cancel" }).focus();
  await ann.page.keyboard.type("x");
  await expect(ann.box).toHaveValue("helloagain");
});

test("the keyboard gets past the rooms to the messages, or straight to the box", async ({ come }) => {
  const ann = await come("Ann");
  await ann.page.getByRole("link", { name: "Skip to the messages" }).focus();
  await ann.page.keyboard.press("Tab");
  const skip = ann.page.getByRole("link", { name: "Write a message" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await ann.page.keyboard.press("Enter");
  await expect(ann.box).toBeFocused();
});

test("Alt and an arrow lead to the room above or below", async ({ come }) => {
  const ann = await come("Ann");
  await ann.say("newest here");
  await ann.makeRoom("Travel plans");
  await ann.say("and newest there");
  await expect(ann.pending).toHaveCount(0);
  await ann.page.keyboard.press("Alt+ArrowDown");
  await expect(ann.page.getByRole("textbox", { name: "Message to General" })).toBeFocused();
  await ann.page.keyboard.press("Alt+ArrowDown");
  await ann.page.keyboard.press("Alt+ArrowUp");
  await expect(ann.page.getByRole("textbox", { name: "Message to Travel plans" })).toBeFocused();
});
