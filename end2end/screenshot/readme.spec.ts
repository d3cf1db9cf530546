import { expect, test, type Person } from "../people.ts";

/** What a program would do, from within the person's page: with its cookie and its origin. */
async function ask(person: Person, method: string, path: string, body?: object): Promise<any> {
  return await person.page.evaluate(
    async ([method, path, body]) => {
      const answer = await fetch(`/api/v1/${path}`, { method, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
      return await answer.json();
    },
    [method, path, body] as const,
  );
}

test("the picture of the README", async ({ come }) => {
  // It is eight in the morning wherever the picture is taken.
  const hours = ((8 - new Date().getUTCHours() + 36) % 24) - 12;
  const timezoneId = `Etc/GMT${hours > 0 ? "-" : "+"}${Math.abs(hours)}`;
  const look = { viewport: { width: 1280, height: 780 }, deviceScaleFactor: 2, colorScheme: "light", timezoneId } as const;
  const [ann, ming, lea] = [await come("Ann", look), await come("小明", { locale: "zh-CN" }), await come("Léa")];
  await come("Tom");

  const rooms: number[] = [];
  for (const [name, topic] of [["Trip to Lyon", "Saturday, nine o’clock"], ["Kitchen", "Who cooks, who washes up"], ["Books", ""]]) {
    const { room } = await ask(ming, "POST", "rooms", { name, topic });
    for (const person of [ann, lea]) await ask(person, "POST", `rooms/${room.id}/join`);
    rooms.push(room.id);
  }
  const [, kitchen, books] = rooms;
  for (const body of ["Soup tonight?", "With bread.", "I bring the bread."]) await ask(lea, "POST", `rooms/${kitchen}/messages`, { body });
  await ask(ming, "POST", `rooms/${books}/messages`, { body: "《围城》 is back on the shelf." });

  await ann.openRoom("trip-to-lyon");
  await Promise.all([ming.openRoom("trip-to-lyon"), lea.openRoom("trip-to-lyon")]);
  const say = async (person: Person, text: string) => {
    await person.say(text);
    for (const reader of [ann, ming, lea]) await reader.expectToRead(text);
  };
  await say(ann, "Good morning! The train leaves at nine, platform four.");
  await say(ming, "早上好！我带了早饭 🥟");
  await say(ming, "站台在哪儿？");
  await say(ann, "Under the big clock, then left. I wait there.");
  await ann.say("The timetable, just in case: https://example.org/timetable");
  await expect(ann.rows).toHaveCount(5);
  await say(lea, "I take the tram and come straight to the platform. Save me a dumpling!");
  await say(ann, "One dumpling saved. No promises about the second.");
  await lea.box.pressSequentially("Hurry");
  await expect(ann.page.getByText(/is writing|is typing/)).toBeVisible();
  await ann.page.screenshot({ path: process.env.MAGPIE_SCREENSHOT ?? "screenshot.png" });
});
