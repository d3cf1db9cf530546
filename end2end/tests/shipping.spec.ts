import { expect, test } from "../people.ts";

const TYPES: Record<string, string> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  wasm: "application/wasm",
};

// It is started in its data folder (see server.ts), far from the checkout: what it serves, it carries.
test("the program carries style, script and WASM, small, and named so that a browser keeps them for ever", async ({ request, server }) => {
  const page = await (await request.get(server.url)).text();
  const paths = [...new Set(page.match(/\/pkg\/[^"']+/g))];
  expect(paths.map((path) => path.split(".").at(-1)).sort()).toEqual(Object.keys(TYPES));
  for (const path of paths) {
    const answer = await request.get(`${server.url}${path}`, { headers: { "accept-encoding": "br" } });
    expect(answer.status(), path).toBe(200);
    expect(path).toMatch(/^\/pkg\/magpie-[0-9a-f]{16}\.[a-z]+$/);
    expect(answer.headers(), path).toMatchObject({
      "content-encoding": "br",
      "content-type": TYPES[path.split(".").at(-1)!],
      "cache-control": expect.stringContaining("immutable"),
    });
    // It is what it says: Playwright has unpacked it.
    expect((await answer.body()).length, path).toBeGreaterThan(Number(answer.headers()["content-length"]));
  }
});
