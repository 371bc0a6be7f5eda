/** The built page, as a folder of files. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** Where `npm run build` leaves the page. The tests run in `web/`. */
export const PAGE = resolve(process.env["BOWLINE_WEB_DIST"] ?? "../target/web");

/** The bytes of a file of the page; `undefined` where there is none of that name. */
export function fileOfPage(name: string): Buffer | undefined {
  const path = join(PAGE, name);
  return existsSync(path) ? readFileSync(path) : undefined;
}

/** The one file whose name begins and ends like this. */
export function named(stem: string, extension: string): string {
  const [name, ...others] = readdirSync(PAGE).filter((file) => file.startsWith(`${stem}-`) && file.endsWith(`.${extension}`));
  if (name === undefined || others.length > 0) throw new Error(`${PAGE} does not hold one ${stem}-….${extension}: build the page first`);
  return name;
}

/** This script and all that it loads at once. */
export function withImports(script: string): string[] {
  const found = new Set([script]);
  for (const name of found) {
    const source = fileOfPage(name)?.toString() ?? "";
    for (const [, imported = ""] of source.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) found.add(imported);
  }
  return [...found];
}
