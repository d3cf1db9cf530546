import { Balancer } from "../balancer.ts";
import { Nodes } from "../nodes.ts";
import { expect, talkInTurn, test as base, type Person } from "../people.ts";

interface Fixtures {
  /** Two, of this test's own. Who does not say otherwise comes to the first. */
  nodes: Nodes;
  /** One address for both. It leads to the second, and to the first when the second takes nobody. */
  balancer: Balancer;
}

const test = base.extend<Fixtures>({
  nodes: async ({}, use) => {
    const nodes = await Nodes.start();
    await use(nodes);
    await nodes.stop();
  },
  server: async ({ nodes }, use) => use(nodes.first),
  balancer: async ({ nodes }, use) => {
    const balancer = await Balancer.over(nodes.second, nodes.first);
    await use(balancer);
    balancer.close();
  },
});

// Several nodes need servers beside them. `make test` installs and starts both, so there nothing is skipped; whoever runs this file alone on a
// machine without them is told why it says nothing.
test.skip(!Nodes.arePossible, "there is no PostgreSQL or no NATS; `make test` starts both, and so does scripts/services");

const EACH = 20;
/** Wide enough to show the people beside the talk. */
const WIDE = { viewport: { width: 1440, height: 900 } };

test("people on two nodes talk both ways, in under a second, and see each other come and write", async ({ come, nodes }) => {
  const ann = await come("Ann", WIDE);
  const bob = await come("Bob", { ...WIDE, line: nodes.second });
  await bob.waitLive();
  await expect(ann.person("Bob")).toContainText("here now");
  await expect(bob.person("Ann")).toContainText("here now");

  // A busy machine may slow down any one turn: the one in the middle counts.
  expect((await talkInTurn(ann, bob))[2]).toBeLessThan(1000);
  expect(await ann.read()).toEqual(await bob.read());

  for (const [writer, reader] of [[ann, bob], [bob, ann]] as const) {
    const writing = reader.page.getByText(`${writer.name} is writing…`);
    await writer.box.pressSequentially("I was thinking");
    await expect(writing).toBeVisible();
    await writer.box.press("Enter");
    await expect(writing).toBeHidden();
  }
  for (const person of [ann, bob]) await expect(person.pending).toHaveCount(0);
});

test("the node under somebody is killed, and they carry on at another one", async ({ come, nodes, balancer }) => {
  test.slow();
  const ann = await come("Ann", WIDE);
  const bob = await come("Bob", { ...WIDE, line: balancer });
  await bob.waitLive();
  let reloads = 0;
  bob.page.on("load", () => reloads++);
  const post = async (person: Person, from: number, to: number) => {
    for (let turn = from; turn <= to; turn++) await person.say(`${person.name} ${turn}`);
  };

  // Killed while both go on writing: some of Bob's messages are acknowledged, some on their way, some not even sent.
  const another = bob.page.waitForEvent("websocket");
  const writing = Promise.all([post(ann, 1, EACH), post(bob, 1, EACH)]);
  await ann.expectToRead("Bob 3");
  let acknowledged: string[] = [];
  await balancer.hesitateWhile(async () => {
    await nodes.second.kill();
    acknowledged = await bob.readAcknowledged();
    // Meanwhile she is heard, and he is not.
    await ann.expectToRead(`Ann ${EACH / 2}`, 40_000);
  });
  await another;
  await writing;

  await bob.waitLive();
  for (const person of [ann, bob]) {
    await expect(person.rows).toHaveCount(2 * EACH, { timeout: 40_000 });
    await expect(person.pending).toHaveCount(0, { timeout: 40_000 });
  }
  const seen = await ann.read();
  expect(await bob.read()).toEqual(seen);
  for (const text of acknowledged) expect(seen).toContain(text);
  for (const { name } of [ann, bob]) {
    const own = seen.filter((text) => text.startsWith(name));
    expect(own).toEqual(Array.from({ length: EACH }, (_, index) => `${name} ${index + 1}`));
  }

  // Where he is now he is heard as before, and seen.
  await expect(ann.person("Bob")).toContainText("here now");
  await bob.box.pressSequentially("still me");
  await expect(ann.page.getByText("Bob is writing…")).toBeVisible();
  await bob.box.press("Enter");
  await ann.expectToRead("still me");
  expect(reloads).toBe(0);

  // The one that was killed starts again, and a newcomer finds everything there.
  await nodes.second.restart();
  const cleo = await come("Cleo", { line: nodes.second });
  await cleo.waitLive();
  await expect.poll(() => cleo.read()).toEqual([...seen, "still me"]);
  await cleo.say("hello");
  for (const person of [ann, bob]) await person.expectToRead("hello");
});
