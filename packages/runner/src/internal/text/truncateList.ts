/** Shortens long lists in messages. */
const most = 20

export const truncateList = (lines: ReadonlyArray<string>): string =>
  lines.length <= most ? lines.join("\n") : [...lines.slice(0, most), `and ${lines.length - most} more`].join("\n")
