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

import type { Finding } from "bowline";
import type { CheckProblem, Proof, StepName, StepStatus } from "./api/types.js";

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
    idle: "See whether it works before you save it. Nothing is kept.",
    running: "Testing…",
    cancelled: "The test was cancelled.",
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
    browse: "Browse images",
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
    tabs: { policy: "Pull rules", images: "Images", credentials: "Credentials" },
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
  /** Other words for a finding, by its code. */
  findings: {} as Record<string, (finding: Finding) => string>,
  /** Other words for a check's problem or warning, by its code. */
  problems: {} as Record<string, (problem: CheckProblem) => { title: string; detail?: string; hint?: string }>,
};

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
