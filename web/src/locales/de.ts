/**
 * The page and the elements in German: `setMessages(de)`. What the compiler does not see to be whole, texts by code or by
 * name, `npm run locales` lists where it is missing; it is shown in English.
 */

import type { Finding } from "bowline";
import type { MessageOverrides } from "../messages.js";
import { connecting } from "./de/connecting.js";
import { auth, fields } from "./de/fields.js";
import { findings } from "./de/findings.js";
import { page } from "./de/page.js";
import { problems } from "./de/problems.js";
import { pulling } from "./de/pulling.js";

/** The parameters of a finding in their places. */
const said =
  (template: string) =>
  ({ params }: Finding): string =>
    template.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? "");

const each = <From, To>(all: Readonly<Record<string, From>>, made: (one: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(all).map(([name, one]) => [name, made(one)]));

export const de: MessageOverrides = {
  locale: "de",
  ...connecting,
  ...pulling,
  ...page,
  auth,
  fields: each(fields, (label) => ({ label })),
  findings: each(findings, said),
  problems: each(problems, (title) => () => ({ title })),
};

export default de;
