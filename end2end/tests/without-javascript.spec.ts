import { expect, test } from "../people.ts";

test("one reads and posts without JavaScript", async ({ come }) => {
  const ann = await come("Ann");
  await ann.say("hello from a modern browser");
  await ann.expectToRead("hello from a modern browser");

  const bob = await come("Bob", { javaScriptEnabled: false });
  await bob.expectToRead("hello from a modern browser");
  await bob.box.fill("hello from a plain one");
  await bob.page.getByRole("button", { name: "Send" }).click();
  await bob.expectToRead("hello from a plain one");
  await ann.expectToRead("hello from a plain one");

  await ann.say("nice to read you");
  await ann.expectToRead("nice to read you");
  // Ann sees her own words before they are stored; Bob sees what was stored when he asked.
  await expect(async () => {
    await bob.page.reload();
    await bob.expectToRead("nice to read you", 1000);
  }).toPass();
});

test("what needs JavaScript is not offered without it, and the page says so", async ({ come }) => {
  const bob = await come("Bob", { javaScriptEnabled: false });
  await expect(bob.page.getByText("Without JavaScript you can read and write here; the rest needs it.").filter({ visible: true })).toHaveCount(1);
  for (const name of ["New room", "Find a room", "Room settings", /in this room/]) await expect(bob.page.getByRole("button", { name })).toHaveCount(0);
  for (const name of ["Send", "Sign out"]) await expect(bob.page.getByRole("button", { name })).toBeVisible();
});

test("a form that is sent twice is posted once", async ({ come }) => {
  const bob = await come("Bob", { javaScriptEnabled: false });
  const action = await bob.page.locator("form:has(textarea)").getAttribute("action");
  const id = await bob.page.locator('input[name="client_message_id"]').inputValue();
  for (let turn = 0; turn < 2; turn++) {
    const answer = await bob.context.request.post(`${bob.home}${action}`, {
      form: { client_message_id: id, body: "said once" },
      headers: { origin: bob.home },
    });
    expect(answer.ok()).toBe(true);
  }
  await bob.page.reload();
  await bob.expectToRead("said once");
});

test("without JavaScript one joins a room, and is told when there is none", async ({ come }) => {
  const ann = await come("Ann");
  await ann.makeRoom("Garden");
  const bob = await come("Bob", { javaScriptEnabled: false });
  await bob.page.goto(`${bob.home}/rooms/garden`);
  await bob.page.getByRole("button", { name: "Join room" }).click();
  await bob.box.fill("what grows here?");
  await bob.page.getByRole("button", { name: "Send" }).click();
  await bob.expectToRead("what grows here?");
  await ann.expectToRead("what grows here?");
  await bob.page.goto(`${bob.home}/rooms/nowhere`);
  await expect(bob.page.getByRole("heading", { name: "There is no such room" }).first()).toBeVisible();
});

test("what is refused without JavaScript is told, and what was written is not lost", async ({ come }) => {
  const bob = await come("Bob", { javaScriptEnabled: false });
  const long = `\nfirst line\n${"more ".repeat(2_000)}`;
  await bob.box.fill(long);
  await bob.page.getByRole("button", { name: "Send" }).click();
  await expect(bob.page.getByRole("alert")).toContainText("The text is too long.");
  const kept = bob.page.getByLabel("Your message");
  await expect(kept).toHaveValue(long);
  await kept.fill("first line");
  await bob.page.getByRole("button", { name: "Send" }).click();
  await bob.expectToRead("first line");
});
