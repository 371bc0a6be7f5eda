/**
 * Every text of the elements, in one place. A product replaces what it wants, in its own words or language:
 *
 * ```ts
 * setMessages({ form: { save: "Verbindung speichern" }, findings: { "url.required": () => "Wo liegt die Registry?" } });
 * ```
 *
 * Findings and problems come from the server and the module in English with a stable code; `findings` and `problems`
 * give other words to a code. Call it before the elements are shown.
 */

import type { AuthMethod, Field, Finding, Purpose } from "bowline";
import type { CheckProblem, Proof, StepName, StepStatus } from "./api/types.js";
import type { Announcement, Instructions } from "./pulling/announcing.js";

const english = {
  form: {
    paste: "Paste what you have",
    pasteHelp: "A registry URL, an image, a “docker login” command or a .dockerconfigjson fills in the form. It stays on this page.",
    pastePlaceholder: "docker login registry.example.com -u scanner",
    pasteNothing: "Nothing in it looks like a registry.",
    pasteFilled: (title: string): string => `Filled in for ${title}.`,
    pasteSeveral: "It holds several registries. Which one?",
    provider: "Registry type",
    providerPlaceholder: "Choose a registry type…",
    auth: "Sign in with",
    name: "Name",
    nameHelp: "How you and your colleagues will find it again.",
    description: "Description",
    purpose: "Used for",
    purposes: { pull: "Pulling images", push: "Pulling and pushing images" },
    expiresAt: "Credentials end on",
    expiresAtHelp: "Warns you before they do.",
    image: "Image to test with",
    imageHelp: "Left empty, the test draws one from the registry.",
    imageRequired: "This registry cannot list its images, so the test needs one.",
    imagePlaceholder: "team/app:1.4",
    trusted: "Trusted sign-in hosts",
    trustedHelp: "Your credentials may be sent to them although they are not the registry.",
    untrust: (host: string): string => `Stop trusting ${host}`,
    more: "More options",
    optional: "Optional",
    show: (label: string): string => `Show ${label}`,
    hide: (label: string): string => `Hide ${label}`,
    fix: (suggestion: string): string => `Use ${suggestion}`,
    fixSecret: "Correct it",
    chooseFile: "Choose the file, or drop it here",
    rotateTest: "Test the new credentials",
    rotateSave: "Replace credentials",
    otherEndpoint: (endpoint: string): string => `These are credentials for ${endpoint}`,
    otherEndpointDetail: "A connection keeps its registry. Connect the other one as a new connection.",
    replace: "Start a new connection from this one",
    detected: (title: string): string => `This looks like ${title}.`,
    useDetected: (title: string): string => `Switch to ${title}`,
    endpoint: "Registry",
    docs: (title: string): string => `How to get credentials for ${title}`,
    test: "Test connection",
    cancel: "Cancel test",
    save: "Save",
    saving: "Checking and saving…",
    saveAnyway: "Save anyway",
    notSaved: "Not saved yet",
    notSavedDetail: "The test before saving did not pass. Mend it, or save it as it is and check again later.",
    loading: "Loading the form…",
    loadFailed: "The form could not be loaded",
    retry: "Try again",
    severities: { error: "Error", warning: "Warning", hint: "Hint" },
  },
  check: {
    heading: "Connection test",
    idle: "Try it before you save it.",
    running: "Testing…",
    cancelled: "The test was cancelled.",
    stale: "From before your last change.",
    took: (time: string): string => `It took ${time}.`,
    proofs: {
      none: "Nothing could be proven",
      reach: "The registry answers",
      login: "Signed in",
      pull: "Ready to pull",
    } satisfies Record<Proof, string>,
    steps: {
      reach: "Reach the registry",
      authenticate: "Sign in",
      catalog: "List repositories",
      tags: "List tags",
      manifest: "Read a manifest",
      pull: "Pull and verify",
    } satisfies Record<StepName, string>,
    statuses: { passed: "passed", failed: "failed", skipped: "skipped" } satisfies Record<StepStatus, string>,
    pending: "waiting",
    active: "in progress",
    milliseconds: (elapsed: number): string => (elapsed < 1000 ? `${elapsed} ms` : `${(elapsed / 1000).toFixed(1)} s`),
    trust: (host: string): string => `Trust ${host} and test again`,
    trustDetail: "Only do so if you know that this host signs people in for your registry. Your credentials will be sent to it.",
    facts: {
      server: "Registry",
      scheme: "Sign-in",
      realm: "Token service",
      image: "Tested image",
      digest: "Digest",
      canPush: "May push",
      tokenExpiresAt: "Token ends",
      rateLimit: "Pulls left",
    },
    canPush: { yes: "Yes", no: "No", unknown: "Not known" },
    rateLimit: (remaining: number, limit: number | null, hours: number | null): string =>
      `${remaining}${limit === null ? "" : ` of ${limit}`}${hours === null ? "" : ` in ${hours} h`}`,
    warnings: "Good to know",
    byHand: "Try it by hand",
    byHandDetail: "If these fail too, it is the registry or the credentials. They ask for the secret.",
  },
  list: {
    heading: "Connections",
    search: "Search connections",
    searchPlaceholder: "Name, host or type",
    add: "Connect a registry",
    more: "Show more",
    loading: "Loading connections…",
    count: (shown: number, all: boolean): string =>
      shown === 1 && all ? "1 connection" : `${shown}${all ? "" : " or more"} connections`,
    empty: "Connect your first registry",
    emptyDetail: "Images are pulled with the credentials that you keep here. They are sealed, and never shown again.",
    noMatch: (search: string): string => (search === "" ? "No connection of this type" : `Nothing matches “${search}”`),
    noMatchDetail: "The search looks at names, hosts and registry types.",
    clearSearch: "Show all",
    forbidden: "You may not see this project's connections",
    forbiddenDetail: "Ask an administrator for the permission to read registry connections.",
    failed: "The connections could not be loaded",
    retry: "Try again",
    details: (name: string): string => `Details of ${name}`,
    rename: "Rename",
    renameLabel: "New name",
    renameSave: "Save name",
    renameCancel: "Cancel",
    renamed: (name: string): string => `Renamed to ${name}.`,
    check: "Check now",
    checking: "Checking…",
    cancelCheck: "Cancel check",
    remove: "Remove",
    rules: "Pull rules",
    images: "Images",
    rotate: "Replace credentials",
    replace: "Copy as new",
    filter: "Registry type",
    everyType: "Every type",
    inUse: "It is in use",
    removeAnyway: "Remove it all the same",
    until: (when: string): string => `until ${when}`,
    confirmTitle: (name: string): string => `Remove “${name}”?`,
    confirmDetail: (endpoint: string): string =>
      `Its credentials for ${endpoint} are erased at once. Whatever pulls with them stops working. This cannot be undone.`,
    confirm: "Remove connection",
    keep: "Keep it",
    removed: (name: string): string => `${name} was removed.`,
    neverChecked: "Not checked yet",
    passed: "Working",
    unproven: "Reachable",
    broken: "Failing",
    expired: (when: string): string => `Credentials ended ${when}`,
    expires: (when: string): string => `Credentials end ${when}`,
    facts: {
      endpoint: "Registry",
      auth: "Signs in with",
      purpose: "Used for",
      kept: "Sealed",
      description: "Description",
      image: "Test image",
      trusted: "Trusted sign-in hosts",
      uses: "Used by",
      lastUsed: "Last used",
      created: "Added",
      credentials: "Credentials from",
      id: "Id",
    },
    keptSecrets: (count: number): string => (count === 1 ? "1 secret" : `${count} secrets`),
  },
  copy: {
    copy: (line: string): string => `Copy ${line}`,
    copied: "Copied.",
  },
  browse: {
    heading: "Repositories",
    search: "Search repositories",
    loading: "Asking the registry…",
    count: (shown: number, all: boolean): string => (shown === 1 && all ? "1 repository" : `${shown}${all ? "" : " or more"} repositories`),
    empty: "The registry holds no repository, or shows none to these credentials.",
    noMatch: (search: string): string => `No repository has “${search}” in its name.`,
    loadingTags: "Asking for its tags…",
    noTags: "It has no tag.",
    tagCount: (shown: number, all: boolean): string => (shown === 1 && all ? "1 tag" : `${shown}${all ? "" : " or more"} tags`),
  },
  policy: {
    mode: "How images are pulled",
    manual: "On request",
    manualHelp: "Only images that somebody asks for.",
    automatic: "Automatically",
    automaticHelp: "Every day, what the rules below take.",
    automaticDenied: "This registry cannot list its images.",
    schedule: "When",
    at: "Every day at",
    timezone: "Time zone",
    rescanExisting: "Pull again what was pulled before",
    rescanExistingHelp: "Otherwise only new images and tags that moved.",
    images: "Which images",
    patternHelp: "“alpine” takes names that contain it, “:4” tags that contain it, “team/*:v1.*” compares the whole, “/^v\\d+$/” is a regular expression.",
    patternPlaceholder: "team/*:v1.*",
    add: "Add",
    added: (pattern: string): string => `${pattern} added.`,
    removed: (pattern: string): string => `${pattern} removed.`,
    edit: (pattern: string): string => `Edit ${pattern}`,
    removePattern: (pattern: string): string => `Remove ${pattern}`,
    include: "Take",
    includeHelp: "Left empty, everything is taken.",
    condition: "As long as they are",
    conditions: { none: "of any age", "created-within": "created within", latest: "among the newest of their repository" },
    amount: "How many",
    unit: "Unit",
    units: { days: "days", weeks: "weeks", months: "months", years: "years" },
    count: "How many",
    never: "Never take",
    neverHelp: "Wins over everything else.",
    always: "Always take",
    alwaysHelp: "Whatever the rules above say, except what is never taken.",
    afterwards: "And also",
    events: "Pull when the registry announces a push",
    eventsHelp: "Within the second, in either mode.",
    imageStreams: "Follow image streams",
    imageStreamsHelp: "OpenShift's own list of what a tag stands for.",
    quarantine: "Release images from quarantine when a scan passed",
    quarantineHelp: "The registry holds back what was pushed until then.",
    cleanup: "Forget images that are gone from the registry",
    cleanupHelp: "Otherwise they stay and are marked.",
    scanner: "Scanned by",
    scanners: { any: "Any scanner", specific: "Only certain scanners" },
    scannerNames: "Scanners",
    scannerNamesHelp: "Their names, apart by commas.",
    scannersSeen: "Seen in this project",
    timeout: "Minutes a scan may take",
    timeoutDefault: "The project's default",
    save: "Save rules",
    saving: "Saving…",
    saved: (name: string): string => `The rules of ${name} are saved.`,
    unsaved: "There are changes that are not saved.",
  },
  tester: {
    heading: "Try the rules",
    detail: "See what they take before you save them. Nothing is pulled.",
    paste: "Image names",
    pasteHelp: "One a line. They stay on this page.",
    pastePlaceholder: "team/app:1.4\nteam/app:latest\nlibrary/alpine:3.20",
    fromRegistry: "Use this registry's images",
    loading: "Listing the registry's images…",
    loaded: (count: number, all: boolean): string => `${count.toLocaleString()} images of the registry${all ? "" : ", the first of more"}.`,
    pasted: (count: number): string => `${count.toLocaleString()} pasted names, too many for the box.`,
    stop: "Stop",
    show: "Show",
    filters: { all: "All", taken: "Taken", left: "Left out" },
    results: "Images",
    summary: (taken: number, all: number): string => `${taken.toLocaleString()} of ${all.toLocaleString()} taken`,
    none: "No image here.",
    judging: "Comparing…",
    invalid: "Mend the rules first.",
    taken: "Taken",
    left: "Left out",
    why: {
      artifact: "a signature or another artifact, no image",
      never: (pattern: string): string => `never take ${pattern}`,
      always: (pattern: string): string => `always take ${pattern}`,
      include: (pattern: string): string => `take ${pattern}`,
      everything: "everything is taken",
      nothing: "no pattern takes it",
      condition: "too old, or not among the newest",
      met: "new enough",
    },
  },
  sync: {
    heading: "Sync",
    start: "Sync now",
    starting: "Syncing…",
    none: "No sync yet",
    noneDetail: "A sync lists the registry, compares it with what is known, and takes what the pull rules take.",
    running: "A sync is running",
    phases: { repositories: "Listing repositories…", images: "Reading images…", done: "Finishing…" },
    progress: (read: number, listed: number): string => `${read.toLocaleString()} of ${listed.toLocaleString()} repositories read`,
    done: "Up to date",
    partly: "Not all of the registry could be listed",
    partlyDetail: "Nothing is marked as gone because of that.",
    failed: "The last sync failed",
    when: (when: string): string => `Ended ${when}`,
    ended: (fresh: number, replaced: number, gone: number): string => `The sync has ended: ${fresh} new, ${replaced} replaced, ${gone} gone.`,
    counts: { new: "New", replaced: "Replaced", unchanged: "Unchanged", gone: "Gone", skipped: "Left out" },
    queued: (images: number): string => (images === 1 ? "1 image was queued for a scan." : `${images.toLocaleString()} images were queued for a scan.`),
    requests: (requests: number): string => (requests === 1 ? "1 request to the registry" : `${requests.toLocaleString()} requests to the registry`),
    skipped: "What was left out, and why",
    images: (images: number): string => (images === 1 ? "1 image" : `${images.toLocaleString()} images`),
    repositories: (repositories: number): string => (repositories === 1 ? "1 repository" : `${repositories.toLocaleString()} repositories`),
    unread: (repositories: number): string =>
      repositories === 1 ? "1 repository could not be read." : `${repositories.toLocaleString()} repositories could not be read.`,
    next: (when: string, zone: string): string => `The next one starts ${when} (${zone}).`,
    manual: "The rules pull on request, so that no sync starts by itself.",
  },
  inventory: {
    heading: "Images",
    search: "Search images",
    searchPlaceholder: "Repository or tag",
    filter: "What the last sync found",
    states: { "": "All images", new: "New", replaced: "Replaced", unchanged: "Unchanged", gone: "Gone" },
    loading: "Loading the inventory…",
    count: (shown: number, all: boolean): string => (shown === 1 && all ? "1 image" : `${shown.toLocaleString()}${all ? "" : " or more"} images`),
    empty: "No images yet",
    emptyDetail: "They are here after the first sync, or when the registry announces a push.",
    noMatch: "No image is like that",
    noMatchDetail: "The search looks at repositories and tags.",
    clear: "Show all",
    more: "Show more",
    columns: { image: "Image", state: "Found", rules: "Pull rules", scan: "Scan", created: "Created" },
    choose: (image: string): string => `Choose ${image}`,
    chooseSome: "Choose images to have them scanned, whatever the pull rules say.",
    chosen: (images: number): string => (images === 1 ? "1 image chosen" : `${images} images chosen`),
    scan: "Scan the chosen images",
    queueing: "Queueing…",
    queued: (images: number): string => (images === 1 ? "1 image is queued for a scan." : `${images} images are queued for a scan.`),
    refused: "These could not be queued",
    undecided: "not decided yet",
    neverScanned: "Never scanned",
    seen: (first: string, last: string): string => `First seen ${first}, last seen ${last}`,
    goneSince: (when: string): string => `Gone ${when}`,
  },
  scans: {
    heading: "Scans",
    filter: "State",
    states: { "": "All scans", queued: "Queued", leased: "In progress", passed: "Passed", failed: "Failed", "set-aside": "Set aside" },
    origins: { sync: "found by a sync", event: "announced by the registry", request: "asked for" },
    loading: "Loading scans…",
    count: (shown: number, all: boolean): string => (shown === 1 && all ? "1 scan" : `${shown.toLocaleString()}${all ? "" : " or more"} scans`),
    empty: "No scan here",
    emptyDetail: "What the pull rules take is queued by a sync or a push; single images are chosen under Images.",
    more: "Show more",
    refresh: "Look again",
    image: "Scan an image",
    queue: "Queue it",
    queueing: "Queueing…",
    scanner: (name: string): string => `by ${name}`,
    deadline: (when: string): string => `has to end ${when}`,
    attempts: (attempts: number): string => (attempts === 1 ? "1 attempt" : `${attempts} attempts`),
  },
  events: {
    heading: "Let the registry announce its pushes",
    detail: "What is pushed is then queued within the second, and not only at the next sync.",
    loading: "Loading the event address…",
    off: "The pull rules ignore announcements: they are counted, and nothing is queued.",
    turnOn: "Change the pull rules",
    url: "Event URL",
    authorization: "Value of the header Authorization",
    noSecret: "It has no secret yet, so that nothing is accepted.",
    make: "Make the secret",
    replace: "Replace the secret",
    replaceTitle: "Replace the secret?",
    replaceDetail: "What the registry announces with the old one is refused at once, until you have pasted the new one.",
    end: "Accept no more announcements",
    endTitle: "Accept no more announcements?",
    endDetail: "The secret is erased, and the registry is refused from now on. You can make another one at any time.",
    keep: "Leave it as it is",
    once: "Copy it now: it is shown this once",
    onceDetail: "Only a hash of it is kept. If it gets lost, replace it.",
    made: "The secret is made.",
    ended: "Announcements are refused from now on.",
    since: (when: string): string => `The secret was made ${when}.`,
    hidden: "the secret that was shown once",
    received: (count: number): string => (count === 1 ? "1 announcement came" : `${count.toLocaleString()} announcements came`),
    unknown: (count: number): string => `${count.toLocaleString()} ${count === 1 ? "other was" : "others were"} ignored`,
    last: (when: string): string => `the last ${when}`,
    nothing: "Nothing has been announced yet.",
    relative: "The service does not know under which address it is reached. This is the one that you see this page at; the operator sets the other one with public_url.",
    setup: "What to do at the registry",
    docs: "More in the vendor's documentation",
    noSetup: "Let it send its notifications to the event URL by POST, with the header where there is one.",
    /** Other words for what to do at a registry, by its type. */
    instructions: {} as Record<string, (announcement: Announcement) => Instructions>,
  },
  console: {
    product: "Bowline",
    skip: "Skip to content",
    back: "Connections",
    newHeading: "Connect a registry",
    newLead: "Credentials are sealed when you save, and never shown again.",
    saved: (name: string): string => `${name} is saved.`,
    dismiss: "Dismiss",
    signOut: "Sign out",
    signIn: "Sign in",
    signInDetail: "This page needs a sign-in token. Open the address that “cargo xtask up” printed, or paste the token here.",
    expired: "Your session has ended",
    expiredDetail: "Open the address again that brought you here, or paste a new token. What you saved is safe.",
    token: "Sign-in token",
    tokenInvalid: "That is not a sign-in token.",
    tokenExpired: "That token has ended.",
    tokenNoProject: "That token names no project.",
    offline: "You are offline. Changes cannot be saved until the connection is back.",
    tabs: { policy: "Pull rules", images: "Images", scans: "Scans", registry: "Browse", credentials: "Credentials", events: "Events" },
    connectionMissing: "This connection is gone",
    connectionMissingDetail: "Somebody may have removed it.",
    rotated: (name: string): string => `The credentials of ${name} are replaced.`,
    project: "Project",
    connection: "Connection",
    notFound: "There is nothing here",
    notFoundDetail: "The address may be old.",
    cannotAdd: "You may not add connections",
    cannotAddDetail: "Ask an administrator for the permission to write registry connections.",
  },
  errors: {
    unexpected: "Something went wrong",
    status: (status: number): string => `The server answered ${status}`,
    offline: "You are offline",
    offlineDetail: "Try again when the connection is back.",
    network: "The server could not be reached",
    networkDetail: "Your network may be down, or the service may be restarting.",
    cutShort: "The answer broke off",
    cutShortDetail: "The connection ended before the test did. Try again.",
    conflict: "Somebody else changed it meanwhile",
    reload: "Load the page anew to see the change, then make yours again.",
    requestId: (id: string): string => `Request ${id}`,
  },
  /** Other words for a field, by its name (`username`) or that of its registry type too (`docker-hub.username`). */
  fields: {} as Record<string, FieldWords>,
  /** Other words for a way to sign in, by its name (`password`) or that of its registry type too. */
  auth: {} as Record<string, string>,
  /** Other words for a finding, by its code. */
  findings: {} as Record<string, (finding: Finding) => string>,
  /** Other words for a check's problem or warning, by its code. */
  problems: {} as Record<string, (problem: CheckProblem) => { title: string; detail?: string; hint?: string }>,
};

/** What a field is called, and what helps to fill it in. */
export interface FieldWords {
  readonly label?: string;
  /** By what the connection is for. */
  readonly help?: Readonly<Partial<Record<Purpose, string>>>;
}

/** All texts. */
export type Messages = typeof english;

/** Some of the texts. */
export type MessageOverrides = { readonly [Area in keyof Messages]?: Overrides<Messages[Area]> };

type Overrides<T> = T extends string | ((...parameters: never[]) => unknown)
  ? T
  : { readonly [Key in keyof T]?: Overrides<T[Key]> };

let current: Messages = english;

/** The texts in force. */
export function text(): Messages {
  return current;
}

/** Replaces some texts; what is left out stays as it is. */
export function setMessages(overrides: MessageOverrides): void {
  current = merge(current, overrides);
}

/** What a field of a registry type is called, and its help. */
export function fieldText(provider: string, field: Field, purpose: Purpose): { label: string; help: string } {
  const other = current.fields[`${provider}.${field.name}`] ?? current.fields[field.name];
  return { label: other?.label ?? field.label, help: other?.help?.[purpose] ?? field.help?.[purpose] ?? "" };
}

/** What a way to sign in at a registry type is called. */
export function authText(provider: string, { id, title }: AuthMethod): string {
  return current.auth[`${provider}.${id}`] ?? current.auth[id] ?? title;
}

/** What a finding says. */
export function findingText(finding: Finding): string {
  return current.findings[finding.code]?.(finding) ?? finding.message;
}

/** What a check's problem or warning says. */
export function problemText(problem: CheckProblem): { title: string; detail: string; hint: string } {
  const other = current.problems[problem.code]?.(problem);
  return {
    title: other?.title ?? problem.title ?? problem.code,
    detail: other?.detail ?? problem.detail ?? "",
    hint: other?.hint ?? problem.hint ?? "",
  };
}

function merge<T extends object>(base: T, overrides: object): T {
  const merged = { ...base } as Record<string, unknown>;
  for (const [key, value] of Object.entries(overrides)) {
    if (value === undefined) continue;
    const old = merged[key];
    merged[key] = isGroup(old) && isGroup(value) ? merge(old, value) : value;
  }
  return merged as T;
}

function isGroup(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
