// Every page that a link leads to, for each kind of officer.
import { nothingIsLeftOut, walks } from './support/looks.js';
import { open } from './support/site.js';

await walks(await open(), ['administrator', 'organiser', 'approver']);

nothingIsLeftOut((pattern) => pattern.startsWith('/desk/'));
