import assert from "node:assert/strict";
import { test } from "node:test";
import type { LitElement } from "lit";
import { HttpClient } from "../src/api/client.js";
import { ApiError } from "../src/api/problem.js";
import type { Page } from "../src/api/types.js";
import { PagedList } from "../src/elements/paged-list.js";

const PLACE = "/v1/projects/acme/connections/c1";

/** What a call of the client asks the server: method, address and body. */
const requests: [string, (client: HttpClient) => Promise<unknown>, string, unknown?][] = [
  [
    "the inventory",
    (client) => client.images("c1", { search: "a&b", state: "gone", cursor: "x", limit: 50 }),
    `GET ${PLACE}/images?search=a%26b&state=gone&cursor=x&limit=50`,
  ],
  ["the inventory's first page", (client) => client.images("c1", { search: "", state: "", cursor: null }), `GET ${PLACE}/images`],
  ["a sync", (client) => client.sync("c1"), `POST ${PLACE}/sync`],
  ["how syncs stand", (client) => client.syncStatus("c1"), `GET ${PLACE}/sync`],
  ["scans of a state", (client) => client.scans("c1", { state: "set-aside" }), `GET ${PLACE}/scans?state=set-aside`],
  ["to queue images", (client) => client.queueScans("c1", ["team/app:1"]), `POST ${PLACE}/scans`, { images: ["team/app:1"] }],
  ["the project's scanners", (client) => client.scanners(), "GET /v1/projects/acme/scanners"],
  ["the event address", (client) => client.events("c1"), `GET ${PLACE}/events`],
  ["another secret", (client) => client.renewEvents("c1"), `POST ${PLACE}/events`],
  ["an end of events", (client) => client.endEvents("c1"), `DELETE ${PLACE}/events`],
];
for (const [name, call, expected, body] of requests) {
  test(`client: it asks for ${name}`, async () => {
    const sent: unknown[] = [];
    const client = new HttpClient({
      project: "acme",
      token: () => null,
      fetch: async (url, options = {}) => {
        sent.push([`${options.method} ${String(url)}`, options.body ? JSON.parse(String(options.body)) : undefined]);
        return new Response('{"items":[]}');
      },
    });
    await call(client);
    assert.deepEqual(sent, [[expected, body]]);
  });
}

type Answer = (page: Page<string> | Error) => void;

/** A list whose pages are answered by hand, in any order. */
function listed(): { list: PagedList<string>; asked: { cursor: string | null; answer: Answer }[] } {
  const asked: { cursor: string | null; answer: Answer }[] = [];
  const host = Object.assign(new EventTarget(), { addController: () => undefined, requestUpdate: () => undefined }) as unknown as LitElement;
  const list = new PagedList<string>(
    host,
    (cursor) =>
      new Promise((done, fail) => {
        asked.push({ cursor, answer: (page) => (page instanceof Error ? fail(page) : done(page)) });
      }),
  );
  return { list, asked };
}

test("list: pages follow each other by their cursor", async () => {
  const { list, asked } = listed();
  const first = list.load();
  assert.equal(list.loading, true);
  asked[0]?.answer({ items: ["a", "b"], next: "b" });
  await first;
  const second = list.more();
  asked[1]?.answer({ items: ["c"], next: null });
  await second;
  assert.deepEqual(
    asked.map(({ cursor }) => cursor),
    [null, "b"],
  );
  assert.deepEqual([list.items, list.next, list.loading], [["a", "b", "c"], null, false]);
});

test("list: the last question is the one whose answer stands", async () => {
  const { list, asked } = listed();
  const early = list.load();
  const late = list.load();
  asked[1]?.answer({ items: ["new"], next: null });
  await late;
  asked[0]?.answer({ items: ["old"], next: null });
  await early;
  assert.deepEqual(list.items, ["new"]);
});

test("list: what fails leaves what is there, and is forgotten when it works again", async () => {
  const { list, asked } = listed();
  const first = list.load();
  asked[0]?.answer({ items: ["a"], next: null });
  await first;
  const failing = list.load();
  asked[1]?.answer(new ApiError({ code: "network", title: "Down" }, 0));
  await failing;
  assert.deepEqual([list.items, list.error?.code], [["a"], "network"]);
  const again = list.load();
  asked[2]?.answer({ items: ["b"], next: null });
  await again;
  assert.deepEqual([list.items, list.error], [["b"], null]);
});
