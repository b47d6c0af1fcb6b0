// What must be true of every page: one function for each way of looking.
import { readFileSync } from 'node:fs';
import { HtmlValidate } from 'html-validate';
import { widths } from './site.js';

const axeSource = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const validator = new HtmlValidate({
  extends: ['html-validate:recommended'],
  rules: {
    'attr-quotes': 'off',
    'attribute-boolean-style': 'off',
    'doctype-style': 'off',
    'form-dup-name': ['error', { shared: ['radio', 'checkbox', 'button', 'submit'] }],
    'long-title': 'off',
    'no-implicit-button-type': 'off',
    'no-implicit-input-type': 'off',
    'no-trailing-whitespace': 'off',
    'prefer-tbody': 'off',
    'valid-id': ['error', { relaxed: true }],
    'void-style': 'off',
  },
});

/** Counts shifts of the layout from the first paint on; runs before the page's own scripts. */
export function watchShifts() {
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.shifted += entry.hadRecentInput ? 0 : entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
}

/** Faults of a page's HTML as it was sent. */
export async function faultsOfHtml(html) {
  const report = await validator.validateString(html);
  return report.results.flatMap((result) =>
    result.messages.map((m) => `html ${m.ruleId} at line ${m.line}: ${m.message}`),
  );
}

async function axe(page, options) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  const violations = await page.evaluate(async (run) => (await window.axe.run(document, run)).violations, options);
  return violations.flatMap((v) => v.nodes.map((n) => `axe ${v.id} at ${n.target.join(' ')}: ${n.failureSummary.split('\n').slice(1).join(' ').trim()}`));
}

async function sideways(page, width) {
  await page.setViewportSize({ width, height: 740 });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (over <= 0) return [];
  const widest = await page.evaluate(() => {
    const edge = document.documentElement.clientWidth;
    const far = [...document.querySelectorAll('main *')].filter((e) => e.getBoundingClientRect().right > edge + 1);
    return far.slice(0, 3).map((e) => e.outerHTML.slice(0, 80)).join(' | ');
  });
  return [`scrolls sideways by ${over} px at ${width} px: ${widest}`];
}

/** Controls that stand alone and are too small to touch with a thumb. */
async function small(page) {
  return page.evaluate(() => {
    const shown = (e) => e.checkVisibility() && e.getBoundingClientRect().width > 1;
    const primary = [...document.querySelectorAll('main button, main .button, main input, main select')].filter(
      (e) => shown(e) && !['checkbox', 'radio'].includes(e.type),
    );
    return primary
      .filter((e) => e.getBoundingClientRect().height < 47.5)
      .map((e) => `lower than 48 px: ${e.outerHTML.slice(0, 80)}`);
  });
}

const whole = { runOnly: { type: 'tag', values: tags } };

/** What a look at a page on a phone shows, in one theme: for pages whose parts are looked at elsewhere. */
export async function faultsAtAGlance(page) {
  await page.setViewportSize(widths.phone);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  return [...(await axe(page, whole)), ...(await sideways(page, 320)), ...(await small(page))];
}

/**
 * Everything that can be seen of a page that stands open: axe in both themes and widths, no
 * scrolling sideways at 320 px, nothing to touch that is too small. Colours are the only thing in
 * which the themes differ, so that the other two of the four ways ask for contrast alone.
 */
export async function faultsOfSight(page) {
  const colours = { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } };
  const ways = [
    ['phone', 'light', whole],
    ['phone', 'dark', colours],
    ['laptop', 'dark', whole],
    ['laptop', 'light', colours],
  ];
  const faults = [];
  for (const [width, colorScheme, options] of ways) {
    await page.setViewportSize(widths[width]);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const found = await axe(page, options);
    faults.push(...found.map((fault) => `${width}, ${colorScheme}: ${fault}`));
  }
  await page.emulateMedia({ colorScheme: 'light' });
  faults.push(...(await sideways(page, 320)), ...(await small(page)));
  return faults;
}
