// Lists what each locale says in English because it has no words of its own for it. It fails for nothing: what is missing is
// shown in English. What a locale says of the page itself is whole, or it does not compile.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const web = dirname(fileURLToPath(import.meta.url));
const crates = join(web, "../crates");

/** The codes that a table in Rust names, `"url.port"`. */
async function codesIn(file, from = "") {
  const source = await readFile(join(crates, file), "utf8");
  return [...new Set([...source.slice(source.indexOf(from)).matchAll(/^\s+\w+ (?:= )?"([a-z_0-9]+(?:\.[a-z_0-9]+)?)"/gm)].map(([, code]) => code))];
}

const wanted = {
  findings: await codesIn("bowline/src/message.rs", "table! {"),
  problems: [...(await codesIn("bowline-registry/src/problem/mod.rs")), ...(await codesIn("bowline-service/src/problem.rs"))],
};

const made = await mkdtemp(join(tmpdir(), "bowline-locales-"));
try {
  const files = (await readdir(join(web, "src/locales"))).filter((file) => file.endsWith(".ts"));
  await build({
    entryPoints: files.map((file) => join(web, "src/locales", file)),
    bundle: true,
    format: "esm",
    platform: "node",
    outdir: made,
    outExtension: { ".js": ".mjs" },
  });
  for (const file of files) {
    const name = file.replace(".ts", "");
    const { default: words } = await import(pathToFileURL(join(made, `${name}.mjs`)));
    for (const [area, codes] of Object.entries(wanted)) {
      const missing = [...new Set(codes)].filter((code) => !(code in (words[area] ?? {})));
      const unknown = area === "findings" ? Object.keys(words.findings).filter((code) => !codes.includes(code)) : [];
      console.log(`${name}: ${missing.length} of ${new Set(codes).size} ${area} are in English${missing.length === 0 ? "" : `: ${missing.join(", ")}`}`);
      if (unknown.length > 0) console.log(`${name}: no such ${area}: ${unknown.join(", ")}`);
    }
  }
} finally {
  await rm(made, { recursive: true, force: true });
}
