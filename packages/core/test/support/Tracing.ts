import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

/** An ended span. */
export interface Ended {
  readonly name: string
  readonly kind: Tracer.SpanKind
  readonly parent: string | undefined
  readonly attributes: Readonly<Record<string, unknown>>
  readonly failed: boolean
}

/** A tracer that reports ended spans and their events. */
export const reporting = (report: {
  readonly ended: (span: Tracer.Span, exit: Exit.Exit<unknown, unknown>) => void
  readonly event: (name: string, attributes: Readonly<Record<string, unknown>> | undefined) => void
}) =>
  Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const attributes = new Map<string, unknown>()
      const span: Tracer.Span = {
        _tag: "Span",
        name,
        spanId: name,
        traceId: "t",
        parent,
        context,
        status: { _tag: "Started", startTime },
        attributes,
        links,
        sampled: true,
        kind,
        end: (_, exit) => report.ended(span, exit),
        attribute: (key, value) => attributes.set(key, value),
        event: (event, _, eventAttributes) => report.event(event, eventAttributes),
        addLinks: () => {}
      }
      return span
    },
    context: (f) => f()
  })

/** A tracer that collects the ended spans. */
export const recording = () => {
  const ended: Array<Ended> = []
  const tracer = reporting({
    ended: ({ attributes, kind, name, parent }, exit) =>
      ended.push({
        name,
        kind,
        parent: Option.getOrUndefined(Option.map(parent, (span) => span.spanId)),
        attributes: Object.fromEntries(attributes),
        failed: Exit.isFailure(exit)
      }),
    event: () => {}
  })
  return { ended, tracer }
}
