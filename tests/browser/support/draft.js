// A draft without a file.

/** Begins one as whoever `context` is, at `base`: its code, and the cookies of whoever owns it. */
export async function draft(site, context, base = site.base) {
  const entering = await context.newPage();
  await entering.goto(base + site.pages.enter);
  const form = await entering.locator('form[enctype]').evaluate((form) => ({
    action: form.getAttribute('action'),
    texts: [...new FormData(form)].filter(([, value]) => typeof value === 'string'),
  }));
  await entering.close();
  const answer = await context.request.post(base + form.action, {
    form: Object.fromEntries(form.texts),
    headers: { origin: base, accept: 'application/json' },
  });
  const cookies = await context.cookies(base);
  return [(await answer.json()).draft, cookies.map(({ name, value }) => `${name}=${value}`).join('; ')];
}
