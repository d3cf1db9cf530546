import { expect, Person, test } from "../people.ts";
import { TrunkPage } from "../trunk.ts";

// The page that is drawn in the browser alone. To build it takes five minutes and a tool of its own, so `make test-all` does, sets MAGPIE_TRUNK
// and runs this; in `make test` there is no such page to look at.
test.skip(!process.env.MAGPIE_TRUNK, "there is no page of Trunk's unless `make test-all` has built one");

test("people talk through the page that Trunk builds", async ({ browser, come, server }) => {
  const trunk = await TrunkPage.beside(server.port);
  const bob = await come("Bob");
  const ann = new Person("Ann", await browser.newPage(), trunk.url);
  await ann.signIn(/\/$/);
  await ann.openRoom("general");
  await ann.say("hello from Trunk");
  await bob.expectToRead("hello from Trunk");
  await bob.say("hello from the server's page");
  await ann.expectToRead("hello from the server's page");
  expect(ann.complaints).toEqual([]);
  await ann.page.close();
  trunk.close();
});
