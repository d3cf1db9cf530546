import { expect, test } from "../people.ts";

test("an edit without a line is said at once to be not saved, and keeps its text until it is", async ({ come, lay }) => {
  const line = await lay();
  const [ann, bob] = [await come("Ann", { line }), await come("Bob")];
  await ann.waitLive();
  await ann.say("I wil be late");
  await bob.expectToRead("I wil be late");
  line.cut();
  await ann.waitConnection("waiting");
  await ann.box.press("ArrowUp");
  const edit = ann.page.getByRole("textbox", { name: "Message text" });
  await edit.fill("I will be late");
  await edit.press("Enter");
  await expect(ann.page.getByText("No connection: not saved yet.")).toBeVisible();
  await expect(edit).toHaveValue("I will be late");
  line.mend();
  await ann.waitLive();
  await expect(ann.page.getByText("No connection: not saved yet.")).toBeHidden();
  await edit.press("Enter");
  await bob.expectToRead("I will be late edited");
  await expect(edit).toHaveCount(0);
});

test("an edit is open until it is answered, though the answer gets lost", async ({ come, lay }) => {
  const line = await lay();
  const [ann, bob] = [await come("Ann", { line }), await come("Bob")];
  await ann.waitLive();
  await ann.say("I wil be late");
  await bob.expectToRead("I wil be late");
  line.deafen();
  await ann.box.press("ArrowUp");
  const edit = ann.page.getByRole("textbox", { name: "Message text" });
  await edit.fill("I will be late");
  await edit.press("Enter");
  await expect(ann.page.getByText("Saving…")).toBeVisible();
  await expect(ann.timeline.getByRole("button", { name: "Save" })).toBeDisabled();
  await bob.expectToRead("I will be late edited");
  line.cut();
  await expect(ann.page.getByText("No connection: not saved yet.")).toBeVisible();
  line.mend();
  await ann.waitLive();
  await expect(edit).toHaveValue("I will be late");
  await edit.press("Enter");
  await expect(edit).toHaveCount(0);
  await ann.expectToRead("I will be late edited");
});

test("a dialog without a line stays, says so, and can try again", async ({ come, lay }) => {
  const line = await lay();
  const ann = await come("Ann", { line });
  await ann.waitLive();
  await ann.say("to be deleted");
  await expect(ann.pending).toHaveCount(0);
  line.cut();
  await ann.waitConnection("waiting");

  const dialog = ann.page.getByRole("dialog");
  await ann.row("to be deleted").hover();
  await ann.row("to be deleted").getByRole("button", { name: "Delete this message" }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(dialog.getByText("No connection: not done yet.")).toBeVisible();
  await dialog.getByRole("button", { name: "Cancel" }).click();

  await ann.page.getByRole("button", { name: "New room" }).click();
  await dialog.getByRole("textbox", { name: "Name" }).fill("Travel plans");
  await dialog.getByRole("button", { name: "Create room" }).click();
  await expect(dialog.getByText("No connection: not saved yet.")).toBeVisible();
  await expect(dialog.getByRole("textbox", { name: "Name" })).toHaveValue("Travel plans");
  line.mend();
  await ann.waitLive();
  await dialog.getByRole("button", { name: "Create room" }).click();
  await expect(dialog).toBeHidden();
  await expect(ann.page.getByRole("heading", { name: "Travel plans" }).first()).toBeVisible();
});

test("a room is made once, though the answer gets lost", async ({ come, lay }) => {
  const line = await lay();
  const [ann, bob] = [await come("Ann", { line }), await come("Bob")];
  await ann.waitLive();
  line.deafen();
  const dialog = ann.page.getByRole("dialog");
  await ann.page.getByRole("button", { name: "New room" }).click();
  await dialog.getByRole("textbox", { name: "Name" }).fill("Travel plans");
  await dialog.getByRole("button", { name: "Create room" }).click();
  await expect(dialog.getByText("Saving…")).toBeVisible();
  await bob.page.getByRole("button", { name: "Find a room" }).click();
  await expect(bob.page.getByRole("button", { name: "Join: Travel plans" })).toHaveCount(1);
  await bob.page.keyboard.press("Escape");

  line.cut();
  await expect(dialog.getByText("No connection: not saved yet.")).toBeVisible();
  line.mend();
  await ann.waitLive();
  await expect(dialog).toBeHidden();
  await expect(ann.page.getByRole("textbox", { name: "Message to Travel plans" })).toBeFocused();
  await expect(ann.page.getByRole("link", { name: /^Travel plans/ })).toHaveCount(1);
  await bob.page.getByRole("button", { name: "Find a room" }).click();
  await expect(bob.page.getByRole("button", { name: "Join: Travel plans" })).toHaveCount(1);
});
