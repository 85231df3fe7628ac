/**
 * What the help says of `glowmarkt plan …`: above all, what the CSV must have.
 *
 * @since 0.1.0
 */
import type { Text } from "../../help/HelpPage.js"

const id = "18498bcd-5db2-4766-9884-5f0d29dbe361"

const secrets =
  "Passwords and tokens are never in the CSV, only where they are: env:NAME is an environment variable, file:PATH all of a file, file:PATH#NAME what follows NAME= on a line of a file."

const shared =
  "Nothing is written to the server. All rows are read before anything is asked, and everything that is wrong with any of them is told at once. Exits with 1 when the plan leaves rows alone or out, with 2 when a row is wrong and --skip-invalid is not said."

const rows = (header: string, ...lines: ReadonlyArray<string>) => `printf '${[header, ...lines].join("\\n")}\\n'`

/**
 * @since 0.1.0
 * @category help
 */
export const rename: Text = {
  path: ["plan", "rename"],
  usage: "CSV [OPTIONS]",
  summary: "plan new names for accounts",
  about: [
    "Columns: accountId, the id of an account; name, its new name. In any order, and others beside them.",
    "Each account is read now, and again when the plan is applied: one that was renamed by somebody else meanwhile is left alone.",
    shared
  ],
  examples: [
    { does: "Plan the rows of a file", line: "glowmarkt plan rename names.csv --out plan.ndjson" },
    {
      does: "Plan one, from standard input",
      line: `${rows("accountId,name", `${id},Flat 3`)} | glowmarkt plan rename -`
    }
  ]
}

/**
 * @since 0.1.0
 * @category help
 */
export const onboard: Text = {
  path: ["plan", "onboard"],
  usage: "CSV [OPTIONS]",
  summary: "plan accounts for users",
  about: [
    "Columns: username, the name of a user; directoryId, the id of the user's directory.",
    "Who has an account already is left as it is. Adding is sent once; where the answer is lost, the list of accounts tells.",
    shared
  ],
  examples: [
    { does: "Plan the rows of a file", line: "glowmarkt plan onboard users.csv --out plan.ndjson" },
    {
      does: "Either all of them, or none",
      line: "glowmarkt plan onboard users.csv --all-or-nothing --out plan.ndjson"
    }
  ]
}

/**
 * @since 0.1.0
 * @category help
 */
export const offboard: Text = {
  path: ["plan", "offboard"],
  usage: "[CSV] [OPTIONS]",
  summary: "plan which accounts to make inactive",
  about: [
    "Columns: accountId, the id of an account. What else a row says must be true of the account, now and when the plan is applied: applicationId, username, listStatus, liveStatus, updatedAt, tokenExpiryDate. So rows of an audit's accounts.csv can be used as they are, and an account that was used again since is left alone.",
    "Accounts of other applications are left alone, too. The provider erases nothing, and has no way back.",
    shared
  ],
  examples: [
    { does: "Plan the rows of a file", line: "glowmarkt plan offboard leavers.csv --out plan.ndjson" },
    {
      does: "Those that an audit found missing or dormant",
      line: "glowmarkt plan offboard --from-audit nightly --findings missing,dormant --out plan.ndjson"
    }
  ]
}

/**
 * @since 0.1.0
 * @category help
 */
export const correct: Text = {
  path: ["plan", "correct"],
  usage: "CSV [OPTIONS]",
  summary: "plan corrections of users' own names and addresses",
  about: [
    "Columns: username, the name of a user; password, where the password is; name, the new name, and email, the new address: one of them or both.",
    secrets,
    "Users cannot read their own address: with credentials of an administrator in the environment it is shown and verified. Where the address cannot be changed, the name is changed back.",
    shared
  ],
  examples: [
    { does: "Plan the rows of a file", line: "glowmarkt plan correct details.csv --out plan.ndjson" },
    {
      does: "Plan one, whose password is in a variable",
      line: `${rows("username,password,email", "scotty,env:SCOTTYS_PASSWORD,scotty@homes.example")} | glowmarkt plan correct -`
    }
  ]
}

/**
 * @since 0.1.0
 * @category help
 */
export const passwords: Text = {
  path: ["plan", "passwords"],
  usage: "CSV --passwords FILE [OPTIONS]",
  summary: "plan new, generated passwords for users",
  about: [
    "Columns: username, the name of a user; password, where the present password is.",
    secrets,
    "When the plan is applied, each new password is on the disk before it is set, as a line username=password, and afterwards the user is signed in with it. The next rotation takes its present passwords from there, as file:PATH#USERNAME, and writes to another file.",
    shared
  ],
  examples: [
    {
      does: "Plan the rows of a file",
      line: "glowmarkt plan passwords users.csv --passwords new-passwords.txt --out plan.ndjson"
    }
  ]
}

/**
 * @since 0.1.0
 * @category help
 */
export const mobileTokens: Text = {
  path: ["plan", "mobile-tokens"],
  usage: "CSV [OPTIONS]",
  summary: "plan new tokens for users' mobile apps",
  about: [
    "Columns: username, the name of a user; password, where the password is; oldToken, where the token to remove is; newToken, where the one to add is.",
    secrets,
    "The new token is added first. The provider cannot list these tokens, so nothing can be compared or verified.",
    shared
  ],
  examples: [{ does: "Plan the rows of a file", line: "glowmarkt plan mobile-tokens tokens.csv --out plan.ndjson" }]
}

/**
 * @since 0.1.0
 * @category help
 */
export const undo: Text = {
  path: ["plan", "undo"],
  usage: "RUN [OPTIONS]",
  summary: "plan how to take back what a run changed",
  about: [
    "Makes a plan from what a finished run recorded: only what it changed, back to what was there before. Runs of rename and correct can be taken back; for a run of onboard it is a plan that makes the added accounts inactive.",
    "Nothing is written to the server. When the plan is applied, each subject is read again: one that has changed since the run is left alone.",
    "Making accounts inactive, new passwords and mobile tokens cannot be taken back. Exits with 2 for such a run, and with 1 when the plan leaves rows alone."
  ],
  examples: [
    {
      does: "Plan, look, and take back",
      line: "glowmarkt plan undo renameAccounts-20260314T091500-k3xq --out undo.ndjson"
    }
  ]
}

/**
 * @since 0.1.0
 * @category help
 */
export const group: Text = {
  path: ["plan"],
  usage: "COMMAND CSV [OPTIONS]",
  summary: "say what a bulk change would do, before it is done",
  about: [
    "A plan is a file of JSON lines, a line a subject: read it, compare it, have it approved. It contains no secrets."
  ],
  examples: [
    { does: "Plan", line: "glowmarkt plan rename names.csv --out plan.ndjson" },
    { does: "and do it", line: "glowmarkt apply plan.ndjson --out results" }
  ]
}
