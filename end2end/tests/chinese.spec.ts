import { expect, test } from "../people.ts";

test("Chinese works from end to end", async ({ come }) => {
  const [ming, ann] = [await come("小明", { locale: "zh-CN" }), await come("Ann")];
  await expect(ming.page.locator("html")).toHaveAttribute("lang", "zh");
  await ming.say("喜鹊报喜，你好！");
  await ann.expectToRead("喜鹊报喜，你好！");
  await expect(ann.page.getByText("小明").first()).toBeVisible();
  await ann.say("你好，小明");
  await ming.expectToRead("你好，小明");
  await ming.page.reload();
  await ming.waitLive();
  await ming.expectToRead("喜鹊报喜，你好！");
});

test("Enter that ends a composition does not send", async ({ come }) => {
  const [ming, ann] = [await come("小明", { locale: "zh-CN" }), await come("Ann")];
  const keys = await ming.context.newCDPSession(ming.page);
  await ming.box.focus();
  const compose = async (text: string) =>
    await keys.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
  for (const text of ["n", "ni", "ni h", "ni hao"]) await compose(text);
  // An input method takes the key first: the page sees it with the code 229 and in the middle of a composition.
  await keys.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key: "Enter", code: "Enter", windowsVirtualKeyCode: 229 });
  await keys.send("Input.dispatchKeyEvent", { type: "keyUp", key: "Enter", code: "Enter", windowsVirtualKeyCode: 229 });
  await expect(ming.box).toHaveValue("ni hao");
  await keys.send("Input.insertText", { text: "你好" });
  await expect(ming.box).toHaveValue("你好");
  await expect(ming.rows).toHaveCount(0);

  await ming.box.press("Enter");
  await ann.expectToRead("你好");
  await expect(ming.box).toHaveValue("");
  await expect(ann.rows).toHaveCount(1);
});

test("the language can be switched", async ({ come }) => {
  const ann = await come("Ann");
  await ann.page.getByRole("button", { name: "切换到中文" }).first().click();
  await expect(ann.page.locator("html")).toHaveAttribute("lang", "zh");
  await ann.page.reload();
  await expect(ann.page.locator("html")).toHaveAttribute("lang", "zh");
});
