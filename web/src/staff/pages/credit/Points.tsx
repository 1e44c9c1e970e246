import { ask } from '../../../shared/api'
import { Badge, Seen } from '../../kit/Head'
import { Table } from '../../kit/Table'
import { useLook } from '../../kit/look'
import { type Entry, forgive, keep, thingOf } from './acts'
import { say } from './words'

/** What a member has left, and everything that it comes from. */
export function Points({ member_no }: { member_no: string }) {
  const looked = useLook(() => ask('get', '/api/v1/staff/members/{member_no}/credit', { at: { member_no } }), [], [member_no])
  return (
    <section class="stack" aria-labelledby="points">
      <h2 id="points">{say('points')}</h2>
      <Seen looked={looked}>
        {({ is_on, points, most, is_low, low_below, entries }) => (
          <>
            {is_on ? (
              <p>
                {say('points_left', { points, most })}{' '}
                <Badge tone={is_low ? 'care' : 'good'}>{is_low ? say('is_low', { below: low_below }) : say('is_fine')}</Badge>
              </p>
            ) : (
              <p class="lead">{say('off')}</p>
            )}
            {(is_on || entries.length > 0) && (
              <Table
                title={say('points')}
                file={`points-${member_no}`}
                rows={entries}
                id={({ id }) => id}
                empty={say('clean')}
                columns={[
                  { title: say('what'), value: thingOf, show: (one) => <span class="prose">{thingOf(one)}</span> },
                  { title: say('costs'), value: ({ costs_now }) => costs_now, show: costOf, isNumber: true },
                  {
                    title: say('appeal'),
                    value: (one) => `${one.asked_for} ${appealOf(one)}`,
                    show: (one) => (
                      <span class="prose">
                        {one.asked_for && say('quoted', { words: one.asked_for })} {appealOf(one)}
                      </span>
                    ),
                  },
                ]}
                acts={(one) => (
                  <>
                    {(one.appeal === 'none' || one.appeal === 'asked') && (
                      <button type="button" class="quiet" onClick={() => forgive(one, looked.again)}>
                        {say('forgive')}
                      </button>
                    )}
                    {one.appeal === 'asked' && (
                      <button type="button" class="quiet" onClick={() => keep(one, looked.again)}>
                        {say('keep')}
                      </button>
                    )}
                  </>
                )}
              />
            )}
          </>
        )}
      </Seen>
    </section>
  )
}

function costOf({ costs_now, cost, forgiven }: Entry): string {
  if (forgiven) return say('first_free')
  return costs_now === cost ? String(cost) : say('was', { now: costs_now, cost })
}

function appealOf({ appeal, answer }: Entry): string {
  return say(`appeal.${appeal}`, { answer })
}
