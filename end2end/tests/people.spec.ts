import { expect, test } from "../people.ts";

const WIDE = { viewport: { width: 1440, height: 900 } };

test("who is removed is told so, and reads everything at once on coming back", async ({ come }) => {
  const [ann, bob] = [await come("Ann", WIDE), await come("Bob")];
  await ann.say("before");
  await bob.expectToRead("before");
  await ann.remove("Bob");
  await expect(bob.page.getByText(/^You were removed from this room/)).toBeVisible();
  await bob.page.getByRole("button", { name: "Join room" }).click();
  await bob.expectToRead("before", 3_000);
});

test("people beside the talk stay, or stay away, from room to room", async ({ come }) => {
  const ann = await come("Ann", WIDE);
  const people = ann.page.getByRole("complementary", { name: "People" });
  await ann.makeRoom("Travel plans");
  await expect(people).toBeVisible();
  await people.getByRole("button", { name: "Close" }).click();
  await expect(people).toBeHidden();
  await ann.goTo("General");
  await expect(people).toBeHidden();
  await ann.page.getByRole("button", { name: /in this room/ }).click();
  await ann.goTo("Travel plans");
  await expect(people).toBeVisible();
});

test("names stand beside their faces, whatever script they are in, and say in full what is cut", async ({ come }) => {
  const [long, right] = ["Léa Marguerite Dubois-Fontaine de Saint-A", "מלורי כהן לוי"];
  const ann = await come("Ann", WIDE);
  for (const name of [long.slice(0, 40), right]) await come(name);
  await expect(ann.person("Ann")).toContainText("you · owner");
  await expect(ann.person("Léa").locator(".name")).toHaveAttribute("title", long.slice(0, 40));
  const gap = await ann.person(right).evaluate((person) => {
    const letters = document.createRange();
    letters.selectNodeContents(person.querySelector(".name")!);
    return letters.getBoundingClientRect().left - person.querySelector(".avatar")!.getBoundingClientRect().right;
  });
  expect(gap).toBeGreaterThanOrEqual(0);
  expect(gap).toBeLessThan(24);
  // What one does not see takes no room from the name.
  const rest = await ann.person(right).evaluate((person) => person.getBoundingClientRect().right - person.querySelector(".name")!.getBoundingClientRect().right);
  expect(rest).toBeLessThan(32);
});

test("one changes one's name, and the others see it", async ({ come }) => {
  const [ann, bob] = [await come("Ann"), await come("Bob")];
  await ann.say("it is me");
  await bob.expectToRead("it is me");
  await ann.page.getByRole("button", { name: "Ann", exact: true }).click();
  const dialog = ann.page.getByRole("dialog", { name: "Change your name" });
  const name = dialog.getByRole("textbox", { name: "Your name" });
  await expect(name).toHaveValue("Ann");
  await name.fill("");
  await name.press("Enter");
  await expect(dialog.getByRole("alert")).toHaveText("Please write a name.");
  await name.fill("Ann\u202E");
  await name.press("Enter");
  await expect(dialog.getByText("A name is one line, without invisible control characters.")).toBeVisible();
  await expect(name).toHaveValue("Ann\u202E");
  await name.fill("Ann of Green Gables");
  await name.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(ann.page.getByRole("button", { name: "Ann of Green Gables" })).toBeVisible();
  await expect(bob.rows.getByText("Ann of Green Gables")).toBeVisible();
});

test("who signs out is told what that means, and cannot while there is no line", async ({ come, lay }) => {
  const line = await lay();
  const ann = await come("Ann", { line });
  await ann.waitLive();
  line.cut();
  await ann.waitConnection("waiting");
  await ann.say("not sent");
  await ann.page.getByRole("button", { name: "Sign out" }).click();
  const dialog = ann.page.getByRole("dialog", { name: "Sign out?" });
  await expect(dialog).toContainText("you cannot come back as Ann");
  await expect(dialog).toContainText("1 message has not been sent yet");
  await expect(dialog).toContainText("No connection");
  await expect(dialog.getByRole("button", { name: "Sign out" })).toBeDisabled();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  line.mend();
  await ann.waitLive();
  await expect(ann.pending).toHaveCount(0);
  await ann.page.getByRole("button", { name: "Sign out" }).click();
  await expect(dialog).not.toContainText("not been sent");
  await dialog.getByRole("button", { name: "Sign out" }).click();
  await ann.page.waitForURL(/\/sign-in/);
});
