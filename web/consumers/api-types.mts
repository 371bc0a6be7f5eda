// Compiled, not run: what the API answers, as its OpenAPI document says, is what the package's types say that it answers.

import type {
  AuditEntry,
  Check,
  CheckProblem,
  Connection,
  EventAddress,
  InventoryImage,
  LastCheck,
  Listing,
  ProjectAudit,
  ProjectAuditEntry,
  QueuedScans,
  Scan,
  Scanner,
  Settings,
  Step,
  Sync,
  SyncStatus,
  Use,
} from "bowline/elements";
import type { components } from "./openapi.js";

type Answers = components["schemas"];

/** Whether one is the other, or says more. */
const is = <Told, _Answered extends Told>(): undefined => undefined;

is<AuditEntry, Answers["AuditEntry"]>();
is<ProjectAuditEntry, Answers["NumberedEntry"]>();
is<ProjectAudit, Answers["AuditExport"]>();
is<Check, Answers["Check"]>();
is<CheckProblem, Answers["CheckProblem"]>();
is<Step, Answers["Step"]>();
// The document leaves open what the shared crate says: the policy, and words of a fixed choice.
is<Omit<Connection, "lastCheck" | "policy" | "purpose">, Answers["Connection"]>();
is<Omit<LastCheck, "problem" | "proved">, Answers["LastCheck"]>();
is<Use, Answers["Use"]>();
is<Listing, Answers["Listing"]>();
is<Settings, Answers["Settings"]>();
is<Omit<Sync, "skipped">, Answers["Sync"]>();
is<Omit<SyncStatus, "last" | "running">, Answers["SyncStatus"]>();
is<Omit<InventoryImage, "decidedBy" | "scan">, Answers["InventoryImage"]>();
is<Scan, Answers["Scan"]>();
is<Scanner, Answers["Scanner"]>();
is<EventAddress, Answers["EventAddress"]>();
is<QueuedScans, Answers["RequestedScans"]>();
