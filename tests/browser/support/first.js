// A page as a cheap phone far from its mast gets it for the first time.

/** 400 kbps, 400 ms there and back, a sixth of this machine. */
const line = { offline: false, latency: 400, downloadThroughput: 400_000 / 8, uploadThroughput: 400_000 / 8 };
const slower = 6;

/** Address of a work that is voted for. */
export async function work(site) {
  const page = await site.visit(site.pages.vote);
  return page.locator('ul.cards a[href^="/entries/"]').first().getAttribute('href');
}

/**
 * Loads a page for the first time: the `paths` that it asked for, their `bytes` without pictures, the
 * paths that `held` the first paint up, and the milliseconds until it was `painted`.
 */
export async function first(site, path) {
  const context = await site.context();
  const page = await context.newPage();
  const asked = [];
  page.on('requestfinished', (request) => asked.push(request));
  const phone = await context.newCDPSession(page);
  await phone.send('Network.enable');
  await phone.send('Network.emulateNetworkConditions', line);
  await phone.send('Emulation.setCPUThrottlingRate', { rate: slower });
  await page.goto(path, { waitUntil: 'networkidle' });
  const [painted, blocking] = await page.evaluate(() => [
    performance.getEntriesByName('first-contentful-paint')[0].startTime,
    performance.getEntriesByType('resource').filter((one) => one.renderBlockingStatus === 'blocking').map((one) => one.name),
  ]);
  let bytes = 0;
  for (const request of asked.filter((one) => one.resourceType() !== 'image')) {
    const { responseBodySize, responseHeadersSize } = await request.sizes();
    bytes += responseBodySize + responseHeadersSize;
  }
  await context.close();
  const pathOf = (address) => new URL(address).pathname;
  return { paths: asked.map((one) => pathOf(one.url())), bytes, painted, held: blocking.map(pathOf) };
}
