// Which of a million image names a list of patterns takes: the module beside a loop with `includes`.

import assert from "node:assert/strict";

const IMAGES = 1_000_000;

const WORDS = [
  "alpine", "api", "auth", "billing", "debian", "frontend", "gateway", "golang", "java", "kafka",
  "mysql", "nginx", "node", "postgres", "proxy", "python", "redis", "rust", "web", "worker",
];
const TEAMS = ["acme", "core", "data", "infra", "library", "platform", "prod", "staging", "team-a", "team-b"];

/** Rows of a table: how many patterns, the ratio, both times in milliseconds, and how many names are taken. */
export function patternTimes({ PatternSet }) {
  const below = numbers();
  const word = () => WORDS[below(WORDS.length)];
  const tag = () => `${below(9)}.${below(20)}.${below(100)}`;
  const name = () => `${TEAMS[below(TEAMS.length)]}/${word()}-${word()}-${below(1000)}:${tag()}`;
  // As they come in an answer: a text that was put together is made one only when it is first read.
  const images = JSON.parse(JSON.stringify(Array.from({ length: IMAGES }, name)));
  const pattern = (index) => {
    const name = `${word()}-${word()}-${below(1000)}`;
    return [name, `${name}:${below(9)}.`, `:${tag()}`][index % 3];
  };
  return [1, 64, 4096].map((count) => {
    const patterns = Array.from({ length: count }, (_, index) => pattern(index));
    // Many patterns take so long, in both, that only a part of the names is measured.
    const part = count > 1000 ? images.slice(0, 4000) : images;
    const set = new PatternSet(patterns);
    const ours = best(part.length, () => set.filter(part).length);
    const theirs = best(part.length, () => includes(patterns, part).length);
    assert.equal(ours.result, theirs.result, "both take the same names");
    const ms = (time) => `${time.toFixed(0)} ms`;
    const taken = `${((100 * ours.result) / part.length).toFixed(2)} %`;
    return `| ${[count, `${(ours.time / theirs.time).toFixed(2)} ×`, ms(ours.time), ms(theirs.time), taken].join(" | ")} |`;
  });
}

/** The places of the names that a pattern takes. */
function includes(patterns, images) {
  const halves = patterns.map((pattern) => pattern.split(":")).map(([name, tag = ""]) => ({ name, tag }));
  const taken = [];
  for (let index = 0; index < images.length; index++) {
    const image = images[index];
    const colon = image.lastIndexOf(":");
    const [name, tag] = [image.slice(0, colon), image.slice(colon + 1)];
    if (halves.some((half) => name.includes(half.name) && tag.includes(half.tag))) taken.push(index);
  }
  return taken;
}

/** The result, and the best of three times in milliseconds for a million names. */
function best(names, run) {
  let time = Infinity;
  let result;
  for (let round = 0; round < 3; round++) {
    const started = performance.now();
    result = run();
    time = Math.min(time, ((performance.now() - started) * IMAGES) / names);
  }
  return { result, time };
}

/** Marsaglia's xorshift: the same names on every machine. */
function numbers() {
  let state = 2_463_534_242;
  return (end) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % end;
  };
}
