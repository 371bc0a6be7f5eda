// Every text of the elements can be replaced: each stands in ⟦brackets⟧, as if those were a language. Whatever is read or
// told outside of them is either what somebody typed and a registry answered, or it could not be translated.

import assert from "node:assert/strict";
import test from "node:test";

import { open } from "./chromium.mjs";

const script = `import("/words.js").then(({ look }) => look()).then(tell, ({ stack }) => tell({ wrong: [...wrong, stack] }));`;

test("no text of the elements is left in English", { timeout: 120_000 }, async (t) => {
  const { told } = await open(t, "/words.html", script);
  const { left, ways, texts, wrong } = await told;
  assert.equal(wrong, undefined);
  assert.deepEqual(left, []);
  assert.ok(ways > 40 && texts > 5000, `only ${texts} texts of ${ways} forms were read`);
});
