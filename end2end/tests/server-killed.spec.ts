import { expect, test, type Person } from "../people.ts";

const EACH = 20;

test("the server is killed in the middle of posting, and nothing is lost", async ({ come, server }) => {
  // A page may wait 30 seconds before it tries again, when the server was away for as long as slow typing takes.
  test.slow();
  const [ann, bob] = [await come("Ann"), await come("Bob")];
  const post = async (person: Person, from: number, to: number) => {
    for (let turn = from; turn <= to; turn++) await person.say(`${person.name} ${turn}`);
  };

  // Killed while both go on writing: some messages are acknowledged, some on their way, some not even sent.
  const writing = Promise.all([post(ann, 1, EACH), post(bob, 1, EACH)]);
  await ann.expectToRead("Bob 3");
  await server.kill();
  const acknowledged = [...(await ann.readAcknowledged()), ...(await bob.readAcknowledged())];
  await writing;
  await server.restart();

  // Neither page is reloaded.
  await Promise.all([ann.waitLive(), bob.waitLive()]);
  for (const person of [ann, bob]) {
    await expect(person.rows).toHaveCount(2 * EACH, { timeout: 40_000 });
    await expect(person.pending).toHaveCount(0, { timeout: 40_000 });
  }
  const [seenByAnn, seenByBob] = [await ann.read(), await bob.read()];
  expect(seenByAnn).toEqual(seenByBob);
  expect(new Set(seenByAnn).size).toBe(2 * EACH);
  for (const text of acknowledged) expect(seenByAnn).toContain(text);
  for (const person of [ann, bob]) {
    const own = seenByAnn.filter((text) => text.startsWith(person.name));
    expect(own).toEqual(Array.from({ length: EACH }, (_, index) => `${person.name} ${index + 1}`));
  }

  // A newcomer, who reads everything from the store, agrees.
  const cleo = await come("Cleo");
  await expect.poll(() => cleo.read()).toEqual(seenByAnn);
});
