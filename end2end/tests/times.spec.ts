import { expect, test, type Person } from "../people.ts";

const READERS = [
  { name: "Ann", locale: "en-US", timezoneId: "America/New_York", clock: /^\d{1,2}:\d\d [AP]M$/, ago: ["now", "5 min. ago"] },
  { name: "小明", locale: "zh-CN", timezoneId: "Asia/Shanghai", clock: /^\d\d:\d\d$/, ago: ["现在", "5分钟前"] },
] as const;

/** Blanks look alike and are not: each library has its own in front of "PM". */
const plain = (text: string | null) => text?.replace(/\s/g, " ");

/** When something was said: for machines, as it is written, and in full. */
async function times({ rows }: Person, text: string) {
  const time = rows.filter({ hasText: text }).locator("time").last();
  // It is there once the page is the reader's.
  await expect(time).toHaveAttribute("title");
  return { at: await time.getAttribute("datetime"), written: plain(await time.innerText()), exact: plain(await time.getAttribute("title")) };
}

test("everybody reads times in their own words and zone, and the exact one on asking", async ({ come }) => {
  const [ann, ming] = [await come("Ann", READERS[0]), await come("小明", READERS[1])];
  await ann.say("what time is it?");
  await ming.expectToRead("what time is it?");
  await expect(ann.pending).toHaveCount(0);

  const moment = new Date((await times(ann, "what time is it?")).at!);
  expect(Math.abs(moment.getTime() - Date.now())).toBeLessThan(60_000);
  for (const [person, { locale, timezoneId: timeZone, clock }] of [[ann, READERS[0]], [ming, READERS[1]]] as const) {
    const say = (how: Intl.DateTimeFormatOptions) => plain(moment.toLocaleString(locale, { ...how, timeZone }));
    const { at, written, exact } = await times(person, "what time is it?");
    expect(new Date(at!)).toEqual(moment);
    expect(written).toBe(say({ timeStyle: "short" }));
    expect(written).toMatch(clock);
    expect(exact).toBe(say({ dateStyle: "full", timeStyle: "short" }));
  }
});

for (const { name, locale, timezoneId, ago } of READERS) {
  test(`how long ago something was said moves on, in the reader's words: ${locale}`, async ({ come }) => {
    const person = await come(name, { locale, timezoneId });
    await person.page.clock.install();
    await person.page.reload();
    await person.waitLive();
    await person.say("it is now");
    const said = person.page.getByRole("link", { name: /^General/ }).locator("time");
    await expect(said).toHaveText(ago[0]);
    await person.page.clock.fastForward("05:10");
    await expect(said).toHaveText(ago[1]);
  });
}
