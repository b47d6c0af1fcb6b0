// What the store of a demo holds.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How many originals hold exactly these bytes. */
export function originals(site, bytes) {
  const folder = join(site.folder, 'objects', 'originals');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile())
    .filter((found) => readFileSync(join(found.parentPath, found.name)).equals(bytes)).length;
}
