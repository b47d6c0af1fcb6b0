// Addresses of the site, read off the one table in which they stand.
import { readFileSync } from 'node:fs';

const table = readFileSync(new URL('../../../src/web/routes.rs', import.meta.url), 'utf8');
const gets = [...table.matchAll(/"(\/[^"]*)",\s*web::get\(\)/g)].map(([, pattern]) => pattern);

/** Patterns of everything that can be asked for, the fixed ones before those with places in them. */
export const patterns = gets.toSorted((a, b) => (a.match(/\{/g) ?? []).length - (b.match(/\{/g) ?? []).length);

const shapes = patterns.map((pattern) => {
  const source = pattern.split(/\{[^}]*\}/).map((piece) => piece.replace(/[.*+?^$()|[\]\\]/g, '\\$&'));
  return [pattern, new RegExp(`^${source.join('([^/]+)')}$`)];
});

/** The pattern of a path, such as `/entries/{code}`; the path itself where none fits. */
export function patternOf(path) {
  return shapes.find(([, shape]) => shape.test(path))?.[0] ?? path;
}
