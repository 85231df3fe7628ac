/** Filters for the account list, such as `status = inactive`. */
export * as AccountFilter from "./AccountFilter.js"
/** Finds users' accounts from a single read of the account list. */
export * as AccountIndex from "./AccountIndex.js"
/** The results of applying a plan. */
export * as ApplyResult from "./ApplyResult.js"
/** Compares two audits. */
export * as AuditDiff from "./AuditDiff.js"
/** The rows of an audit. */
export * as AuditRow from "./AuditRow.js"
/** Consent to deletions, for an exact number. */
export * as Consent from "./Consent.js"
/** Convergent steps: read, compare, write if needed, verify. */
export * as Converge from "./Converge.js"
/** Flow: corrects users' names and e-mail addresses. */
export * as CorrectOwnDetails from "./CorrectOwnDetails.js"
/** Reads CSV input and reports every problem at once. */
export * as CsvInput from "./CsvInput.js"
/** The findings an audit can report, and the rules that decide them. */
export * as Finding from "./Finding.js"
/** Named, typed, resumable jobs over many subjects. */
export * as Flow from "./Flow.js"
/** Renders an audit as one self-contained HTML file. */
export * as HtmlReport from "./HtmlReport.js"
/** Records writes before they are sent. */
export * as Journal from "./Journal.js"
/** Concurrency, rate and outage limits of a run. */
export * as Limits from "./Limits.js"
/** Generates passwords. */
export * as NewPassword from "./NewPassword.js"
/** Flow: makes accounts inactive, with consent. */
export * as OffboardAccounts from "./OffboardAccounts.js"
/** Flow: adds accounts for users. */
export * as OnboardAccounts from "./OnboardAccounts.js"
/** The outcome of one subject. */
export * as Outcome from "./Outcome.js"
/** Errors of changes that take several calls. */
export * as PartialChange from "./PartialChange.js"
/** The private file that new passwords are written to. */
export * as PasswordFile from "./PasswordFile.js"
/** Plans: what a run would do, for review. */
export * as Plan from "./Plan.js"
/** Flows that are planned first and applied later. */
export * as PlannedFlow from "./PlannedFlow.js"
/** Checks that a file is private to the current user. */
export * as PrivateFile from "./PrivateFile.js"
/** Progress events of runs. */
export * as Progress from "./Progress.js"
/** Flow: renames accounts. */
export * as RenameAccounts from "./RenameAccounts.js"
/** Renders audits as JSON, NDJSON and CSV. */
export * as Report from "./Report.js"
/** Flow: replaces the tokens of users' mobile apps. */
export * as RotateMobileTokens from "./RotateMobileTokens.js"
/** Flow: gives users new, generated passwords. */
export * as RotatePasswords from "./RotatePasswords.js"
/** One execution of a flow. */
export * as Run from "./Run.js"
/** Renders runs of plans as NDJSON, and their failed rows as CSV. */
export * as RunReport from "./RunReport.js"
/** Stores runs, their subjects and their results. */
export * as RunStore from "./RunStore.js"
/** Errors of the run store, with the remedy. */
export * as RunStoreError from "./RunStoreError.js"
/** References to secrets, and the service that resolves them. */
export * as Secrets from "./Secrets.js"
/** Audits the status of every account. */
export * as StatusAudit from "./StatusAudit.js"
/** One convergent action on one subject. */
export * as Step from "./Step.js"
/** Decodes text without guessing. */
export * as StrictText from "./StrictText.js"
/** Signs users in, one after another. */
export * as UserSessions from "./UserSessions.js"
