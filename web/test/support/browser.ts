/** A Chromium that a test drives over its DevTools protocol, and a server with the built page for it. */

import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import type { TestContext } from "node:test";
import type { IdentityProvider } from "../../src/console/identity-provider.js";
import { fileOfPage } from "./page.js";

const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  "--window-size=1280,1000",
  "--remote-debugging-pipe",
];

/** The policy that the page is served with, and the origin that it may talk to beside its own. */
const policy = (origin: string): string =>
  `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self' ${origin}; ` +
  "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".json": "application/json",
};

/** How long something may take to be seen. */
const LIMIT_MS = 20_000;

/** A request to the API: `GET /v1/projects/acme/connections`. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: string;
  readonly ifMatch: string;
  readonly body: unknown;
}

/** Status and JSON of an answer; a promise holds it back. */
export type Answer = readonly [status: number, body?: unknown];

export interface SiteOptions {
  /** What the API answers; what it leaves out is 404. */
  readonly api?: (asked: Asked) => Answer | undefined | Promise<Answer | undefined>;
  /** The identity provider that the page is told of. */
  readonly oidc?: IdentityProvider;
  /** Called before a file of the page is sent, which waits for it. */
  readonly file?: (name: string) => Promise<void> | undefined;
}

/** The built page behind a server. */
export interface Site {
  readonly origin: string;
  /** What the API was asked, in order. */
  readonly asked: readonly Asked[];
}

export async function serve(t: TestContext, { api, file, oidc }: SiteOptions = {}): Promise<Site> {
  const asked: Asked[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://page");
    if (!url.pathname.startsWith("/v1/")) {
      const name = url.pathname === "/" ? "index.html" : url.pathname.slice(1);
      const bytes = name === "sign-in.json" ? JSON.stringify({ oidc: oidc ?? null }) : fileOfPage(name);
      await file?.(name);
      const headers = {
        "content-type": TYPES[extname(name)] ?? "text/plain",
        "content-security-policy": policy(oidc === undefined ? "" : new URL(oidc.issuer).origin),
      };
      return void (bytes === undefined ? response.writeHead(404).end() : response.writeHead(200, headers).end(bytes));
    }
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const one: Asked = {
      method: request.method ?? "",
      path: url.pathname,
      query: url.searchParams,
      token: request.headers.authorization?.replace("Bearer ", "") ?? "",
      ifMatch: request.headers["if-match"] ?? "",
      body: text === "" ? undefined : JSON.parse(text),
    };
    asked.push(one);
    const [status, body] = (await api?.(one)) ?? [404, { code: "not_found", title: "There is nothing here" }];
    response.writeHead(status, { "content-type": status < 400 ? "application/json" : "application/problem+json" });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** Sees into all shadow roots. `find` gives what is visible, `all` whatever there is. */
const LOOK = `
  const all = (selector, root = document) => [...root.querySelectorAll(selector),
    ...[...root.querySelectorAll("*")].flatMap((host) => (host.shadowRoot ? all(selector, host.shadowRoot) : []))];
  const find = (selector) => all(selector).find((one) => one.checkVisibility({ visibilityProperty: true }));
`;

/** A browser with a profile of its own. */
export class Browser {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #send: Writable;
  #next = 0;
  readonly #waiting = new Map<number, (answer: { result?: unknown; error?: { message: string } }) => void>();

  constructor(t: TestContext) {
    this.#profile = mkdtempSync(join(tmpdir(), "bowline-page-"));
    this.#process = spawn("chromium", [...FLAGS, `--user-data-dir=${this.#profile}`], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    this.#send = this.#process.stdio[3] as Writable;
    let rest = "";
    (this.#process.stdio[4] as Readable).on("data", (chunk: Buffer) => {
      const messages = (rest + chunk.toString()).split("\0");
      rest = messages.pop() ?? "";
      for (const message of messages) {
        const { id, ...answer } = JSON.parse(message) as { id?: number; result?: unknown; error?: { message: string } };
        if (id !== undefined) this.#waiting.get(id)?.(answer);
      }
    });
    const ended = new Promise((end) => this.#process.on("exit", end));
    t.after(async () => {
      void this.command("Browser.close").catch(() => undefined);
      await ended;
      // Its children may write for a moment longer.
      await rm(this.#profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    });
  }

  /** Opens a tab with this page. */
  async open(url: string): Promise<Tab> {
    const { targetId } = await this.command<{ targetId: string }>("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.command<{ sessionId: string }>("Target.attachToTarget", { targetId, flatten: true });
    const tab = new Tab(this, sessionId);
    await tab.go(url);
    return tab;
  }

  async command<T = unknown>(method: string, params: object = {}, sessionId?: string): Promise<T> {
    const id = (this.#next += 1);
    const answered = new Promise<{ result?: unknown; error?: { message: string } }>((done) => this.#waiting.set(id, done));
    this.#send.write(`${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`);
    const { result, error } = await answered;
    this.#waiting.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result as T;
  }
}

/** A tab of the browser. What is looked for is waited for, as a person does. */
export class Tab {
  readonly #browser: Browser;
  readonly #session: string;

  constructor(browser: Browser, session: string) {
    this.#browser = browser;
    this.#session = session;
  }

  async go(url: string): Promise<void> {
    await this.#command("Page.navigate", { url });
  }

  /** What a script gives, run in the page with `find` and `all` at hand. */
  async run<T>(script: string): Promise<T> {
    const { result, exceptionDetails } = await this.#command<{ result: { value: T }; exceptionDetails?: { exception?: { description?: string } } }>(
      "Runtime.evaluate",
      { expression: `(() => { ${LOOK} ${script} })()`, awaitPromise: true, returnByValue: true },
    );
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? "the script failed");
    return result.value;
  }

  /** Runs a script of a library in the page, whose policy would not take it as an element. */
  async inject(script: string): Promise<void> {
    await this.#command("Runtime.evaluate", { expression: script });
  }

  /** Waits until the condition holds. */
  async until(condition: string, what = condition): Promise<void> {
    const held = await this.run<boolean>(
      `return new Promise((done) => {
      const end = performance.now() + ${LIMIT_MS};
      const look = () => (${condition}) ? done(true) : performance.now() > end ? done(false) : setTimeout(look, 20);
      look();
    })`,
    ).catch(async (error: unknown) => {
      // The page was loaded anew meanwhile.
      if (/context|navigated/i.test(String(error))) return this.until(condition, what).then(() => true);
      throw error;
    });
    if (!held) throw new Error(`${what} never comes. The page shows:\n${await this.text()}`);
  }

  /** Waits until something is visible; gives its text. */
  async see(selector: string): Promise<string> {
    await this.until(`find(${JSON.stringify(selector)})`, selector);
    return this.run(`return find(${JSON.stringify(selector)})?.textContent.replace(/\\s+/g, " ").trim() ?? ""`);
  }

  async seeNo(selector: string): Promise<void> {
    await this.until(`!find(${JSON.stringify(selector)})`, `the end of ${selector}`);
  }

  async click(selector: string): Promise<void> {
    await this.see(selector);
    const at = await this.run<{ x: number; y: number }>(`const one = find(${JSON.stringify(selector)});
      one.scrollIntoView({ block: "nearest" });
      const { left, top, width, height } = one.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };`);
    for (const type of ["mousePressed", "mouseReleased"]) {
      await this.#command("Input.dispatchMouseEvent", { type, ...at, button: "left", clickCount: 1 });
    }
  }

  /** Replaces a field's text. The field keeps the focus. */
  async type(selector: string, text: string): Promise<void> {
    await this.see(selector);
    await this.run(`const one = find(${JSON.stringify(selector)}); one.focus(); one.select();`);
    await this.#command("Input.insertText", { text });
  }

  /** Presses the tab key, or another one. */
  async press(key: "Tab" | "Enter" | "Escape" | "ArrowDown" | "ArrowUp"): Promise<void> {
    const windowsVirtualKeyCode = { Tab: 9, Enter: 13, Escape: 27, ArrowUp: 38, ArrowDown: 40 }[key];
    for (const type of ["keyDown", "keyUp"]) await this.#command("Input.dispatchKeyEvent", { type, key, code: key, windowsVirtualKeyCode });
  }

  async choose(selector: string, value: string): Promise<void> {
    await this.until(`find(${JSON.stringify(selector)})?.querySelector("option[value='${value}']")`, `${value} in ${selector}`);
    await this.run(`const one = find(${JSON.stringify(selector)}); one.value = ${JSON.stringify(value)};
      one.dispatchEvent(new Event("change", { bubbles: true }));`);
  }

  /** Chooses a registry type in the form. */
  async chooseRegistry(id: string): Promise<void> {
    await this.click("[data-testid=provider-select]");
    await this.click(`[data-testid=provider-option][data-value='${id}']`);
  }

  value(selector: string): Promise<string> {
    return this.run(`return find(${JSON.stringify(selector)})?.value ?? ""`);
  }

  /** All text that is visible. */
  text(): Promise<string> {
    return this.run(`const told = (root) => [...root.childNodes].map((node) =>
        node.nodeType === 3 ? node.data : node.nodeType !== 1 || node.localName === "style" || !node.checkVisibility() ? "" : told(node.shadowRoot ?? node)).join(" ");
      return told(document.body).replace(/\\s+/g, " ").trim();`);
  }

  /** Makes the window another size. */
  async resize(width: number, height: number): Promise<void> {
    await this.#command("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 600 });
  }

  /** Shows the page to somebody who prefers dark colors, or light ones. */
  async dark(dark: boolean): Promise<void> {
    await this.#command("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }] });
  }

  /** Saves what the window shows. */
  async screenshot(file: string): Promise<void> {
    const { data } = await this.#command<{ data: string }>("Page.captureScreenshot", {});
    writeFileSync(file, Buffer.from(data, "base64"));
  }

  /** Whether the page would have the browser ask before it is left. */
  asksBeforeLeaving(): Promise<boolean> {
    return this.run(`return !dispatchEvent(new Event("beforeunload", { cancelable: true }))`);
  }

  /** The `data-testid` of what has the focus. */
  focused(): Promise<string> {
    return this.run(`let focused = document.activeElement;
      while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
      return focused?.dataset.testid ?? "";`);
  }

  /** Puts the browser into another time zone. */
  async timezone(timezoneId: string): Promise<void> {
    await this.#command("Emulation.setTimezoneOverride", { timezoneId });
  }

  #command<T>(method: string, params: object): Promise<T> {
    return this.#browser.command<T>(method, params, this.#session);
  }
}
