// What a test file needs: the demo, a browser, and pages for each role.
import { after } from 'node:test';
import { chromium } from 'playwright-core';
import { demo } from './demo.js';

/** Debian's Chromium, quiet: nothing leaves the machine. */
const launch = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  ],
};

/** A cheap phone and a laptop. */
export const widths = { phone: { width: 360, height: 740 }, laptop: { width: 1280, height: 800 } };

/** Opens the demo and a browser for the tests of one file; both end with the file. */
export async function open() {
  const running = await demo();
  const browser = await chromium.launch(launch);
  after(async () => {
    await browser.close();
    await running.stop();
  });
  return new Site(running, browser);
}

class Site {
  #states = new Map();

  constructor(running, browser) {
    Object.assign(this, running);
    this.browser = browser;
  }

  /**
   * A browser context of one person: `role` as the demo prints it in English ("judge",
   * "organiser", …), or nobody. The other options are Playwright's, such as
   * `javaScriptEnabled: false` or `offline: true`.
   */
  async context({ role, ...options } = {}) {
    return this.browser.newContext({
      baseURL: this.base,
      viewport: widths.phone,
      locale: 'vi-VN',
      timezoneId: 'Asia/Ho_Chi_Minh',
      storageState: role ? await this.#signedIn(role) : undefined,
      ...options,
    });
  }

  /** A page that stands at `path`, in a context of its own. */
  async visit(path, options = {}) {
    const page = await (await this.context(options)).newPage();
    await page.goto(path, { waitUntil: 'load' });
    return page;
  }

  /** Signs in once for each role and keeps the cookies. */
  async #signedIn(role) {
    if (!this.#states.has(role)) {
      if (!this.roles[role]) throw new Error(`no such role: ${role}; there are ${Object.keys(this.roles)}`);
      const context = await this.browser.newContext({ baseURL: this.base });
      const answer = await context.request.post('/session', {
        form: { email: this.roles[role], password: this.password, then: '/desk' },
        headers: { origin: this.base },
      });
      if (!answer.url().endsWith('/desk')) throw new Error(`cannot sign in as ${role}: ${answer.status()}`);
      this.#states.set(role, await context.storageState());
      await context.close();
    }
    return this.#states.get(role);
  }
}
