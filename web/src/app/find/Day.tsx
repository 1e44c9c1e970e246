import { atMinute } from '../../shared/clock'
import { clock } from '../../shared/t'
import type { Span } from '../times'

interface Props {
  day: Date
  /** From when until when something is open at all, in minutes after midnight. */
  bounds: { opens: number; closes: number }
  free: Span[]
  wished: { from: number; until: number }
}

const STEPS = 2

/** A day as a bar: what of it is free, and where the wish lies. The words beside it say the same. */
export function Day({ day, bounds: { opens, closes }, free, wished }: Props) {
  const begin = atMinute(day, opens).getTime()
  const whole = atMinute(day, closes).getTime() - begin
  const x = (instant: number) => Math.min(100, Math.max(0, ((instant - begin) / whole) * 100))
  const span = (from: number, until: number) => ({ x: x(from), width: Math.max(0, x(until) - x(from)) })
  const marks = Array.from({ length: STEPS + 1 }, (_, step) => opens + ((closes - opens) * step) / STEPS)
  return (
    <span class="find-day" aria-hidden="true">
      <svg viewBox="0 0 100 10" preserveAspectRatio="none">
        <rect class="find-taken" width="100" height="10" />
        {free.map(({ starts_at, ends_at }) => (
          <rect key={starts_at} class="find-free" {...span(Date.parse(starts_at), Date.parse(ends_at))} height="10" />
        ))}
        <rect class="find-wish" {...span(wished.from, wished.until)} height="10" />
      </svg>
      <span class="find-marks">
        {marks.map((min) => (
          <span key={min}>{clock(Math.round(min / 30) * 30)}</span>
        ))}
      </span>
    </span>
  )
}
