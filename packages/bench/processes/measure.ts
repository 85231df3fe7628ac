/** Runs something in this process and measures its time, its CPU and the process's peak memory. */
export const measure = async <A>(run: () => Promise<A>) => {
  const cpu = process.cpuUsage()
  const started = performance.now()
  const count = await run()
  const millis = performance.now() - started
  const { system, user } = process.cpuUsage(cpu)
  return { count, millis, cpuMillis: (user + system) / 1000, peakMiB: process.resourceUsage().maxRSS / 1024 }
}
