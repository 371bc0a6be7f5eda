// The rules for what the page and the package are made of. Types are the compiler's business: `npm run check`.

import js from "@eslint/js";
import { configs as lit } from "eslint-plugin-lit";
import globals from "globals";
import tseslint from "typescript-eslint";

/** What is left out of an object on purpose, and what begins with an underscore. */
const UNUSED = { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true };

export default tseslint.config(
  { ignores: ["**/node_modules/", "consumers/next/", "consumers/frameworks/"] },
  js.configs.recommended,
  {
    rules: {
      "no-unused-vars": ["error", UNUSED],
    },
  },
  {
    files: ["**/*.ts", "**/*.mts", "**/*.tsx"],
    extends: [tseslint.configs.recommended],
    rules: {
      "@typescript-eslint/no-unused-vars": ["error", UNUSED],
      // What a framework merges with its own interface.
      "@typescript-eslint/no-empty-object-type": ["error", { allowInterfaces: "with-single-extends" }],
    },
  },
  { files: ["src/**/*.ts"], extends: [lit["flat/recommended"]] },
  { files: ["**/*.mjs", "**/*.js"], languageOptions: { globals: { ...globals.browser, ...globals.node } } },
);
