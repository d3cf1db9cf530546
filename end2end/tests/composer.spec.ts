import { expect, test, type Person } from "../people.ts";

const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`).join("\n");

/** How much of the screen the form where one writes takes. */
async function height({ page }: Person): Promise<number> {
  return (await page.locator("form:has(textarea[name=body])").boundingBox())!.height;
}

test("the box grows with its text, up to a limit, and is small again when it is sent", async ({ come }) => {
  const ann = await come("Ann");
  const small = await height(ann);
  await ann.box.fill("line 1");
  expect(await height(ann)).toBe(small);

  await ann.box.press("Shift+Enter");
  await expect.poll(() => height(ann)).toBeGreaterThan(small);
  const two = await height(ann);
  await ann.box.fill(lines(4));
  const four = small + 3 * (two - small);
  await expect.poll(() => height(ann)).toBeCloseTo(four, 0);

  await ann.box.fill(lines(40));
  await expect.poll(() => height(ann)).toBeGreaterThan(four + 1);
  const tall = await height(ann);
  expect(tall).toBeLessThan(ann.page.viewportSize()!.height / 2);
  await ann.box.fill(lines(80));
  await ann.box.pressSequentially("!");
  expect(await height(ann)).toBe(tall);
  await expect(ann.page.getByRole("button", { name: "Send" })).toBeInViewport({ ratio: 1 });

  await ann.box.fill(lines(4));
  await expect.poll(() => height(ann)).toBeCloseTo(four, 0);
  await ann.box.press("Enter");
  await expect.poll(() => height(ann)).toBe(small);
  await ann.expectToRead(lines(4));
});

test("what is written keeps its indentation and loses blank lines around it", async ({ come }) => {
  const ann = await come("Ann");
  await ann.box.fill("\n    if awake {\n        sing()\n    }\n\n");
  await ann.box.press("Enter");
  const text = ann.timeline.locator(".text").last();
  await expect.poll(() => text.evaluate((element) => element.textContent!.trimEnd())).toBe("    if awake {\n        sing()\n    }");
});
