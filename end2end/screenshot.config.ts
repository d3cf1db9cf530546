import base from "./playwright.config.ts";

/** Not a test of anything: takes the picture of the README. See scripts/screenshot. */
export default { ...base, testDir: "screenshot" };
