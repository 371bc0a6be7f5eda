import assert from "node:assert/strict";
import { test } from "node:test";
import { EventStreamParser, eventsOf, type StreamEvent } from "../src/api/event-stream.js";

const cases: [string, string, StreamEvent[]][] = [
  ["an event with a type", "event: step\ndata: {}\n\n", [{ type: "step", data: "{}" }]],
  ["an event without a type", "data: a\n\n", [{ type: "message", data: "a" }]],
  ["several lines of data", "data: a\ndata: b\n\n", [{ type: "message", data: "a\nb" }]],
  ["CR LF", "event: step\r\ndata: a\r\n\r\n", [{ type: "step", data: "a" }]],
  [
    "CR alone",
    "data: a\r\rdata: b\r\r\n",
    [
      { type: "message", data: "a" },
      { type: "message", data: "b" },
    ],
  ],
  ["no space after the colon", "data:a\n\n", [{ type: "message", data: "a" }]],
  ["one space is dropped, no more", "data:  a\n\n", [{ type: "message", data: " a" }]],
  ["a field without a colon", "data\n\n", [{ type: "message", data: "" }]],
  ["comments", ": still here\n\ndata: a\n: and here\n\n", [{ type: "message", data: "a" }]],
  ["a type without data is no event, and is forgotten", "event: step\n\ndata: a\n\n", [{ type: "message", data: "a" }]],
  ["unknown fields", "id: 1\nretry: 10\nfoo: bar\ndata: a\n\n", [{ type: "message", data: "a" }]],
  ["a byte order mark", "\uFEFFdata: a\n\n", [{ type: "message", data: "a" }]],
  ["an unfinished event", "data: a\n\ndata: b\n", [{ type: "message", data: "a" }]],
  ["nothing", "", []],
];

for (const [name, stream, expected] of cases) {
  test(`event stream: ${name}, however it is cut`, () => {
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const parser = new EventStreamParser();
      const events = [...parser.push(stream.slice(0, cut)), ...parser.push(stream.slice(cut))];
      assert.deepEqual(events, expected, `cut at ${cut}`);
    }
    const parser = new EventStreamParser();
    assert.deepEqual(
      [...stream].flatMap((unit) => parser.push(unit)),
      expected,
      "unit by unit",
    );
  });
}

test("event stream: a character cut between two chunks is whole again", async () => {
  const bytes = new TextEncoder().encode("data: wörld\n\n");
  const cut = bytes.indexOf(0xc3) + 1;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes.slice(0, cut));
      controller.enqueue(bytes.slice(cut));
      controller.close();
    },
  });
  const events = [];
  for await (const event of eventsOf(body)) events.push(event);
  assert.deepEqual(events, [{ type: "message", data: "wörld" }]);
});

test("event stream: who stops reading cancels the request", async () => {
  let canceled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("data: a\n\n")),
    cancel: () => void (canceled = true),
  });
  for await (const _ of eventsOf(body)) break;
  assert.equal(canceled, true);
});
