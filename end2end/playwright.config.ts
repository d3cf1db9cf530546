import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "tests",
  // A machine with two cores; each test has a server of its own.
  workers: 2,
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  // A small machine stalls for seconds now and then. What holds only the second time is reported as flaky, and looked into; in
  // `make test-all` it fails.
  retries: 1,
  failOnFlakyTests: Boolean(process.env.MAGPIE_FLAKY_FAILS),
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    locale: "en-GB",
    timezoneId: "Europe/Paris",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      // scripts/browser-tests names the `chromium` in PATH, unless it was told another. Who starts Playwright by hand gets Debian's.
      executablePath: process.env.MAGPIE_CHROMIUM || "/usr/bin/chromium",
      // As root there is no sandbox; the rest keeps the browser from calling home.
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
