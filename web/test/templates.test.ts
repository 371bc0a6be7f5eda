import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

/** What of a source's templates is written out, with a `□` for each value that is put in. */
function templatesOf(source: string): string[] {
  const templates: string[] = [];
  const read = (from: number): number => {
    let written = "";
    for (let at = from; at < source.length; at += 1) {
      if (source[at] === "\\") at += 1;
      else if (source[at] === "`") return (templates.push(written), at);
      else if (source.startsWith("${", at)) {
        written += "□";
        at = skip(at + 2, "}");
      } else written += source[at];
    }
    return source.length;
  };
  /** The place where the expression that begins here ends. */
  const skip = (from: number, end: string): number => {
    for (let at = from; at < source.length; at += 1) {
      if (source.startsWith("html`", at)) at = read(at + 5);
      else if (source[at] === "`") at = other(at + 1);
      else if (source[at] === "{") at = skip(at + 1, "}");
      else if (source[at] === '"') at = source.indexOf('"', at + 1);
      else if (source[at] === end) return at;
    }
    return source.length;
  };
  /** The same of a template that is no HTML. */
  const other = (from: number): number => {
    for (let at = from; at < source.length; at += 1) {
      if (source[at] === "`") return at;
      if (source.startsWith("${", at)) at = skip(at + 2, "}");
    }
    return source.length;
  };
  for (let at = source.indexOf("html`"); at >= 0; at = source.indexOf("html`", at)) at = read(at + 5) + 1;
  return templates;
}

/** What of a template somebody reads or is told. */
function wordsOf(template: string): string[] {
  const told = [...template.matchAll(/(?:aria-label|placeholder|title|alt|label)="([^"]*)"/g)].map(([, words = ""]) => words);
  return [...told, ...template.split(/<[^>]*>/)].filter((words) => /\p{Letter}/u.test(words));
}

test("templates: one with words in it is seen", () => {
  assert.deepEqual(templatesOf('html`<p>${one ? html`<b>Two</b>` : `x${y}`}</p>` + html`<a title="Three"></a>`').flatMap(wordsOf), ["Two", "Three"]);
});

for (const file of readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"))) {
  const templates = templatesOf(readFileSync(join("src", file), "utf8"));
  if (templates.length > 0) test(`templates: ${file} holds no words of its own`, () => assert.deepEqual(templates.flatMap(wordsOf), []));
}
