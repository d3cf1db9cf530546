import { expect, test } from "../people.ts";

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

test("a room with a long name and a long topic can be joined on a phone", async ({ come }) => {
  const [ann, bob] = [await come("Ann", PHONE), await come("Bob")];
  await bob.makeRoom("A very long name ".repeat(5).trim().slice(0, 80), "What we talk about here, ".repeat(10).trim().slice(0, 239));
  await ann.page.getByRole("link", { name: "Back to the rooms" }).click();
  await ann.page.getByRole("button", { name: "Find a room" }).click();
  const join = ann.page.getByRole("button", { name: /^Join: A very long name/ });
  await expect(join).toBeInViewport({ ratio: 1 });
  await join.tap();
  await expect(ann.page.getByRole("textbox", { name: /^Message to A very long name/ })).toBeVisible();
});

for (const text of ["I was here", "אני כאן כבר זמן מה"]) {
  test(`a tap shows what can be done with a message, and does nothing yet: ${text}`, async ({ come }) => {
    const ann = await come("Ann", PHONE);
    const [tools, dialog] = [ann.rows.last().locator(".tools"), ann.page.getByRole("dialog")];
    for (const said of ["before", text]) await ann.say(said);
    await expect(ann.pending).toHaveCount(0);
    const message = ann.rows.last().getByRole("article");
    const { width, height } = (await message.boundingBox())!;
    await expect(tools).toHaveCSS("opacity", "0");
    await message.tap({ position: { x: width - 30, y: height / 2 } });
    await expect(tools).toHaveCSS("opacity", "1");
    await expect(dialog).toBeHidden();
    // Once more in the same place: nothing has come under the finger.
    await message.tap({ position: { x: width - 30, y: height / 2 } });
    await expect(dialog).toBeHidden();

    const [above, below] = [(await tools.boundingBox())!, (await ann.rows.last().locator(".text").boundingBox())!];
    expect(above.y + above.height).toBeLessThanOrEqual(below.y + 1);
    await ann.timeline.tap({ position: { x: 195, y: 20 } });
    await expect(tools).toHaveCSS("opacity", "0");
    await message.tap();
    await tools.getByRole("button", { name: "Delete this message" }).tap();
    await expect(dialog).toBeVisible();
  });
}

test("on a phone Enter breaks the line, in what is said and in what is edited", async ({ come }) => {
  const ann = await come("Ann", PHONE);
  await ann.box.pressSequentially("roses are red");
  await ann.box.press("Enter");
  await ann.box.pressSequentially("violets are blue");
  await expect(ann.rows).toHaveCount(0);
  await ann.page.getByRole("button", { name: "Send" }).tap();
  await expect(ann.rows.locator(".text")).toHaveText(["roses are red\nviolets are blue"], { useInnerText: true });
});
