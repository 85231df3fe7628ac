/**
 * The idle workers. Each of them waits until another worker wakes it or until a given instant. Only
 * one of them has a timer: with one each, 64 workers at 200 requests per second take six times the
 * processor time.
 */
import * as Effect from "effect/Effect"

export const make = () => {
  const idle: Array<() => void> = []
  let timerMillis = Number.POSITIVE_INFINITY

  const untilWoken = Effect.async<void>((resume) => {
    idle.push(() => resume(Effect.void))
  })

  return {
    wakeOne: (): void => idle.pop()?.(),
    wait: (untilMillis: number, nowMillis: number): Effect.Effect<void> => {
      if (untilMillis >= timerMillis) return untilWoken
      timerMillis = untilMillis
      return Effect.map(Effect.sleep(Math.ceil(untilMillis - nowMillis)), () => {
        timerMillis = Number.POSITIVE_INFINITY
      })
    }
  }
}
