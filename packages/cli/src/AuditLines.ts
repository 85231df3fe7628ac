/**
 * Where an audit draws its lines: what a resumed run was started with may be other than today's defaults.
 *
 * @since 0.1.0
 */
import { type Run, StatusAudit } from "@effect-glowmarkt/runner"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/**
 * @since 0.1.0
 * @category reading
 */
export const of = ({ parameters }: Run.Run) =>
  Effect.map(Effect.orDie(StatusAudit.flow.parameters.decode(parameters)), ({ dormantFor, expiringWithin }) => ({
    dormantDays: Duration.toDays(dormantFor),
    expiringDays: Duration.toDays(expiringWithin)
  }))
