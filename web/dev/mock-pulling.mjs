// What happens with a connection's images, as the double of the API plays it: an inventory, syncs that take some
// seconds, scans, an event address.

import { randomUUID } from "node:crypto";

const ago = (minutes) => new Date(Date.now() - minutes * 6e4).toISOString();
const digest = (n) => `sha256:${(n * 2654435761 + 12345).toString(16).padStart(8, "0").repeat(8).slice(0, 64)}`;
const places = new Map();

/** Answers `…/connections/{id}/images`, `sync`, `scans` and `events`; `undefined` for anything else. */
export function pulling({ method, action, id, url, body }) {
  const place = places.get(id) ?? placeOf();
  places.set(id, place);
  const answer = { "GET images": images, "GET sync": status, "POST sync": sync, "GET scans": scans, "POST scans": queue, "GET events": events, "POST events": renew, "DELETE events": end }[`${method} ${action}`];
  return answer?.(place, { url, body, id });
}

export const SCANNERS = { items: [{ name: "scanner-frankfurt", lastSeen: ago(1) }, { name: "scanner-dublin", lastSeen: ago(60 * 26) }] };

function images({ images }, { url }) {
  const search = url.searchParams.get("search") ?? "";
  const state = url.searchParams.get("state") ?? "";
  const fit = images.filter((one) => `${one.repository}:${one.tag}`.includes(search) && (state === "" || one.state === state));
  return page(fit, url);
}

function scans({ scans }, { url }) {
  const state = url.searchParams.get("state") ?? "";
  return page(scans.filter((one) => state === "" || one.state === state), url);
}

function page(all, url) {
  const from = Number(url.searchParams.get("cursor") ?? 0);
  const to = from + Number(url.searchParams.get("limit") ?? 50);
  return [200, { items: all.slice(from, to), next: to < all.length ? String(to) : null }];
}

function status(place) {
  return [200, { running: place.running, last: place.last, next: new Date(Date.now() + 9 * 36e5).toISOString() }];
}

/** Each request works for a second and reads some repositories. */
async function sync(place) {
  place.running ??= { ...run(), state: "running", finishedAt: null, phase: "repositories", repositories: { listed: 0, read: 0, failed: 0 }, complete: false };
  await new Promise((done) => setTimeout(done, 1000));
  const { listed, read } = place.running.repositories;
  const repositories = listed === 0 ? { listed: 64, read: 0, failed: 0 } : { listed, read: Math.min(listed, read + 24), failed: 0 };
  place.running = { ...place.running, phase: "images", repositories };
  if (repositories.read < repositories.listed) return [202, place.running];
  place.last = run();
  place.running = null;
  return [200, place.last];
}

function queue({ images, scans }, { body }) {
  const made = [];
  const refused = [];
  for (const name of body.images) {
    const image = images.find((one) => `${one.repository}:${one.tag}` === name);
    if (image === undefined || image.state === "gone") refused.push({ image: name, code: "image.unknown", detail: "The registry has no such image any more." });
    else made.push(scanOf(image, "queued", "request"));
  }
  scans.unshift(...made);
  return [202, { scans: made, refused }];
}

function events({ address }, { id }) {
  return [200, { enabled: false, url: `/v1/events/${id}`, secretIn: "header", header: "Authorization", received: 0, unknown: 0, lastReceivedAt: null, ...address }];
}

function renew(place, context) {
  place.address = { enabled: true, createdAt: new Date().toISOString() };
  return [200, { ...events(place, context)[1], authorization: `Bearer ${randomUUID().replaceAll("-", "")}` }];
}

function end(place) {
  place.address = { enabled: false, createdAt: new Date().toISOString() };
  return [204, undefined];
}

function run() {
  return {
    id: randomUUID(), origin: "request", state: "done", startedAt: ago(2), finishedAt: new Date().toISOString(), phase: "done",
    repositories: { listed: 64, read: 64, failed: 0 }, images: { new: 12, replaced: 3, unchanged: 1480, gone: 2, skipped: 62 },
    skipped: [{ list: "never", pattern: "internal-", repositories: 6, images: 0 }, { list: "include", pattern: null, repositories: 0, images: 41 }, { list: "condition", pattern: null, repositories: 0, images: 21 }],
    queued: 15, requests: 91, complete: true, problem: null,
  };
}

function placeOf() {
  const images = Array.from({ length: 120 }, (_, n) => {
    const state = n % 17 === 3 ? "new" : n % 23 === 5 ? "replaced" : n % 31 === 7 ? "gone" : "unchanged";
    const taken = n % 5 !== 4;
    return {
      repository: `${["team/api", "team/web", "base/alpine", "internal-tools/cli"][Math.floor(n / 30)]}`, tag: n % 30 === 0 ? "stable" : `1.${n % 3}.${n % 30}`,
      digest: digest(n), createdAt: ago(60 * 24 * n + 90), pushedAt: null, size: 4_200_000 + n * 3_700_000, firstSeen: ago(60 * 24 * 40), lastSeen: ago(190),
      state, goneAt: state === "gone" ? ago(190) : null, selected: taken, decidedBy: taken ? "include" : "never", pattern: taken ? "team/" : "internal-",
      scan: n % 3 === 0 ? { state: "passed", at: ago(180) } : n % 7 === 1 ? { state: "failed", at: ago(170) } : null,
    };
  });
  const states = ["queued", "queued", "leased", "passed", "passed", "failed", "set-aside"];
  return { images, scans: states.map((state, n) => scanOf(images[n], state, n % 2 ? "sync" : "event")), running: null, last: run(), address: { createdAt: null } };
}

function scanOf({ repository, tag, digest }, state, origin) {
  const taken = state !== "queued";
  return {
    id: randomUUID(), repository, tag, digest, image: `registry.example.com/${repository}@${digest}`, state, origin, attempts: state === "set-aside" ? 5 : taken ? 1 : 0,
    queuedAt: ago(20), leasedAt: taken ? ago(12) : null, deadline: state === "leased" ? ago(-48) : null, finishedAt: ["passed", "failed", "set-aside"].includes(state) ? ago(4) : null,
    scanner: taken ? "scanner-frankfurt" : null, reason: state === "set-aside" ? "The scanner gave it back: no space left." : state === "failed" ? "2 critical findings" : null,
  };
}
