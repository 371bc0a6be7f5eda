// The time of a policy over 100,000 images, in the first call and in later ones, and of one expression over 20,000 names.

/** How many images a large inventory has. */
const IMAGES = 100_000;

/** Rows of a table: what was measured, its time, and what it may be. To be called before anything else uses the module. */
export function imageTimes({ selectImages, PatternSet }) {
  const images = Array.from({ length: IMAGES }, (_, index) => ({
    repository: `team-${index % 97}/service-${index % 1009}`,
    tag: `1.${index % 53}.${index}`,
    digest: `sha256:${index.toString(16).padStart(64, "0")}`,
    createdAt: "2026-11-01T12:00:00Z",
  }));
  const policy = { include: ["team-1", "service-7"], never: [":1.1."], condition: { kind: "latest", count: 3 } };
  const select = () => selectImages(policy, images, Date.UTC(2026, 10, 30));
  const first = timed(select);
  const later = median(Array.from({ length: 5 }, () => timed(select)));

  const names = images.slice(0, 20_000).map(({ repository, tag }) => `${repository}:${tag}`);
  const set = new PatternSet(["/^team-[0-9]+\\/(api|service-7[0-9]*)$/:/^1\\.[0-9]+\\.[0-9]*7$/"]);
  const expression = median(Array.from({ length: 5 }, () => timed(() => set.filter(names))));
  const ms = (time) => `${time.toFixed(0)} ms`;
  return [
    `| selectImages, the first call | ${ms(first)} | 3 times a later one: ${ms(3 * later)} |`,
    `| selectImages, a later call | ${ms(later)} | |`,
    `| one expression over 20,000 names | ${ms(expression)} | 100 ms |`,
  ];
}

function timed(run) {
  const started = performance.now();
  run();
  return performance.now() - started;
}

function median(times) {
  return times.sort((a, b) => a - b)[times.length >> 1];
}
