export * as NodeAccounts from "./NodeAccounts.js"
export * as NodeTransport from "./NodeTransport.js"
