/**
 * The help texts of `glowmarkt plan …`, including the columns of each CSV.
 *
 * @since 0.1.0
 */
import type { PageText } from "../../help/HelpPage.js"

const id = "18498bcd-5db2-4766-9884-5f0d29dbe361"

const secrets =
  "The CSV never contains passwords or tokens, only references to them: env:NAME is an environment variable, file:PATH a whole file, file:PATH#NAME the text after NAME= on a line of a file."

const shared =
  "Planning changes nothing on the server. All rows are validated before any request is sent, and all problems are reported at once. Exits 1 if any rows are skipped, 2 if a row is invalid and --skip-invalid was not given."

const rows = (header: string, ...lines: ReadonlyArray<string>) => `printf '${[header, ...lines].join("\\n")}\\n'`

/**
 * @since 0.1.0
 * @category constants
 */
export const rename: PageText = {
  path: ["plan", "rename"],
  usage: "CSV [OPTIONS]",
  summary: "plan new names for accounts",
  about: [
    "Columns: accountId, the account's id; name, its new name. The order does not matter, and other columns are ignored.",
    "Each account is read now and again when the plan is applied. An account renamed in between is skipped.",
    shared
  ],
  examples: [
    { description: "Plan the rows of a file", command: "glowmarkt plan rename names.csv --out plan.ndjson" },
    {
      description: "Plan one row from standard input",
      command: `${rows("accountId,name", `${id},Flat 3`)} | glowmarkt plan rename -`
    }
  ]
}

/**
 * @since 0.1.0
 * @category constants
 */
export const onboard: PageText = {
  path: ["plan", "onboard"],
  usage: "CSV [OPTIONS]",
  summary: "plan accounts for users",
  about: [
    "Columns: username, the user's name; directoryId, the id of the user's directory.",
    "Users who already have an account need no change. Each add is sent once; if the response is lost, the account list is checked.",
    shared
  ],
  examples: [
    { description: "Plan the rows of a file", command: "glowmarkt plan onboard users.csv --out plan.ndjson" },
    {
      description: "Add all of them, or none",
      command: "glowmarkt plan onboard users.csv --all-or-nothing --out plan.ndjson"
    }
  ]
}

/**
 * @since 0.1.0
 * @category constants
 */
export const offboard: PageText = {
  path: ["plan", "offboard"],
  usage: "[CSV] [OPTIONS]",
  summary: "plan which accounts to make inactive",
  about: [
    "Columns: accountId, the account's id. Optional columns must match the account, now and when the plan is applied: applicationId, username, listStatus, liveStatus, updatedAt, tokenExpiryDate. Rows of an audit's accounts.csv can be used as they are; an account that has changed since the audit is skipped.",
    "Accounts of other applications are skipped. Accounts are never erased, but making one inactive cannot be undone.",
    shared
  ],
  examples: [
    { description: "Plan the rows of a file", command: "glowmarkt plan offboard leavers.csv --out plan.ndjson" },
    {
      description: "Plan the accounts an audit found missing or dormant",
      command: "glowmarkt plan offboard --from-audit nightly --findings missing,dormant --out plan.ndjson"
    }
  ]
}

/**
 * @since 0.1.0
 * @category constants
 */
export const correct: PageText = {
  path: ["plan", "correct"],
  usage: "CSV [OPTIONS]",
  summary: "plan corrections of users' own names and addresses",
  about: [
    "Columns: username, the user's name; password, a reference to the password; name, the new name, and email, the new address: one of them or both.",
    secrets,
    "Users cannot read their own address. With an administrator's credentials in the environment, the plan shows the address and applying it verifies the change. If the address cannot be changed, the name is changed back.",
    shared
  ],
  examples: [
    { description: "Plan the rows of a file", command: "glowmarkt plan correct details.csv --out plan.ndjson" },
    {
      description: "Plan one row; the password is in a variable",
      command: `${rows("username,password,email", "scotty,env:SCOTTYS_PASSWORD,scotty@homes.example")} | glowmarkt plan correct -`
    }
  ]
}

/**
 * @since 0.1.0
 * @category constants
 */
export const passwords: PageText = {
  path: ["plan", "passwords"],
  usage: "CSV --passwords FILE [OPTIONS]",
  summary: "plan new, generated passwords for users",
  about: [
    "Columns: username, the user's name; password, a reference to the current password.",
    secrets,
    "When the plan is applied, each new password is written to the file as username=password before it is set, then verified by signing in. For the next rotation, refer to the current passwords as file:PATH#USERNAME and write to another file.",
    shared
  ],
  examples: [
    {
      description: "Plan the rows of a file",
      command: "glowmarkt plan passwords users.csv --passwords new-passwords.txt --out plan.ndjson"
    }
  ]
}

/**
 * @since 0.1.0
 * @category constants
 */
export const mobileTokens: PageText = {
  path: ["plan", "mobile-tokens"],
  usage: "CSV [OPTIONS]",
  summary: "plan new tokens for users' mobile apps",
  about: [
    "Columns: username, the user's name; password, oldToken and newToken, references to the password, the token to remove and the token to add.",
    secrets,
    "The new token is added before the old one is removed. Glowmarkt cannot list tokens, so nothing can be compared or verified.",
    shared
  ],
  examples: [
    { description: "Plan the rows of a file", command: "glowmarkt plan mobile-tokens tokens.csv --out plan.ndjson" }
  ]
}

/**
 * @since 0.1.0
 * @category constants
 */
export const undo: PageText = {
  path: ["plan", "undo"],
  usage: "RUN [OPTIONS]",
  summary: "plan to undo the changes of a run",
  about: [
    "Makes a plan that restores the values a finished run changed. Runs of rename and correct can be undone; for a run of onboard, the plan makes the added accounts inactive.",
    "Planning changes nothing on the server. When the plan is applied, each account or user is read again: one that has changed since the run is skipped.",
    "Making accounts inactive and changing passwords or mobile tokens cannot be undone. Exits 2 for such a run, and 1 if any rows are skipped."
  ],
  examples: [
    {
      description: "Plan to undo a run",
      command: "glowmarkt plan undo renameAccounts-20260314T091500-k3xq --out undo.ndjson"
    }
  ]
}

/**
 * @since 0.1.0
 * @category constants
 */
export const group: PageText = {
  path: ["plan"],
  usage: "COMMAND CSV [OPTIONS]",
  summary: "plan a bulk change without making it",
  about: [
    "A plan is a JSON Lines file with one line per account or user. Review it, compare it, have it approved. It contains no secrets."
  ],
  examples: [
    { description: "Make a plan", command: "glowmarkt plan rename names.csv --out plan.ndjson" },
    { description: "Apply it", command: "glowmarkt apply plan.ndjson --out results" }
  ]
}
