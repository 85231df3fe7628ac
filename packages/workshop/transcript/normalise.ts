/** Replaces what differs on every run (addresses, times, rates, run ids) by fixed values. */
export const normalise = (text: string): string =>
  text
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, "http://127.0.0.1:8080")
    .replaceAll(/(\w+)-\d{8}T\d{6}-[a-z0-9]{4}/g, "$1-20260314T091500-k3xq")
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, "2026-03-14 09:15 UTC")
    .replaceAll(/\bin \d+s, run/g, "in 2s, run")
    .replaceAll(/\S*\/state\/glowmarkt\//g, "/home/you/.local/state/glowmarkt/")
    .replaceAll(/ [\d.,]+\/s {2}\d:\d\d left/g, " 42/s  0:02 left")
    // The rate appears only after the first moments.
    .replaceAll(/( 100 % .*) {2}[\d.,]+\/s$/gm, "$1")
