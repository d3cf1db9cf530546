import { join } from "node:path";
import { expect, test, type Person } from "../people.ts";
import { Server } from "../server.ts";

/** Pictures to look at; git does not keep them. */
const FOLDER = process.env.MAGPIE_PICTURES ?? "pictures";

const SCREENS = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};
/** Words of the page, to find things by. */
const WORDS = {
  "en-GB": { make: "New room", find: "Find a room", settings: "Room settings", people: /people in this room/, back: "Back to the rooms", join: "Join room" },
  "zh-CN": { make: "新建房间", find: "查找房间", settings: "房间设置", people: /此房间有/, back: "返回房间列表", join: "加入房间" },
};

for (const [screen, device] of Object.entries(SCREENS)) {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const locale of ["en-GB", "zh-CN"] as const) {
      test(`pictures: ${screen}, ${colorScheme}, ${locale}`, async ({ come, lay, server }) => {
        test.slow();
        const how = { ...device, colorScheme, locale };
        const words = WORDS[locale];
        const take = async ({ page }: Person, name: string) => {
          await page.screenshot({ path: join(FOLDER, `${name}-${screen}-${colorScheme}-${locale.slice(0, 2)}.png`), animations: "disabled" });
          const excess = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          expect(excess, `${name} does not scroll sideways`).toBeLessThanOrEqual(0);
        };

        const stranger = await come("Nobody", { ...how, signedOut: true });
        await stranger.page.goto(`${server.url}/sign-in`);
        await take(stranger, "sign-in");
        await stranger.page.goto(`${server.url}/sign-in?error=text_too_long`);
        await take(stranger, "sign-in-refused");
        await stranger.page.goto(`${server.url}/nowhere/at/all`);
        await take(stranger, "nowhere");

        const line = await lay();
        const [bob, lea, ming] = [await come("Bob"), await come("Léa Marguerite Dubois-Fontaine"), await come("小明", { locale: "zh-CN" })];
        const ann = await come("Ann", { ...how, line });
        await ann.waitLive();
        await take(ann, "room-empty");

        const say = async (person: Person, text: string) => {
          await person.say(text);
          await expect(ann.rows.last()).toContainText(text.slice(0, 12));
        };
        await say(bob, "Good morning! The train leaves at nine, platform four.");
        await say(bob, "I have the tickets.");
        await say(ming, "早上好！我带了早饭 🥟 站台在哪儿？我们要不要在大钟下面见面，然后一起走过去？");
        await say(lea, "https://example.org/a/long/path/that/goes/on/and/on?with=a&query=that&is=also&quite=long has the map");
        await say(lea, "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(2));
        await say(ann, "أنا قادمة أيضًا");
        await say(ann, "🎉🎉🎉");
        await bob.box.pressSequentially("I");
        await expect(ann.page.getByText(/^Bob (is writing|正在输入)/)).toBeVisible();
        if (screen === "desktop") await ann.rows.last().hover();
        await take(ann, "room");

        if (screen === "phone") {
          await ann.page.getByRole("button", { name: words.people }).click();
          await take(ann, "people");
          await ann.page.keyboard.press("Escape");
          await expect(ann.page.locator(".members")).toBeHidden();
        }
        await ann.page.getByRole("button", { name: words.settings }).click();
        await expect(ann.page.getByRole("dialog")).toBeVisible();
        await take(ann, "settings");
        await ann.page.keyboard.press("Escape");
        if (screen === "phone") await ann.page.getByRole("link", { name: words.back }).click();
        await ann.page.getByRole("button", { name: words.find }).click();
        await expect(ann.page.getByRole("dialog")).toBeVisible();
        await take(ann, "find-a-room");
        await ann.page.keyboard.press("Escape");
        await ann.page.getByRole("button", { name: words.make }).click();
        const name = ann.page.getByRole("dialog").getByRole("textbox").first();
        await name.press("Enter");
        await take(ann, "new-room");
        await name.fill("读书会 · Books");
        await name.press("Enter");
        await ann.page.waitForURL(/\/rooms\/.+books/i);

        for (const text of ["While you were away", "we found the platform", "and the coffee"]) await bob.say(text);
        const general = ann.page.getByRole("link", { name: /^General/ });
        if (screen === "phone") await ann.page.getByRole("link", { name: words.back }).click();
        await expect(general).toContainText("3");
        await take(ann, "unread");
        await general.click();
        await ann.expectToRead("and the coffee");
        await take(ann, "unread-line");

        line.cut();
        await ann.waitConnection("waiting");
        await ann.say("I write while there is no line,");
        await ann.say("and go on writing, for a little longer than fits into one row of a telephone");
        await expect(ann.pending).toHaveCount(2);
        await take(ann, "lost");

        await bob.remove("Ann");
        line.mend();
        const comeBack = ann.page.getByRole("button", { name: words.join });
        await expect(comeBack).toBeVisible();
        await take(ann, "removed");
        await comeBack.click();
        await expect(ann.failed).toHaveCount(2);
        await ann.expectToRead("and the coffee");
        await take(ann, "failed");

        const slow = await lay();
        slow.forgetWebSocket();
        const paul = await come("Paul", { ...how, line: slow });
        await paul.waitConnection("polling");
        await take(paul, "polling");

        line.cut();
        await ann.waitConnection("waiting");
        await bob.sayAll(["a very long message ".repeat(190)]);
        line.thin(500);
        line.mend();
        await ann.waitConnection("catching-up");
        await take(ann, "catching-up");

        const developing = await Server.startDeveloping();
        for (const page of ["kit", "kit/demo"]) {
          await stranger.page.goto(`${developing.url}/${page}`);
          await take(stranger, page.replace("/", "-"));
        }
        await developing.stop();
      });
    }
  }
}
