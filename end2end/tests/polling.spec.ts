import { expect, test } from "../people.ts";

test("where WebSocket is blocked, long polling takes over and says so", async ({ come, lay }) => {
  const line = await lay();
  line.forgetWebSocket();
  const [ann, bob] = [await come("Ann", { line }), await come("Bob")];
  await ann.waitConnection("polling");
  await expect(ann.lineSays("Connected the slow way")).toBeVisible();
  await ann.say("can you hear me?");
  await bob.expectToRead("can you hear me?");
  await bob.say("I can");
  await ann.expectToRead("I can");
  await expect(ann.pending).toHaveCount(0);
  expect(await ann.read()).toEqual(await bob.read());
});

test("where WebSocket is blocked no more, the page goes back to it by itself", async ({ come, lay }) => {
  const line = await lay();
  line.forgetWebSocket();
  const [ann, bob] = [await come("Ann", { line }), await come("Bob")];
  await ann.waitConnection("polling");
  await expect(ann.lineSays("Connected the slow way")).toBeVisible();

  line.rememberWebSocket();
  await ann.waitLive();
  await expect(ann.lineSays("Connected the slow way")).toHaveCount(0);
  // Only the socket tells who writes.
  await bob.box.pressSequentially("quick now");
  await expect(ann.page.getByText("Bob is writing…")).toBeVisible();
  await bob.box.press("Enter");
  await ann.say("as quick as it gets");
  await bob.expectToRead("as quick as it gets");
  await ann.expectToRead("quick now");
  expect(await ann.read()).toEqual(await bob.read());
});
