// What somebody meets who has no business at an address.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from './support/site.js';

const site = await open();

test('a stranger at the desk is led to the door and, signed in, to the desk', async () => {
  const page = await site.visit('/desk', { javaScriptEnabled: false });
  await page.locator('main a[href^="/session/new"]').click();
  await page.locator('details summary').click();
  await page.locator('#email2').fill(site.roles.organiser);
  await page.locator('#password').fill(site.password);
  await page.locator('form:has(#password) button').click();
  await page.waitForURL('**/desk');
  assert.equal(await page.locator('h1').count(), 1);
});

test('an address where nothing is says so and shows the way home', async () => {
  const page = await (await site.context()).newPage();
  const answer = await page.goto('/nothing/at/all');
  assert.equal(answer.status(), 404);
  await page.locator('main a[href="/"]').click();
  await page.waitForURL(`${site.base}/`);
});

test('a judge has no business at the organiser\'s results', async () => {
  const context = await site.context({ role: 'judge' });
  const answer = await context.request.get('/desk/contests/net-dep-thi-diem/results');
  assert.equal(answer.status(), 403);
});
