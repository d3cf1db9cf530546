import { join } from "node:path";
import { expect, test } from "../people.ts";

/** Pictures to look at; git does not keep them. */
const FOLDER = process.env.MAGPIE_PICTURES ?? "pictures";

const SCREENS = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

for (const [screen, viewport] of Object.entries(SCREENS)) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`pictures: ${screen}, ${colorScheme}`, async ({ come, server }) => {
      const [ann, ming] = [await come("Ann", { viewport, colorScheme }), await come("小明", { locale: "zh-CN" })];
      const take = async (name: string) => {
        await ann.page.screenshot({ path: join(FOLDER, `${name}-${screen}-${colorScheme}.png`) });
        const excess = await ann.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(excess, `${name} does not scroll sideways`).toBeLessThanOrEqual(0);
      };
      await take("empty-room");
      await ann.say("Good morning! The train leaves at nine, platform four.");
      await ming.say("早上好！我带了早饭 🥟");
      await ming.say("站台在哪儿？");
      await ann.say("https://example.org/timetable has the map. I wait at the clock.");
      await ming.expectToRead("Good morning! The train leaves at nine, platform four.");
      await expect(ann.rows).toHaveCount(4);
      await ming.box.pressSequentially("好");
      await take("room");
      await ann.page.goto(`${server.url}/kit`);
      await take("kit");
      await ann.page.goto(`${server.url}/kit/demo`);
      await take("demo");
      await ann.page.goto(`${server.url}/`);
      await ann.context.clearCookies();
      await ann.page.goto(`${server.url}/sign-in`);
      await take("sign-in");
    });
  }
}
