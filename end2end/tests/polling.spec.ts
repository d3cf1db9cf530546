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
