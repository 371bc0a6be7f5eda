// The manifest of the custom elements (custom-elements.json, schema 1.0.0), made of their sources: for editors and for
// tools that show components.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { create, ts } from "@custom-elements-manifest/analyzer";
import { litPlugin } from "@custom-elements-manifest/analyzer/src/features/framework-plugins/lit/lit.js";

/** The manifest of these elements, whose sources are in `folder`: each `{ className, name }`, `name` that of its file. */
export async function manifestOf(folder, elements) {
  const modules = await Promise.all(
    elements.map(async ({ name }) => {
      const source = await readFile(join(folder, `${name}.ts`), "utf8");
      return ts.createSourceFile(`elements/${name}.js`, source, ts.ScriptTarget.ES2022, true);
    }),
  );
  const made = create({ modules, plugins: [...litPlugin(), decorated(), published()] });
  return { schemaVersion: made.schemaVersion, readme: "README.md", modules: made.modules };
}

/** The analyzer knows Lit's decorator by its name; ours registers an element just so. */
function decorated() {
  return {
    name: "decorated",
    analyzePhase({ ts, node, moduleDoc }) {
      if (!ts.isClassDeclaration(node)) return;
      const calls = (ts.getDecorators(node) ?? []).map(({ expression }) => expression).filter(ts.isCallExpression);
      const call = calls.find(({ expression }) => expression.getText() === "element");
      const described = moduleDoc.declarations.find(({ name }) => name === node.name?.text);
      if (call === undefined || described === undefined) return;
      described.customElement = true;
      described.tagName = call.arguments[0].text;
    },
  };
}

/** Leaves what a product cannot use: what is private, and how an element does its work. */
function published() {
  const inner = new Set([
    "connectedCallback",
    "disconnectedCallback",
    "formResetCallback",
    "formDisabledCallback",
    "render",
    "styles",
    "updated",
    "willUpdate",
  ]);
  return {
    name: "published",
    packageLinkPhase({ customElementsManifest }) {
      for (const module of customElementsManifest.modules) {
        module.declarations = module.declarations.filter(({ customElement }) => customElement);
        const names = new Set(module.declarations.map(({ name }) => name));
        module.exports = (module.exports ?? []).filter(({ declaration }) => names.has(declaration?.name));
        for (const declaration of module.declarations) {
          declaration.members = (declaration.members ?? []).filter(({ name, privacy }) => !inner.has(name) && privacy === undefined);
          declaration.events = (declaration.events ?? []).filter(({ name }) => name?.startsWith("bowline-"));
        }
      }
    },
  };
}
