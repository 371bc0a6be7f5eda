/**
 * Parsing `text/event-stream`, as the HTML standard describes it (§ 9.2.6). `EventSource` itself sends neither a body
 * nor an `Authorization` header, so a check reads its stream from `fetch`.
 */

/** One dispatched event. */
export interface StreamEvent {
  /** The `event:` field; `message` by default. */
  readonly type: string;
  /** The `data:` fields, joined by line feeds. */
  readonly data: string;
}

/** Parses a stream's text, in chunks of any size, into events. */
export class EventStreamParser {
  #rest = "";
  #type = "";
  #data: string[] = [];
  #first = true;

  /** Parses the next chunk and returns the completed events. */
  push(text: string): StreamEvent[] {
    let input = this.#rest + text;
    if (this.#first && input.length > 0) {
      this.#first = false;
      if (input.startsWith("\uFEFF")) input = input.slice(1);
    }
    const events: StreamEvent[] = [];
    let start = 0;
    for (;;) {
      const end = lineEnd(input, start);
      if (end === undefined) break;
      const event = this.#line(input.slice(start, end.at));
      if (event !== undefined) events.push(event);
      start = end.next;
    }
    this.#rest = input.slice(start);
    return events;
  }

  #line(line: string): StreamEvent | undefined {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return undefined; // A comment: the server keeps the connection alive with them.
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#type = value;
    else if (field === "data") this.#data.push(value);
    return undefined;
  }

  #dispatch(): StreamEvent | undefined {
    const event = { type: this.#type || "message", data: this.#data.join("\n") };
    const empty = this.#data.length === 0;
    this.#type = "";
    this.#data = [];
    return empty ? undefined : event;
  }
}

/** Yields the events of a response body. Drops an incomplete event at the end. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent, void, void> {
  const parser = new EventStreamParser();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** A line ends with CR LF, LF, or CR. An LF may still follow a CR at the end of a chunk. */
function lineEnd(input: string, from: number): { at: number; next: number } | undefined {
  for (let at = from; at < input.length; at += 1) {
    const unit = input.charCodeAt(at);
    if (unit === 10) return { at, next: at + 1 };
    if (unit !== 13) continue;
    if (at + 1 === input.length) return undefined;
    return { at, next: input.charCodeAt(at + 1) === 10 ? at + 2 : at + 1 };
  }
  return undefined;
}
