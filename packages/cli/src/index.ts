export * as Main from "./Main.js"
