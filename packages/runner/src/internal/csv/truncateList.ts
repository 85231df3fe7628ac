/** Long lists in messages: as many lines as one reads. */
const most = 20

export const truncateList = (lines: ReadonlyArray<string>): string =>
  lines.length <= most ? lines.join("\n") : [...lines.slice(0, most), `and ${lines.length - most} more`].join("\n")
