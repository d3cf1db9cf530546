import { expect, test } from "../people.ts";

test("what is refused says so and can be discarded, or tried again and is then said once", async ({ come, lay }) => {
  const line = await lay();
  const [ann, bob] = [await come("Ann"), await come("Bob", { line })];
  await bob.waitLive();
  line.cut();
  await bob.waitConnection("waiting");
  for (const text of ["too late to matter", "still true"]) await bob.say(text);
  await ann.remove("Bob");
  line.mend();
  await expect(bob.page.getByText("2 messages of yours have not been sent. They are kept for when you are back.")).toBeVisible();
  await bob.page.getByRole("button", { name: "Join room" }).click();

  await expect(bob.failed).toHaveCount(2);
  for (const row of await bob.failed.all()) await expect(row.getByRole("alert")).toContainText("Not sent: You were not in this room.");
  // Nobody has decided yet: a reload changes nothing.
  await bob.page.reload();
  await bob.waitLive();
  await expect(bob.failed).toHaveCount(2);
  expect(await ann.read()).toEqual([]);

  await bob.row("too late to matter").getByRole("button", { name: "Discard" }).click();
  await expect(bob.row("too late to matter")).toHaveCount(0);
  await bob.row("still true").getByRole("button", { name: "Try again" }).click();
  await expect(bob.row("still true")).toHaveAttribute("data-delivery", "sent");
  await expect(bob.row("still true").getByRole("button", { name: "Try again" })).toHaveCount(0);
  await ann.expectToRead("still true");

  for (const person of [ann, bob]) {
    await person.page.reload();
    await person.waitLive();
    expect(await person.read()).toEqual(["still true"]);
  }
});
