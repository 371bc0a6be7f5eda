/**
 * The exports of `bowline/elements`. Importing it defines the elements. The elements' types are in
 * `package/elements.d.ts`. The other types are generated from the sources.
 */

export { HttpClient } from "./api/client.js";
export { ApiError } from "./api/problem.js";
export { BowlineAuditLog } from "./elements/audit-log.js";
export { BowlineCheckResult } from "./elements/check-result.js";
export { BowlineConnectionForm } from "./elements/connection-form.js";
export { BowlineConnectionList } from "./elements/connection-list.js";
export { BowlineEventSetup } from "./elements/event-setup.js";
export { BowlineImageBrowser } from "./elements/image-browser.js";
export { BowlineInventory } from "./elements/inventory.js";
export { BowlineJobSnippets } from "./elements/job-snippets.js";
export { BowlineLoginSetup } from "./elements/login-setup.js";
export { BowlinePatternTester } from "./elements/pattern-tester.js";
export { BowlinePolicyEditor } from "./elements/policy-editor.js";
export { BowlinePolicyForm } from "./elements/policy-form.js";
export { BowlineProjectAudit } from "./elements/project-audit.js";
export { BowlineProjectNotices } from "./elements/project-notices.js";
export { BowlineProjectSettings } from "./elements/project-settings.js";
export { BowlineScanList } from "./elements/scan-list.js";
export { BowlineSyncPanel } from "./elements/sync-panel.js";
export { text as messages, setMessages } from "./messages.js";
